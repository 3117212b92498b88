import type { GateSpec } from '../../plan/types.ts';
import type { Session } from '../session.ts';
import { type GateState, judge } from './judge.ts';
import { readingRecord } from './reading-record.ts';

/** The least share of the time between two readings in which the hosts are not asked. */
const LEAST_REST = 0.25;

/**
 * Reads the cluster out of band until the condition has held long enough, its time is over, or the operator interrupts.
 * `concerned` are the nodes that are back, for a plan that does not name those that the gate reads.
 */
export async function waitForGate(
  session: Pick<Session, 'env' | 'readings' | 'record' | 'emit'>,
  step: string,
  spec: GateSpec,
  concerned: string[] = [],
): Promise<{ open: boolean; text: string }> {
  const { env, readings } = session;
  const nodes = spec.nodes ? (spec.nodes.names ?? sampleOf(concerned, spec.nodes.sample)) : [];
  // The operator may set this machine's clock meanwhile: that must neither open a gate nor end it.
  const clock = () => env.elapsed?.() ?? env.now().getTime();
  const until = clock() + spec.withinMs;
  // Calm is a comparison with the reading before, also with that of the gate before.
  let state: GateState = readings.last ? { before: readings.last } : {};
  let text = 'not read yet';
  await session.record({ kind: 'gate', step, state: 'waiting', reading: describe(spec) });
  while (!env.stop.aborted) {
    const began = clock();
    const reading = await readings.read(spec.freshLeases !== undefined, nodes);
    const judged = judge(spec, state, reading, clock());
    state = judged.state;
    text = judged.text;
    // For the report alone: a gate does not wait until it is on the disk.
    void session.record(readingRecord(step, reading)).catch(() => {});
    session.emit({
      kind: 'gate',
      at: env.now().toISOString(),
      step,
      state: judged.open ? 'open' : 'waiting',
      reading: text,
    });
    if (judged.open) {
      await session.record({ kind: 'gate', step, state: 'open', reading: text });
      return { open: true, text };
    }
    const left = until - clock();
    if (left <= 0) break;
    // A reading takes a part of the time to the next one; a host that answers slowly gets a rest all the same.
    const rest = Math.max(spec.everyMs - (clock() - began), spec.everyMs * LEAST_REST);
    // The last reading is at the end of the time, not after it.
    await env.sleep(Math.min(rest, left), env.stop);
  }
  await session.record({
    kind: 'gate',
    step,
    state: 'failed',
    reading: text,
    why: env.stop.aborted ? 'interrupted' : 'its time is over',
  });
  return { open: false, text };
}

function describe(spec: GateSpec): string {
  const errors = spec.maxErrorPercent === undefined ? '' : `, at most ${spec.maxErrorPercent}% errors`;
  const leases = spec.freshLeases === undefined ? '' : `, ${spec.freshLeases} leases fresh`;
  const etcd = spec.etcdHealthy === undefined ? '' : `, ${spec.etcdHealthy} etcd members healthy`;
  const nodes = spec.nodes === undefined ? '' : `, ${spec.nodes.calm} of the nodes read calm`;
  const calm = spec.calmReadings === undefined ? '' : ` or ${spec.calmReadings} calm readings`;
  return `${spec.answering} API servers ready${errors}${leases}${etcd}${nodes}, for ${spec.holdsMs / 1000}s${calm}, within ${spec.withinMs / 1000}s`;
}

/** So many of the names, evenly over their order; the last one, which came back last, among them. */
export function sampleOf(names: string[], most: number): string[] {
  if (names.length <= most) return names;
  return Array.from({ length: most }, (_, i) => names[Math.floor(((i + 1) * names.length) / most) - 1]!);
}
