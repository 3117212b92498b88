import { randomBytes } from 'node:crypto';
import type { NodeScript } from '../transport/types.ts';
import { nodeScript } from './script.ts';
import type { ActionContext, NodeAction } from './types.ts';

/** A reading harms nobody, however late a queue lets it begin. */
const LATE_MS = 3_600_000;

export interface Reading {
  /** Parsed by the action's schema. */
  params: unknown;
  context: ActionContext;
  now: Date;
  /** Milliseconds after which the script ends itself on the node. */
  deadlineMs: number;
  /** How late it may begin. */
  lateMs?: number;
  maxOutput?: number;
}

/** The script of an action that only reads: no plan holds it, no receipt remembers it, and each one has an id of its own. */
export function readingScript(
  action: NodeAction,
  { now, lateMs = LATE_MS, ...reading }: Reading,
): NodeScript {
  return nodeScript({
    ...reading,
    action,
    op: 'check',
    runId: `${action.name}-${randomBytes(4).toString('hex')}`,
    stepId: action.name,
    notAfter: new Date(now.getTime() + lateMs),
  });
}
