import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Capacity, COST } from '../../../src/drill/control-plane/capacity.ts';
import { ServerModel } from '../../../src/drill/control-plane/server-model.ts';

const GiB = 2 ** 30;
const capacity: Capacity = { unitsPerSecond: 100, inflight: 4, mutatingInflight: 2, memoryLimit: 10 * GiB };
const limits = { requestTimeoutMs: 3000, warmUpMs: 500 };
const small = { units: 10, bytes: 0 };

/** A server whose caches are warm. */
function warm(): ServerModel {
  const model = new ServerModel(capacity, 0, limits);
  model.advance(1000);
  return model;
}

test('alone, a request takes its work over the capacity', () => {
  const model = warm();
  const id = model.admit('readOnly', small);
  expect(model.advance(1090).done).toEqual([]);
  expect(model.advance(1101).done).toEqual([id]);
});

test('service time grows with what is in flight', () => {
  const model = warm();
  for (let i = 0; i < 4; i++) model.admit('readOnly', small);
  expect(model.advance(1390).done).toEqual([]);
  expect(model.advance(1401).done).toHaveLength(4);
});

test('a machine that stands still does no work meanwhile', () => {
  const model = new ServerModel(capacity, 0, { ...limits, warmUpMs: 0, mostAtOnceMs: 100 });
  const id = model.admit('readOnly', { ...small, units: 15 });
  expect(model.advance(1_000).done).toEqual([]);
  expect(model.advance(1_049).done).toEqual([]);
  expect(model.advance(1_051).done).toEqual([id]);
});

test('cold caches cost more', () => {
  const model = new ServerModel(capacity, 0, limits);
  model.admit('readOnly', small);
  expect(model.advance(150).done).toEqual([]);
  expect(model.advance(201).done).toHaveLength(1);
});

test('full seats turn away their own kind, never what is exempt', () => {
  const model = warm();
  for (let i = 0; i < 4; i++) expect(model.admit('readOnly', small)).toBeDefined();
  expect(model.admit('readOnly', small)).toBeUndefined();
  expect(model.admit('mutating', small)).toBeDefined();
  expect(model.admit('exempt', small)).toBeDefined();
});

test('turning away is not free', () => {
  const [idle, busy] = [warm(), warm()];
  for (const model of [idle, busy]) for (let i = 0; i < 4; i++) model.admit('readOnly', small);
  for (let i = 0; i < 1000; i++) busy.admit('readOnly', small);
  expect(idle.advance(1450).done).toHaveLength(4);
  expect(busy.advance(1450).done).toHaveLength(0);
});

test('what does not finish in time expires', () => {
  const model = warm();
  const id = model.admit('readOnly', { units: 1000, bytes: 0 });
  expect(model.advance(3999).expired).toEqual([]);
  expect(model.advance(4000).expired).toEqual([id]);
});

test('watches and lists eat memory until the server dies of it', () => {
  const model = warm();
  const close = model.openWatch(5 * GiB);
  expect(model.outOfMemory()).toBe(false);
  model.admit('readOnly', { units: 10, bytes: 5 * GiB });
  expect(model.outOfMemory()).toBe(true);
  close();
  expect(model.outOfMemory()).toBe(false);
});

test('near its limit it is slow: collecting garbage takes the processor', () => {
  const model = warm();
  model.openWatch(8 * GiB);
  model.admit('readOnly', small);
  expect(model.advance(1101).done).toEqual([]);
  expect(model.advance(1401).done).toHaveLength(1);
});

test('whatever comes in, every admitted request ends once and memory comes back', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.record({ gap: fc.integer({ min: 0, max: 400 }), units: fc.integer({ min: 1, max: 200 }) }),
        {
          maxLength: 60,
        },
      ),
      (arrivals) => {
        const model = warm();
        const admitted = new Set<number>();
        const ended: number[] = [];
        let now = 1000;
        const step = (ms: number) => {
          now += ms;
          const { done, expired } = model.advance(now);
          ended.push(...done, ...expired);
        };
        for (const { gap, units } of arrivals) {
          step(gap);
          const id = model.admit('readOnly', { units, bytes: 1000 });
          if (id !== undefined) admitted.add(id);
          expect(model.inflight('readOnly')).toBeLessThanOrEqual(capacity.inflight);
        }
        for (let i = 0; i < 40; i++) step(1000);
        expect(ended.sort((a, b) => a - b)).toEqual([...admitted].sort((a, b) => a - b));
        expect(model.memoryBytes()).toBeCloseTo(COST.base, 0);
      },
    ),
    { numRuns: 100 },
  );
});
