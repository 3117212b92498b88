import * as z from 'zod';
import { defineAction } from '../actions/types.ts';
import { readingScript } from '../node/reading.ts';
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
  const maxOutput = 256 * 1024;
  return readingScript(receipts, { params: { skip }, context, now, deadlineMs: RECEIPTS_MS, maxOutput });
}
