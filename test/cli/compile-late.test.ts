import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { compileLate } from '../../src/cli/compile-late.ts';

describe('when V8 optimizes', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test('late at first, and as usual once a run has taken its CPU', () => {
    const flags: string[] = [];
    let cpuMs = 0;
    compileLate(
      '11.3.244.8-node.30',
      (flag) => flags.push(flag),
      () => cpuMs,
    );
    expect(flags).toEqual(['--interrupt-budget=1000000']);
    vi.advanceTimersByTime(10_000);
    expect(flags).toHaveLength(1);
    cpuMs = 2500;
    vi.advanceTimersByTime(10_000);
    expect(flags).toEqual(['--interrupt-budget=1000000', '--interrupt-budget=67584']);
  });

  test('sets no flag that this V8 may not know', () => {
    const flags: string[] = [];
    compileLate('14.6.202.34-node.20', (flag) => flags.push(flag));
    expect(flags).toEqual([]);
  });
});
