import { actionSteps } from '../plan/steps.ts';
import type { Plan } from '../plan/types.ts';
import type { JournalRecord } from '../run/types.ts';

const TITLE = 'CoreDNS instances that answer by the hold';

/** A plot: milliseconds since 1970, and how many. */
interface Held {
  title: string;
  unit: '';
  points: [at: number, value: number][];
}

/**
 * How many CoreDNS knew no names and answer by the table of `dns hold`, as its nodes told. No gate asks DNS: the line begins
 * with the step and ends with the last node that held or was undone.
 */
export function namesOf(records: readonly JournalRecord[], plan: Pick<Plan, 'workstreams'>): Held[] {
  const holds = new Set(actionSteps(plan).flatMap(({ id, action }) => (action === 'dns-hold' ? [id] : [])));
  const held = new Map<string, number>();
  const points: Held['points'] = [];
  let sum = 0;
  for (const record of records) {
    if (!('step' in record) || !holds.has(record.step)) continue;
    const at = Date.parse(record.at);
    if (record.kind === 'intent' && points.length === 0) points.push([at, 0]);
    const told = toldIn(record);
    if (!told || told.count === (held.get(told.target) ?? 0)) continue;
    // A damaged journal may lack the intent.
    if (points.length === 0) points.push([at, 0]);
    sum += told.count - (held.get(told.target) ?? 0);
    held.set(told.target, told.count);
    points.push([at, sum]);
  }
  return points.length > 1 ? [{ title: TITLE, unit: '', points }] : [];
}

function toldIn(record: JournalRecord): { target: string; count: number } | undefined {
  if (record.kind === 'undone') return record.ok ? { target: record.target, count: 0 } : undefined;
  // Its node reverts it.
  if (record.kind === 'kept') return record.ok ? undefined : { target: record.target, count: 0 };
  if (record.kind !== 'outcome' || record.op !== 'apply') return undefined;
  const { target, result } = record.outcome;
  const { holds = '', held = '' } = result?.data ?? {};
  // What an earlier run holds answers by a table as well.
  const count = result?.state === 'changed' ? holds : result?.state === 'already' ? held : '';
  return /^\d{1,4}$/.test(count) ? { target, count: Number(count) } : undefined;
}

/** Where the plots have DNS from, or that they have none. */
export function dnsNote(series: readonly Pick<Held, 'title'>[]): string {
  return series.some(({ title }) => title === TITLE)
    ? 'DNS: as the nodes told that hold names. No gate asks it, so nothing is known of it between.'
    : 'DNS: not in this journal. Gates do not ask it, and no node told of a CoreDNS that it holds (fireaxe dns hold).';
}
