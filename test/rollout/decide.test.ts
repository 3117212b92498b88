import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide, wavesOf } from '../../src/rollout/decide.ts';
import type { ClusterState } from '../../src/run/types.ts';
import { clustersOf, rolloutOf } from './fake-clusters.ts';

/** Plays a rollout to its end: what runs ends in any order, as `fate` says. */
function play(
  pace: Parameters<typeof rolloutOf>[1],
  size: number,
  fails: Set<string>,
  pick: (n: number) => number,
) {
  const plan = rolloutOf(clustersOf(size), pace);
  const states = new Map<string, ClusterState>(plan.clusters.map(({ name }) => [name, 'waiting']));
  const begun: string[] = [];
  let most = 0;
  let stopped: string | undefined;
  for (;;) {
    const next = decide(plan, (name) => states.get(name)!);
    for (const { cluster } of next.skip) states.set(cluster, 'skipped');
    if (next.skip.length > 0) continue;
    for (const name of next.launch) {
      expect(begun).not.toContain(name);
      // All of the waves before have ended.
      const wave = wavesOf(plan).findIndex((names) => names.includes(name));
      for (const earlier of wavesOf(plan).slice(0, wave).flat())
        expect(['ok', 'failed', 'skipped']).toContain(states.get(earlier));
      begun.push(name);
      states.set(name, 'running');
    }
    const running = [...states].filter(([, state]) => state === 'running').map(([name]) => name);
    most = Math.max(most, running.length);
    if (running.length === 0) {
      stopped = next.stopped;
      break;
    }
    const ends = running[pick(running.length)]!;
    states.set(ends, fails.has(ends) ? 'failed' : 'ok');
  }
  return { plan, states, begun, most, stopped };
}

describe('decide', () => {
  it('begins each cluster at most once, wave after wave, never more than allowed at a time or after too many failures', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 1, max: 5 }),
        fc.nat(3),
        fc.boolean(),
        fc.array(fc.boolean(), { minLength: 20, maxLength: 20 }),
        fc.infiniteStream(fc.nat(100)),
        (waves, parallel, maxFailed, canary, failing, order) => {
          const size = waves.reduce((a, b) => a + b, 0);
          const fails = new Set(failing.flatMap((does, i) => (does && i % 3 === 0 ? [`c${i + 1}`] : [])));
          const pick = (n: number) => order.next().value! % n;
          const { plan, states, most, stopped, begun } = play(
            { waves, parallel, maxFailed, ...(canary && waves.length > 1 ? { canary: true } : {}) },
            size,
            fails,
            pick,
          );
          expect(most).toBeLessThanOrEqual(parallel);
          const failed = [...states.values()].filter((state) => state === 'failed').length;
          const canaryFailed = plan.canary && wavesOf(plan)[0]!.some((name) => states.get(name) === 'failed');
          expect(stopped !== undefined).toBe(failed > maxFailed || canaryFailed === true);
          if (stopped === undefined) expect(begun.length).toBe(size);
          // A failed canary was the only wave.
          if (canaryFailed) expect(begun.length).toBeLessThanOrEqual(waves[0]!);
          // What was in flight when one failed too many ended, too.
          expect(failed).toBeLessThanOrEqual(maxFailed + parallel);
        },
      ),
    );
  });

  it('skips what needs a cluster that failed, and what needs that', () => {
    const rollout = rolloutOf(clustersOf(4), { maxFailed: 2 });
    const clusters = rollout.clusters.map((cluster, i) =>
      i === 0 ? cluster : { ...cluster, needs: [`c${i}`] },
    );
    const states: Record<string, ClusterState> = { c1: 'ok', c2: 'failed', c3: 'waiting', c4: 'waiting' };
    const next = decide({ ...rollout, clusters }, (name) => states[name]!);
    expect(next.skip).toEqual([
      { cluster: 'c3', why: 'it needs c2' },
      { cluster: 'c4', why: 'it needs c3' },
    ]);
  });

  it('lets a region that does not move take no more than its share of the places', () => {
    const plan = rolloutOf(clustersOf(6), { waves: [6], parallel: 3 });
    const domainsOf = (cluster: string) => [cluster <= 'c3' ? 'dead' : 'alive'];
    const begun = decide(plan, () => 'waiting', domainsOf).launch;
    expect(begun).toEqual(['c1', 'c4', 'c2']);
    const states: Record<string, ClusterState> = { c1: 'running', c2: 'running', c4: 'ok' };
    expect(decide(plan, (name) => states[name] ?? 'waiting', domainsOf).launch).toEqual(['c5']);
  });

  it('says why it stopped', () => {
    const plan = rolloutOf(clustersOf(3), { waves: [1, 2], canary: true, maxFailed: 3 });
    expect(decide(plan, (name) => (name === 'c1' ? 'failed' : 'waiting')).stopped).toBe(
      'the canary c1 failed',
    );
    const { canary: _, ...bare } = { ...plan, maxFailed: 0 };
    expect(decide(bare, (name) => (name === 'c2' ? 'failed' : 'ok')).stopped).toBe(
      '1 failed cluster, 0 allowed',
    );
  });
});
