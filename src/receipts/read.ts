import type { Target } from '../kit/types.ts';
import type { ActionContext } from '../node/types.ts';
import type { NodeScript, Outcome, OutcomeState } from '../transport/types.ts';
import { type Receipt, readReceipts } from './line.ts';
import { receiptsScript } from './script.ts';

export interface ReceiptsDeps {
  /** One outcome a target, by the targets' own transports. */
  reach(targets: Target[], script: NodeScript): Promise<Outcome[]>;
  now(): Date;
  context: ActionContext;
}

/** What one node remembers, or why it did not say. */
export interface NodeReceipts {
  node: string;
  state: OutcomeState;
  receipts: Receipt[];
  /** Why some of it, or all, is not known. */
  why?: string;
}

/** As many calls to one node: what is left is said. */
const MOST_PAGES = 50;

/** Asks each node for all of its receipts. It changes nothing. */
export async function readAllReceipts(deps: ReceiptsDeps, targets: Target[]): Promise<NodeReceipts[]> {
  const found = new Map<string, NodeReceipts>();
  let left = new Map([[0, targets]]);
  for (let page = 0; left.size > 0; page++) {
    const next = new Map<number, Target[]>();
    for (const [skip, asked] of left) {
      const outcomes = await deps.reach(asked, receiptsScript(deps.context, deps.now(), skip));
      const byName = new Map(outcomes.map((outcome) => [outcome.target, outcome]));
      for (const target of asked) {
        const { more, ...told } = ofOutcome(target.name, byName.get(target.name), deps.now());
        const known = found.get(target.name);
        const receipts = [...(known?.receipts ?? []), ...told.receipts];
        const cut = more !== undefined && (page + 1 >= MOST_PAGES || more <= skip);
        found.set(target.name, {
          ...told,
          receipts,
          ...(cut && { why: 'it has more receipts than were read' }),
        });
        if (more !== undefined && !cut) next.set(more, [...(next.get(more) ?? []), target]);
      }
    }
    left = next;
  }
  return targets.map(({ name }) => found.get(name)!);
}

function ofOutcome(node: string, outcome: Outcome | undefined, at: Date): NodeReceipts & { more?: number } {
  if (!outcome) return { node, state: 'unknown', receipts: [], why: 'no outcome' };
  const { state, result, reason, stdout, truncated } = outcome;
  if (state !== 'ok') return { node, state, receipts: [], why: reason?.message ?? result?.note ?? state };
  const more = result?.data?.more ?? '';
  return {
    node,
    state,
    receipts: readReceipts(stdout, at),
    ...(/^\d{1,6}$/.test(more) && { more: Number(more) }),
    ...(truncated && { why: 'its answer was cut off' }),
  };
}
