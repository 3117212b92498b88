import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Turns } from '../../../../src/drill/scenarios/telemetry-flood/turns.ts';

test('as many turns are due as the clock says, however late they are asked for', () => {
  const looks = fc.array(fc.integer({ min: 1, max: 5_000 }), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(looks, fc.integer({ min: 20, max: 1_000 }), (waits, every) => {
      const turns = new Turns(every, 0);
      let now = 0;
      let due = 0;
      for (const wait of waits) {
        now += wait;
        due += turns.due(now);
      }
      expect(due).toBe(Math.floor(now / every) + 1);
    }),
  );
});

test('the first one is due at its time, not before', () => {
  const turns = new Turns(100, 250);
  expect([0, 249, 250, 349, 350].map((now) => turns.due(now))).toEqual([0, 0, 1, 0, 1]);
});
