import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { uniform } from './random.ts';
import { type Return, type Returned, simulateReturn } from './return.ts';

function seeded(seed: number): () => number {
  let drawn = 0;
  return () => uniform(seed, drawn++);
}

/** docs/simulation.md has the source of each. */
const WORLD: Omit<Return, 'random'> = {
  nodes: 500,
  images: 10,
  pullSeconds: 5,
  registry: { perSecond: 40, burst: 100 },
  kubelet: { pulls: Number.POSITIVE_INFINITY, limit: { perSecond: 5, burst: 10 } },
  batch: 500,
  gate: 1,
};
const CEILING = { pulls: 2, limit: { perSecond: 1, burst: 2 } };
const WAYS: [string, Partial<Return>][] = [
  ['all at once', {}],
  ['all at once, one pull a node', { kubelet: { ...WORLD.kubelet, pulls: 1 } }],
  ['all at once, with `pace`', { kubelet: CEILING }],
  ['10% at a time', { batch: 50, gate: 0.9 }],
  ['10% at a time, with `pace`', { batch: 50, gate: 0.9, kubelet: CEILING }],
];
const ran = new Map<string, Returned>();

/** Each way and seed is simulated once. */
function run(way: Partial<Return>, seed = 1): Returned {
  const key = JSON.stringify([way, seed]);
  const known = ran.get(key) ?? simulateReturn({ ...WORLD, ...way, random: seeded(seed) });
  ran.set(key, known);
  return known;
}

const row = (name: string, way: Partial<Return>) => {
  const { half, all, throttled } = run(way);
  return `| ${name} | ${Math.round(half)} s | ${Math.round(all)} s | ${throttled.toLocaleString('en-US')} |`;
};

describe('a return against a registry with a limit, in simulated time', () => {
  it.each([1, 2, 3])(
    'paced is done well before all at once, with a fraction of the 429s (seed %i)',
    (seed) => {
      const [atOnce, paced] = [run({}, seed), run(WAYS.at(-1)![1], seed)];
      expect(paced.all).toBeLessThan(atOnce.all * 0.75);
      expect(paced.throttled).toBeLessThan(atOnce.throttled / 10);
    },
  );

  it('is not slower all at once where the registry has no limit: the limit makes the difference', () => {
    const free = { registry: { perSecond: 1e9, burst: 1e9 } };
    const [atOnce, paced] = [run(free), run({ ...free, ...WAYS.at(-1)![1] })];
    expect(atOnce.throttled).toBe(0);
    expect(atOnce.all).toBeLessThan(paced.all);
  });

  it('cannot be faster than the registry', () => {
    const { perSecond, burst } = WORLD.registry;
    const least = (WORLD.nodes * WORLD.images - burst) / perSecond;
    for (const [, way] of WAYS) expect(run(way).all).toBeGreaterThan(least);
  });

  it('docs/simulation.md has the figures of this very model', () => {
    const page = readFileSync(resolve(import.meta.dirname, '../../docs/simulation.md'), 'utf8');
    expect(page).toContain(WAYS.map(([name, way]) => row(name, way)).join('\n'));
  });
});
