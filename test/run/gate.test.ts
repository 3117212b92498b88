import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ClusterReading } from '../../src/probe/types.ts';
import { type GateState, judge, meets } from '../../src/run/gate.ts';
import type { GateSpec } from '../../src/run/types.ts';

const spec: GateSpec = { answering: '51%', holdsMs: 3000, withinMs: 60_000, everyMs: 1000 };
const reading = (answering: number, of = 3, errorPercent?: number): ClusterReading => ({
  at: '2026-01-01T00:00:00Z',
  servers: [],
  answering,
  of,
  ...(errorPercent === undefined ? {} : { errorPercent }),
});

describe('a gate', () => {
  it.each([
    ['51%', 1, 3, false],
    ['51%', 2, 3, true],
    ['51%', 1, 1, true],
    ['100%', 2, 3, false],
    ['2', 2, 5, true],
    ['100%', 0, 0, false],
  ])('that asks for %s is met by %i of %i: %s', (answering, now, of, expected) => {
    expect(meets({ ...spec, answering }, reading(now, of)).ok).toBe(expected);
  });

  it('asks for measured errors when it has a limit', () => {
    const limited = { ...spec, maxErrorPercent: 5 };
    expect(meets(limited, reading(3)).ok).toBe(false);
    expect(meets(limited, reading(3, 3, 5)).ok).toBe(true);
    expect(meets(limited, reading(3, 3, 5.1)).ok).toBe(false);
  });

  it('opens only after the condition held without a break', () => {
    const readings = fc.array(fc.boolean(), { maxLength: 40 });
    fc.assert(
      fc.property(readings, (well) => {
        let state: GateState = {};
        let held = 0;
        for (const [second, ok] of well.entries()) {
          const judged = judge(spec, state, reading(ok ? 3 : 1), second * 1000);
          state = judged.state;
          held = ok ? held + 1 : 0;
          // n readings in a row span n - 1 seconds.
          expect(judged.open).toBe(held >= 4);
        }
      }),
    );
  });
});
