import { z } from 'zod';
import { defineAction } from '../actions/types.ts';
import { apiInputs } from '../node/api-inputs.ts';
import { readingScript } from '../node/reading.ts';
import type { ActionContext } from '../node/types.ts';
import type { NodeScript } from '../transport/types.ts';
import ask from './ask.sh';
import counters from './counters.sh';
import inForce from './in-force.sh';
import node from './node.sh';

/** Longest that a reading takes on a node: three requests of 3 s, and a little. */
export const PROBE_MS = 15_000;

/** Longest that one request takes. */
const REQUEST_SECONDS = 3;

/** Not in the registry: no plan holds it, and it changes nothing. */
export const probe = defineAction({
  name: 'probe',
  title: 'Read the health of the control plane',
  danger: 'read',
  scope: 'node',
  parameters: {
    leases: { schema: z.boolean(), help: 'also count the leases of nodes' },
    seconds: { schema: z.number(), help: 'of one request' },
  },
  summary: () => 'read',
  node: {
    fragments: { ask, counters, 'in-force': inForce, node },
    variables: (p, _target, context) => ({
      P_LEASES: p.leases ? '1' : '',
      P_SECONDS: String(p.seconds),
      ...apiInputs(context),
    }),
  },
});

/** The text that reads one control-plane host. */
export function probeScript(
  context: ActionContext,
  now: Date,
  leases = false,
  seconds = REQUEST_SECONDS,
): NodeScript {
  const params = { leases, seconds };
  return readingScript(probe, { params, context, now, deadlineMs: PROBE_MS, maxOutput: 4096 });
}
