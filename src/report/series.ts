import { actionSteps } from '../plan/steps.ts';
import type { RunMemory } from '../run/memory.ts';
import type { JournalRecord, ReadingRecord } from '../run/types.ts';
import { namesOf } from './names.ts';

/** One plot: values over time, each standing until the next one. */
export interface Series {
  title: string;
  /** What the value of a point is followed by: ` %`, ` of 3`. */
  unit: string;
  /** Milliseconds since 1970, and the value. */
  points: [at: number, value: number][];
  /** The highest value that it can have, where there is one. */
  most?: number;
}

/** What the gates of a run read, and what was in force, over time: one plot for each value that was measured. */
export function seriesOf(records: readonly JournalRecord[], memory?: RunMemory): Series[] {
  const read = records.flatMap((record) => readingOf(record) ?? []);
  return [
    ...measured('API servers ready', read, ({ answering }) => answering, countOf(read)),
    ...measured('Errors of API requests', read, ({ errorPercent }) => errorPercent, {
      unit: ' %',
      most: 100,
    }),
    ...measured('API requests in flight', read, ({ inflight }) => inflight),
    ...measured('Client connections to the API', read, ({ connections }) => connections),
    ...measured('Nodes with a fresh lease', read, ({ leases }) => leases?.fresh, leasesOf(read)),
    ...(memory
      ? [...namesOf(records, memory.plan), ...inForce(records, memory), ...readmitted(records, memory)]
      : []),
  ];
}

type Reading = Partial<ReadingRecord> & { at: number };

/** Early journals have a gate's first and last reading, as text. */
function readingOf(record: JournalRecord): Reading | undefined {
  const at = Date.parse(record.at);
  if (record.kind === 'reading') return { ...record, at };
  if (record.kind !== 'gate' || record.state === 'waiting') return undefined;
  const ready = /^(\d{1,6})\/(\d{1,6}) API servers ready/.exec(record.reading);
  if (!ready) return undefined;
  const errors = /(?:^|, )(\d{1,3})% errors/.exec(record.reading);
  return {
    at,
    answering: Number(ready[1]),
    of: Number(ready[2]),
    ...(errors && { errorPercent: Number(errors[1]) }),
  };
}

function measured(
  title: string,
  read: Reading[],
  value: (reading: Reading) => number | undefined,
  { unit = '', most }: { unit?: string; most?: number } = {},
): Series[] {
  const points = read.flatMap((reading): Series['points'] => {
    const one = value(reading);
    return one === undefined ? [] : [[reading.at, one]];
  });
  return points.length === 0 ? [] : [{ title, unit, points, ...(most !== undefined && { most }) }];
}

function countOf(read: Reading[]) {
  const most = read.reduce((n, { of = 0 }) => Math.max(n, of), 0);
  return { unit: ` of ${most}`, most };
}

function leasesOf(read: Reading[]) {
  const most = read.reduce((n, { leases }) => Math.max(n, leases?.of ?? 0), 0);
  return { unit: ` of ${most}`, most };
}

/** What a target is called on which an action is in force. */
const IN_FORCE: Record<string, string> = {
  stop: 'Nodes on which the offender is held',
  fence: 'Hosts with a fence',
  'fence-network': 'Fences in the network',
  'fence-eks': 'Fences at the endpoint of EKS',
  pause: 'Hosts with a paused component',
  cordon: 'Nodes closed to user traffic',
  'cordon-balancer': 'Nodes out of their load balancers',
  shrink: 'Nodes with a held kubelet',
  'dns-hold': 'Nodes whose CoreDNS is held or watched',
};

/** How many targets each kind of change was in force on. A target that two steps changed counts once. */
function inForce(records: readonly JournalRecord[], { plan }: RunMemory): Series[] {
  const actions = new Map(actionSteps(plan).map(({ id, action }) => [id, action]));
  const held = new Map<string, Map<string, Set<string>>>();
  const points = new Map<string, Series['points']>();
  const change = (at: string, step: string, target: string, on: boolean) => {
    const action = actions.get(step);
    if (action === undefined || !Object.hasOwn(IN_FORCE, action)) return;
    const targets = held.get(action) ?? new Map<string, Set<string>>();
    const steps = targets.get(target) ?? new Set<string>();
    if (on) steps.add(step);
    else if (!steps.delete(step)) return;
    if (steps.size > 0) targets.set(target, steps);
    else targets.delete(target);
    held.set(action, targets);
    const line = points.get(action) ?? [];
    points.set(action, line);
    add(line, Date.parse(at), targets.size);
  };
  for (const record of records) {
    if (record.kind === 'outcome' && record.op === 'apply') {
      const { target, state, result } = record.outcome;
      if (state === 'ok' && result?.state === 'changed') change(record.at, record.step, target, true);
    } else if (record.kind === 'undone' && record.ok) change(record.at, record.step, record.target, false);
    // Its node reverts it.
    else if (record.kind === 'kept' && !record.ok) change(record.at, record.step, record.target, false);
  }
  return [...points].map(([action, line]) => ({
    title: IN_FORCE[action]!,
    unit: '',
    points: standing(records, line),
  }));
}

/** Clients that were let back in through the fence, batch after batch. */
function readmitted(records: readonly JournalRecord[], { plan }: RunMemory): Series[] {
  const batches = new Map(
    actionSteps(plan).flatMap(({ id, action, params: { clients } }): [string, number][] =>
      action === 'readmit' && typeof clients === 'string' && /[,.:]/.test(clients)
        ? [[id, clients.split(/[\s,]+/).filter(Boolean).length]]
        : [],
    ),
  );
  const points: Series['points'] = [];
  const open = new Set<string>();
  for (const record of records) {
    const [step, on] =
      record.kind === 'outcome' && record.op === 'apply' && record.outcome.state === 'ok'
        ? [record.step, true]
        : record.kind === 'undone' && record.ok
          ? [record.step, false]
          : [];
    if (step === undefined || !batches.has(step) || open.has(step) === on) continue;
    if (on) open.add(step);
    else open.delete(step);
    add(
      points,
      Date.parse(record.at),
      [...open].reduce((sum, id) => sum + batches.get(id)!, 0),
    );
  }
  const most = [...batches.values()].reduce((a, b) => a + b, 0);
  if (points.length === 0) return [];
  return [{ title: 'Clients readmitted', unit: ` of ${most}`, most, points: standing(records, points) }];
}

/** It was nothing at first, and the last value stands until the end. */
function standing(records: readonly JournalRecord[], points: Series['points']): Series['points'] {
  const [from, to] = [Date.parse(records[0]!.at), Date.parse(records.at(-1)!.at)];
  return [[from, 0], ...points, [to, points.at(-1)![1]]];
}

/** Of several changes within a second only the last one counts: a plot of a million nodes stays small. */
function add(points: Series['points'], at: number, value: number): void {
  const last = points.at(-1);
  if (last && Math.floor(last[0] / 1000) === Math.floor(at / 1000)) last[1] = value;
  else points.push([at, value]);
}
