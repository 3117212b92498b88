import * as z from 'zod';
import { defineAction } from '../../actions/types.ts';
import { apiInputs } from '../../node/api-inputs.ts';
import { readingScript } from '../../node/reading.ts';
import type { ActionContext } from '../../node/types.ts';
import type { NodeScript } from '../../transport/types.ts';
import node from './node.sh';

/** Kinds of request that are told one by one: SSM returns 24,000 characters of output. */
const MOST_KINDS = 200;
const MOST_OUTPUT = 24_000;

/** Two requests of 10 s, and a little. */
const REQUESTS_MS = 25_000;

/** Not in the registry: no plan holds it, and it changes nothing. */
export const counted = defineAction({
  name: 'counted',
  title: 'Read what the API server counts',
  danger: 'read',
  scope: 'node',
  parameters: { seconds: { schema: z.number(), help: 'between two readings of its metrics' } },
  summary: () => 'read',
  node: {
    fragments: { node },
    variables: (p, _target, context) => ({
      P_SECONDS: String(p.seconds),
      P_KINDS: String(MOST_KINDS),
      ...apiInputs(context),
    }),
  },
});

/** Longest that the text takes on a host. */
export const countedMs = (pauseMs: number): number => pauseMs + REQUESTS_MS;

/** The text that reads one API server's host twice, so many milliseconds apart. */
export function countedScript(context: ActionContext, now: Date, pauseMs: number): NodeScript {
  const params = { seconds: Math.round(pauseMs / 1000) };
  return readingScript(counted, {
    params,
    context,
    now,
    deadlineMs: countedMs(pauseMs),
    maxOutput: MOST_OUTPUT,
  });
}
