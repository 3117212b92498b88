import { canonicalJson, sha256 } from '../../base/canonical.ts';
import { FireaxeError } from '../../base/errors.ts';
import { NOTHING_TO_UNDO, type Order } from '../../node/order.ts';
import { planActionStep } from '../../plan/draft.ts';
import type { PlanRequest } from '../../plan/request.ts';
import { sealPlan } from '../../plan/seal.ts';
import type { ActionStep, Plan } from '../../plan/types.ts';
import type { ReceiptState } from '../../receipts/line.ts';
import type { KnownRun, KnownStep, StepOnNode } from '../../receipts/runs.ts';

/** Nodes on which the receipts are not enough to undo a step. */
export interface NotUndoable {
  step: string;
  targets: string[];
  why: string;
}

/** A plan with the steps of a run that another machine's journal holds, and what of them cannot be undone by receipts. */
export interface ForeignPlan {
  plan: Plan;
  notUndoable: NotUndoable[];
}

const DID: readonly ReceiptState[] = ['changed', 'failed', 'interrupted', 'running'];

export function foreignPlan(known: KnownRun, request: PlanRequest): ForeignPlan {
  const notUndoable: NotUndoable[] = [];
  const steps = known.steps.flatMap((one): ActionStep[] => {
    const { same, left } = sortOut(one);
    const group = (why: string, nodes: StepOnNode[]) => {
      // Where nothing was done there is nothing that could not be undone.
      const did = nodes.filter(({ state }) => DID.includes(state)).map(({ node }) => node);
      if (did.length > 0) notUndoable.push({ step: one.step, targets: did, why });
    };
    for (const [why, nodes] of left) group(why, nodes);
    const [first] = same;
    if (!first) return [];
    try {
      return [planStep(first.order!, same, request)];
    } catch (error) {
      if (!(error instanceof FireaxeError)) throw error;
      group(error.message, same);
      return [];
    }
  });
  const title = `undo of ${known.run}${known.operator ? ` by ${known.operator}` : ''}`;
  const workstreams = [{ name: 'undo', title, needs: {}, steps }];
  const content = { name: 'undo', title, params: {}, workstreams, receiptsOf: known.run };
  return { plan: sealPlan(content, { ...request, reason: known.reason ?? '' }), notUndoable };
}

function planStep(order: Order, nodes: StepOnNode[], request: PlanRequest): ActionStep {
  return planActionStep(
    {
      id: order.step,
      action: order.action,
      params: order.params!,
      targets: nodes.map(({ node }) => node),
      removesCause: order.removesCause === true,
      place: `the receipts of ${order.run}/${order.step}`,
    },
    request,
  );
}

/** The nodes that carry the step as most of them tell of it, and the others by why they are left out. */
function sortOut({ nodes }: KnownStep): { same: StepOnNode[]; left: Map<string, StepOnNode[]> } {
  const left = new Map<string, StepOnNode[]>();
  const groups = new Map<string, StepOnNode[]>();
  const add = (map: Map<string, StepOnNode[]>, key: string, one: StepOnNode) =>
    map.set(key, [...(map.get(key) ?? []), one]);
  for (const one of nodes) {
    const why = whyNot(one);
    if (why === undefined) add(groups, keyOf(one.order!), one);
    else if (why !== NOTHING_TO_UNDO) add(left, why, one);
  }
  const [same = [], ...others] = [...groups.values()].sort((a, b) => b.length - a.length);
  // A node may say what it likes: what others are asked to undo is not for it to decide.
  for (const one of others.flat())
    add(left, `its order differs from that of ${same.length} other nodes`, one);
  return { same, left };
}

const keyOf = ({ n, action, params, removesCause }: Order) =>
  canonicalJson({ n, action, params, removesCause });

function whyNot({ order, foreign, long }: StepOnNode): string | undefined {
  if (long) return 'its parameters are too long for SSM; --via ssh';
  if (!order)
    return 'an early version of Fireaxe left no order with its receipt; undo it where its journal is';
  if (order.noUndo !== undefined) return order.noUndo;
  if (foreign)
    return 'its receipt is kept under a name that this fleet does not have; use the kit of its operator';
  if (!order.params || sha256(canonicalJson(order.params)) !== order.digest)
    return 'its parameters do not match their digest';
  return undefined;
}
