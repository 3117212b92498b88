import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CommandLine } from '../command-line.ts';
import { kitOfSix } from './six-clusters.ts';

let fireaxe: CommandLine;
let kit: string;
let trace = '';
beforeAll(() => {
  fireaxe = new CommandLine();
  kit = kitOfSix({}, 4);
  trace = join(fireaxe.directory, 'trace');
});
afterAll(() => {
  fireaxe.close();
  rmSync(kit, { recursive: true });
});
beforeEach(() => {
  rmSync(fireaxe.env.FIREAXE_STATE_DIR, { recursive: true, force: true });
  writeFileSync(trace, '');
});

const marked = () => readFileSync(trace, 'utf8').split('\n').length - 1;
const words = (first = 'sleep 0.3') => [
  ...['exec', '-c', 'c*', '--all', '--yes', '--soak', '0s', '--reason', 'INC-1', '-o', 'ndjson'],
  ...['--', `${first}; echo ran >> ${trace}`],
];
const later = (ms: number) => new Promise((wake) => setTimeout(wake, ms));

describe('a rollout whose process is killed', () => {
  it.each([0, 3, 7])(
    'after %d nodes runs nothing twice when it is resumed, and its totals are whole',
    async (k) => {
      const { child, ended, saying } = fireaxe.start(words(), kit);
      if (k === 0) await saying(/"kind":"cluster"/);
      while (marked() < k) await later(10);
      child.kill('SIGKILL');
      await ended;
      const { code, stdout, stderr } = fireaxe.run(['resume', 'last', '-o', 'json'], { kit });
      expect(code, stderr).toBe(0);
      const { verdict } = JSON.parse(stdout);
      expect(verdict).toMatchObject({ state: 'done', planned: 8, counts: { ok: 8 } });
      expect(verdict.clusters.map((one: { state: string }) => one.state)).toEqual(['ok', 'ok', 'ok', 'ok']);
      expect(marked()).toBe(8);
    },
  );

  it('is refused to a second operator while it runs, and so is the run of its cluster', async () => {
    const gate = join(fireaxe.directory, 'gate');
    const { ended, saying } = fireaxe.start(words(`while [ ! -e ${gate} ]; do sleep 0.1; done`), kit);
    await saying(/"kind":"intent"/);
    for (const part of [['-c', 'c1'], []]) {
      const second = fireaxe.run(['resume', 'last', ...part], { kit });
      expect([second.code, second.stderr]).toEqual([
        7,
        expect.stringContaining('another fireaxe is writing'),
      ]);
    }
    writeFileSync(gate, '');
    expect((await ended).code).toBe(0);
    expect(marked()).toBe(8);
  });
});
