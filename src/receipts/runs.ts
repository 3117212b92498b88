import { ACTION_NAMES, actionNamed } from '../actions/registry.ts';
import { formatTime } from '../base/time.ts';
import type { FleetNode } from '../fleet/types.ts';
import { isPlainId, type Order } from '../node/order.ts';
import { slotsOf } from '../node/slots.ts';
import type { Receipt } from './line.ts';
import type { NodeReceipts } from './read.ts';

/** One step of a run on one node. */
export interface StepOnNode extends Receipt {
  node: string;
  /** Kept under the name of an entry that this fleet does not have: only the kit that made it can undo it. */
  foreign?: true;
}

/** A step, by the receipts of the nodes that it changed. */
export interface KnownStep {
  step: string;
  /** Absent where only an early version left receipts. */
  order?: Order;
  nodes: StepOnNode[];
}

/** A run, by the receipts of all nodes. */
export interface KnownRun {
  run: string;
  /** In the order of the plan. */
  steps: KnownStep[];
  operator?: string;
  reason?: string;
  /** When it began: by the operator's clock, else by the nodes'. */
  since?: string;
}

/** The runs that the nodes know, newest first. */
export function knownRuns(readings: NodeReceipts[], nodes: FleetNode[]): KnownRun[] {
  const slots = slotsOf(nodes);
  const others = new Set(nodes.map(slots).filter((slot) => slot !== ''));
  const runs = new Map<string, Map<string, StepOnNode[]>>();
  const machines = new Map(nodes.map((node) => [node.name, node]));
  for (const { node, receipts } of readings) {
    const slot = slots(machines.get(node) ?? { name: node });
    for (const receipt of receipts) {
      const at = placeOf(receipt, slot, others);
      if (!at) continue;
      const steps = runs.get(receipt.run) ?? new Map<string, StepOnNode[]>();
      runs.set(receipt.run, steps);
      const until = receipt.until ?? endOf(receipt);
      const one = {
        ...receipt,
        node,
        ...(until !== undefined && { until }),
        ...(at.foreign && { foreign: true as const }),
      };
      steps.set(at.step, [...(steps.get(at.step) ?? []), one]);
    }
  }
  return [...runs].map(([run, steps]) => knownRun(run, steps)).sort((a, b) => compare(b.since, a.since));
}

function knownRun(run: string, steps: Map<string, StepOnNode[]>): KnownRun {
  const known = [...steps].map(([step, nodes]): KnownStep => {
    const order = earliest(nodes.flatMap((one) => one.order ?? []));
    return { step, ...(order && { order }), nodes };
  });
  known.sort((a, b) => (a.order?.n ?? 0) - (b.order?.n ?? 0) || compare(sinceOf(a), sinceOf(b)));
  const first = earliest(known.flatMap(({ order }) => order ?? []));
  const since = first?.at ?? known.map(sinceOf).filter(Boolean).sort()[0];
  return {
    run,
    steps: known,
    ...(first && { operator: first.operator, reason: first.reason }),
    ...(since !== undefined && { since }),
  };
}

/** The step of a receipt; undefined where another entry of the fleet for this machine tells of it. */
function placeOf({ folder, order }: Receipt, slot: string, others: Set<string>) {
  const step = order?.step ?? (slot !== '' && folder.endsWith(slot) ? folder.slice(0, -slot.length) : folder);
  if (folder === step + slot) return { step, foreign: false };
  const other = [...others].some((one) => folder === step + one || (!order && folder.endsWith(one)));
  return other || !isPlainId(step) ? undefined : { step, foreign: true };
}

/** When the node ends what it does by itself, as a hold of processes does. */
function endOf({ state, since, order }: Receipt): string | undefined {
  if (state !== 'changed' || since === undefined || !order?.params) return undefined;
  if (!(ACTION_NAMES as readonly string[]).includes(order.action)) return undefined;
  const action = actionNamed(order.action);
  const read = action.params.safeParse(order.params);
  const seconds = read.success ? action.lasts?.(read.data) : undefined;
  return seconds === undefined ? undefined : formatTime(new Date(Date.parse(since) + seconds * 1000));
}

const earliest = (orders: Order[]): Order | undefined => [...orders].sort((a, b) => compare(a.at, b.at))[0];
const sinceOf = ({ order, nodes }: KnownStep) =>
  order?.at ??
  nodes
    .map(({ since }) => since)
    .filter(Boolean)
    .sort()[0];
const compare = (a = '', b = '') => (a < b ? -1 : a > b ? 1 : 0);
