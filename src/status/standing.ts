import type { FleetNode } from '../fleet/types.ts';
import type { Order } from '../node/order.ts';
import type { InForce } from '../probe/types.ts';
import { mayStand } from '../receipts/line.ts';
import { type KnownStep, knownRuns, type StepOnNode } from '../receipts/runs.ts';
import type { NodeStanding, Standing } from './types.ts';

/** The action whose rule or manifest each kind of reading shows. */
const ACTION: Record<InForce['kind'], string> = { fenced: 'fence', cordoned: 'cordon', paused: 'pause' };

/** What stands on the nodes: their receipts, compared with the rules and manifests that are there. */
export function standing(readings: NodeStanding[], fleet: FleetNode[], at: Date): Standing[] {
  const byNode = new Map(readings.map((one) => [one.node, one]));
  const runs = knownRuns(
    readings.map(({ receipts }) => receipts),
    fleet,
  );
  const known: Standing[] = [];
  const told = new Set<string>();
  for (const { run, operator, reason, steps } of runs) {
    for (const step of steps) {
      const may = step.nodes.filter((one) => mayStand(one, at));
      for (const one of may) told.add(`${run}/${step.step} ${one.node}`);
      const nodes = may.filter(({ node }) => !isOpened(step, byNode.get(node)));
      const gone = nodes.filter((one) => isGone(step, byNode.get(one.node)));
      const common = { run, step: step.step, ...(operator !== undefined && { operator, reason: reason! }) };
      for (const [some, seen] of [
        [nodes.filter((one) => !gone.includes(one)), 'stands'],
        [gone, 'gone'],
      ] as const) {
        if (some.length > 0) known.push({ ...common, ...ofStep(step, some, byNode), seen });
      }
    }
  }
  return [...known, ...withoutReceipt(readings, told)].sort((a, b) =>
    (a.since ?? '') < (b.since ?? '') ? -1 : 1,
  );
}

function ofStep({ order, step }: KnownStep, nodes: StepOnNode[], byNode: Map<string, NodeStanding>) {
  const since = first(nodes.map((one) => one.since));
  // What is kept stays, although its timer once had a time.
  const until = nodes.some(({ kept }) => kept) ? undefined : first(nodes.map((one) => one.until));
  const rule = nodes.flatMap(
    ({ node, run }) => byNode.get(node)?.rules.filter((r) => r.run === run && r.step === step) ?? [],
  )[0];
  return {
    action: order?.action ?? (rule && ACTION[rule.kind]) ?? 'change',
    ...(rule?.what !== undefined && { what: rule.what }),
    nodes: nodes.map(({ node }) => node),
    ...(since !== undefined && { since }),
    ...(until !== undefined && { until }),
  };
}

/** Whether what the step made is not there any more. Only of what the reading shows: a hold is asked by `verify`. */
function isGone({ order }: KnownStep, reading: NodeStanding | undefined): boolean {
  if (!order || !reading?.rulesRead || order.params?.on === 'nodes') return false;
  const kind = (Object.keys(ACTION) as InForce['kind'][]).find((one) => ACTION[one] === order.action);
  return kind !== undefined && !reading.rules.some((rule) => rule.kind === kind);
}

/** A readmission is over with its fence, and a fence with the readmission of all clients. */
function isOpened({ order }: KnownStep, reading: NodeStanding | undefined): boolean {
  if (!order || !reading?.rulesRead || reading.rules.some(({ kind }) => kind === 'fenced')) return false;
  if (order.action === 'readmit') return true;
  if (order.action !== 'fence' || order.params?.on === 'nodes') return false;
  const since = Date.parse(order.at);
  return reading.receipts.receipts.some(
    ({ order: other, state }) =>
      other?.action === 'readmit' && opensAll(other) && state === 'changed' && Date.parse(other.at) >= since,
  );
}

const opensAll = ({ params }: Order) => Array.isArray(params?.clients) && params.clients[0] === 'all';

/** Rules and manifests that no receipt explains, by what is known of them. */
function withoutReceipt(readings: NodeStanding[], told: Set<string>): Standing[] {
  const groups = new Map<string, { rule: InForce; nodes: string[] }>();
  for (const { node, rules } of readings) {
    for (const rule of rules) {
      if (rule.run !== undefined && told.has(`${rule.run}/${rule.step} ${node}`)) continue;
      const key = JSON.stringify([rule.kind, rule.what, rule.run, rule.step]);
      const group = groups.get(key) ?? { rule, nodes: [] };
      groups.set(key, group);
      group.nodes.push(node);
    }
  }
  return [...groups.values()].map(({ rule: { kind, what, run, step, since, until }, nodes }) => ({
    action: ACTION[kind],
    ...(what !== undefined && { what }),
    nodes,
    ...(run !== undefined && { run, step: step! }),
    ...(since !== undefined && { since }),
    ...(until !== undefined && { until }),
    seen: 'no-receipt' as const,
  }));
}

function first(times: (string | undefined)[]): string | undefined {
  return times.filter((time) => time !== undefined).sort()[0];
}
