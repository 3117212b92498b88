import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Measured } from './case.ts';

/** The first run of each, for all that compare with it. */
const firsts = new Map<string, Measured>();
function firstOf(row: string): Measured {
  const first = firsts.get(row) ?? simulated(row);
  firsts.set(row, first);
  return first;
}

/** Runs the simulation in a process of its own: it replaces the clock. */
function simulated(row: string, seed = '1'): Measured {
  const file = join(import.meta.dirname, 'simulate.mjs');
  const args = ['--clusters', '2', '--nodes', '20', '--seed', seed, '--json', '--only', row];
  const said = execFileSync(process.execPath, [file, ...args], { encoding: 'utf8' });
  const { planSeconds: _, runSeconds: __, cpuSeconds: ___, peakBytes: ____, ...told } = JSON.parse(said);
  return told;
}

function expectWhole({ windows, recoveries, counts, planned }: Measured): void {
  expect(Object.values(counts).reduce((sum, n) => sum + n)).toBe(planned);
  expect(windows).toHaveLength(2);
  for (const [i, at] of windows.entries()) expect(at).toBeLessThan(recoveries[i]!);
}

test.each(['SSH, 8 cores, all at once', 'SSM, all at once'])(
  '%s: the same seed gives the same times, every target has one outcome, every cluster its window first',
  (row) => {
    const first = firstOf(row);
    expectWhole(first);
    expect(simulated(row)).toEqual(first);
  },
);

test('another seed gives other times', () => {
  expect(simulated('SSM, all at once', '2').windows).not.toEqual(firstOf('SSM, all at once').windows);
});
