import { expect, it } from 'vitest';
import { SimulatedRegistry } from '../../../src/drill/registry/registry.ts';
import { labMs } from '../../../src/drill/time-scale.ts';

it('serves a burst, then as many requests a second of a real cluster as its limit, and counts the rest', () => {
  const registry = new SimulatedRegistry({ perSecond: 2, burst: 3 });
  const served = (now: number, asked: number) =>
    Array.from({ length: asked }, () => registry.serves(now)).filter(Boolean).length;
  expect(served(0, 5)).toBe(3);
  expect(served(labMs(1), 5)).toBe(2);
  expect(registry.throttled()).toBe(5);
  // A pause is worth no more than the burst.
  expect(served(labMs(1000), 5)).toBe(3);
});
