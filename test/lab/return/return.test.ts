import { afterAll, beforeAll, expect, test } from 'vitest';
import { CommandLine } from '../../cli/command-line.ts';
import { coldReturn, type Return, WORKERS } from './cold-return.ts';

const RUNS = 3;
let fireaxe: CommandLine;
beforeAll(() => {
  fireaxe = new CommandLine();
});
afterAll(() => fireaxe?.close());

/** The next batch when both nodes of the last one have pulled all that they wait for. */
const PACED = [
  ...['--batch', '2', '--gate-for', '5s', '--gate-nodes', '100%'],
  ...['--gate-limit', 'pulls=0', '--gate-limit', 'waiting=0'],
];

test(`${WORKERS} workers without images return paced and all at once: all serve, and paced the registry refuses far fewer pulls`, {
  timeout: 3_000_000,
  retry: 0,
}, async () => {
  const paced: Return[] = [];
  const atOnce: Return[] = [];
  for (let run = 0; run < RUNS; run++) {
    for (const [runs, words] of [
      [paced, PACED],
      [atOnce, ['--all']],
    ] as const) {
      const one = await coldReturn(fireaxe, [...words]);
      expect(one.code, one.said).toBe(0);
      runs.push(one);
      console.log(`${runs === paced ? 'paced' : 'all at once'}: ${shown([one])}`);
    }
  }
  console.log(`paced        ${shown(paced)}\nall at once  ${shown(atOnce)}`);
  const throttled = (runs: Return[]) => runs.reduce((sum, run) => sum + run.throttled, 0);
  expect(throttled(atOnce)).toBeGreaterThan(0);
  expect(throttled(paced)).toBeLessThan(throttled(atOnce) / 2);
});

function shown(runs: Return[]): string {
  const each = (of: (run: Return) => number, digits = 0) =>
    runs.map((run) => of(run).toFixed(digits)).join(', ');
  return `half ${each(({ half }) => half, 1)} s · all ${each(({ all }) => all, 1)} s · 429: ${each(({ throttled }) => throttled)} · lost: ${each(({ lost }) => lost)}`;
}
