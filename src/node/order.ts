import { asciiJson } from '../base/ascii-json.ts';
import { maybe, object, oneOf, shaped, such, text, time, whole } from '../base/shape.ts';

/**
 * What a node keeps of an order beside its receipt: whose change it is, and what undoes it from any machine.
 * The node never reads it.
 */
export interface Order {
  v: 1;
  run: string;
  step: string;
  /** The step's place in its plan: an undo goes through the steps backwards. */
  n: number;
  /** Nodes of the step: fewer receipts than that may mean that some node did not tell. */
  of: number;
  action: string;
  /** As in the plan. Only of a change that can be undone by them: what a command says stays with its operator. */
  params?: Record<string, unknown>;
  /** SHA-256 of the parameters. */
  digest: string;
  cluster: string;
  operator: string;
  reason: string;
  /** By the operator's clock. */
  at: string;
  removesCause?: true;
  /** Why the change cannot be undone by what the node keeps. */
  noUndo?: string;
}

/** Of an order that only reads. */
export const NOTHING_TO_UNDO = 'there is nothing to undo';

/** The same in the node script: one line of ASCII. */
export function orderText(order: Order): string {
  return asciiJson(order);
}

const name = such((value) => typeof value === 'string' && isPlainId(value));

const shape = shaped({
  v: oneOf([1]),
  run: name,
  step: name,
  n: whole(),
  of: whole(1),
  action: name,
  params: maybe(object),
  digest: text,
  cluster: text,
  operator: text,
  reason: text,
  at: time,
  removesCause: maybe(oneOf([true])),
  noUndo: maybe(text),
});

/** The order that a node kept; undefined where this Fireaxe cannot read it. */
export function readOrder(line: string): Order | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return shape(value) === undefined ? (value as Order) : undefined;
  } catch {
    return undefined;
  }
}

/** Runs and steps name folders on the node, and stand in commands that are pasted. */
export function isPlainId(id: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,80}$/.test(id);
}
