import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { type Action, defineAction } from '../actions/types.ts';
import { nodeScript } from '../node/script.ts';
import type { ActionContext } from '../node/types.ts';
import type { NodeScript } from '../transport/types.ts';
import node from './node.sh';

/** Longest that a reading takes on a node. */
export const RECEIPTS_MS = 10_000;

/** Not in the registry: no plan holds it, and it changes nothing. */
export const receipts = defineAction({
  name: 'receipts',
  title: 'Read what a node remembers of runs',
  danger: 'read',
  scope: 'node',
  parameters: { skip: { schema: z.number().int().min(0), help: 'receipts that were read before' } },
  summary: () => 'read',
  node: { fragments: { node }, variables: (p) => ({ P_SKIP: String(p.skip) }) },
});

/** The text that reads the receipts of a node, after the first ones. */
export function receiptsScript(context: ActionContext, now: Date, skip = 0): NodeScript {
  return nodeScript({
    action: receipts as unknown as Action,
    params: { skip },
    op: 'check',
    runId: `receipts-${randomBytes(4).toString('hex')}`,
    stepId: 'receipts',
    notAfter: new Date(now.getTime() + 3_600_000),
    deadlineMs: RECEIPTS_MS,
    context,
    maxOutput: 256 * 1024,
  });
}
