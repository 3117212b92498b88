import { randomBytes } from 'node:crypto';
import * as z from 'zod';
import { type Action, defineAction } from '../actions/types.ts';
import { apiInputs } from '../node/api-inputs.ts';
import { nodeScript } from '../node/script.ts';
import type { ActionContext } from '../node/types.ts';
import type { NodeScript, Outcome } from '../transport/types.ts';
import node from './pods-left.sh';

/** Longest that a reading takes on a node. */
const PODS_LEFT_MS = 30_000;

/** Not in the registry: no plan holds it, and it changes nothing. */
export const podsLeft = defineAction({
  name: 'pods-left',
  title: 'Read on which nodes pods are left',
  danger: 'read',
  scope: 'node',
  parameters: { pods: { schema: z.string(), help: 'raw path of a list of pods' } },
  summary: () => 'read',
  node: {
    fragments: { node },
    variables: (p, _target, context) => ({ P_PODS: p.pods, ...apiInputs(context) }),
  },
});

/** The text that asks one API server's host; `pods` is a raw path with its selector. */
export function podsLeftScript(context: ActionContext, now: Date, pods: string): NodeScript {
  return nodeScript({
    action: podsLeft as unknown as Action,
    params: { pods },
    op: 'check',
    runId: `pods-${randomBytes(4).toString('hex')}`,
    stepId: 'pods-left',
    notAfter: new Date(now.getTime() + 3_600_000),
    deadlineMs: PODS_LEFT_MS,
    context,
    // 7,500 nodes with names of 100 bytes.
    maxOutput: 1024 * 1024,
  });
}

/** The names of the nodes; undefined where it is not known, or not the whole list arrived. */
export function readPodsLeft({ state, result, stdout }: Outcome): Set<string> | undefined {
  const count = state === 'ok' ? result?.data?.left : undefined;
  if (count === undefined) return undefined;
  const [first, ...names] = stdout.split('\n').filter((line) => line !== '');
  return first === count && names.length === Number(count) ? new Set(names) : undefined;
}
