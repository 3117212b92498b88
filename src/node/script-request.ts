import type { Target } from '../kit/types.ts';
import type { Order } from './order.ts';
import type { ActionContext, BeforeState, NodeAction, Op } from './types.ts';

/** All that a node script is made of; see node-script.ts. */
export interface ScriptRequest {
  action: NodeAction;
  /** Already parsed by the action's schema. */
  params: unknown;
  op: Op;
  runId: string;
  stepId: string;
  /** What the node keeps of it beside the receipt of an apply. */
  order?: Order;
  /** Who asks: a check tells of the changes of others, and an undo leaves the name. */
  operator?: string;
  /** A node refuses to begin apply after this moment; as a function it is called for each text. */
  notAfter: Date | (() => Date);
  /** When it is sent: a node that was booted since may have run it before. Not compared where absent. */
  sentAt?: () => Date;
  /** Seconds that a target's clock is known to be ahead of this machine's. */
  shift?: (target: Target) => number;
  /** Milliseconds after which the script ends itself on the node. */
  deadlineMs: number;
  context: ActionContext;
  /** The journaled before-state of a target, for undo. */
  before?: (target: Target) => BeforeState | undefined;
  /** Whether the target's receipt has the same before-state: then an undo that many nodes share leaves it out. */
  hasReceipt?: (target: Target) => boolean;
  /** Handed over on standard input, never through SSM. */
  secret?: Uint8Array;
  /** Bytes of stdout and stderr each. */
  maxOutput?: number;
}
