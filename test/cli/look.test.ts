import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { InProcess } from './in-process.ts';
import { withKit } from './with-kit.ts';

let fireaxe: InProcess;
let kit: string;
const HERE = ['--via', 'local', '--nodes', 'n1'];
const look = (...args: string[]) => fireaxe.run(['look', ...args], { kit });

withKit(InProcess, (both) => ({ fireaxe, kit } = both));

it('runs a command without a reason, a question or a journal', async () => {
  const { code, stdout, stderr } = await look(...HERE, '--', 'echo seen; echo said >&2');
  expect(stderr).toBe('');
  expect(stdout).toMatch(/^== n1 \(1\): ok\n {2}\| seen\n {2}stderr \| said\n$/);
  expect(code).toBe(0);
  const state = join(kit, 'state');
  expect(existsSync(state) ? readdirSync(state) : []).toEqual([]);
});

it('takes several words as one command, and a script from stdin', async () => {
  expect((await look(...HERE, '--', 'printf', '%s.', 'a b', "c'd")).stdout).toContain("a b.c'd.");
  const script = await fireaxe.run(['look', ...HERE, '--script', '-'], { kit, input: 'echo from stdin\n' });
  expect(script.stdout).toContain('from stdin');
});

it('exits with 3 if a command fails, and shows its exit code and output', async () => {
  const { code, stdout } = await look(...HERE, '-o', 'json', '--', 'echo no; exit 4');
  expect(code).toBe(3);
  expect(JSON.parse(stdout)).toMatchObject({
    cluster: 'c1',
    outcomes: [{ target: 'n1', state: 'failed', stdout: 'no\n', result: { exit: 4 } }],
  });
  const lines = (await look(...HERE, '-o', 'ndjson', '--', 'echo hi')).stdout.trim().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { outcome: { target: 'n1', stdout: 'hi\n' } },
    { cluster: 'c1' },
  ]);
});

it.each(['look', 'exec'])(
  '%s without a selection is refused: -c NAME or --all means every node',
  async (verb) => {
    const words = verb === 'exec' ? ['--reason', 'x', '--yes'] : [];
    const refused = await fireaxe.run([verb, '--via', 'local', ...words, '--', 'true'], { kit });
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/no nodes are selected: \w+ would reach the whole cluster[\s\S]*or --all/);
    const some = ['-c', 'c1,c2'];
    expect((await fireaxe.run([verb, ...some, '--via', 'local', ...words, '--', 'true'], { kit })).code).toBe(
      2,
    );
    const both = await fireaxe.run([verb, ...HERE, ...words, '--all', '--', 'true'], { kit });
    expect(both.stderr).toContain('give --all or a selection, not both');
    for (const said of [['--all'], ['-c', 'c1']]) {
      const args = [verb, '--via', 'local', ...words, ...said, '-o', 'json', '--', 'true'];
      const all = await fireaxe.run(args, { kit });
      expect(JSON.parse(all.stdout).outcomes.length).toBeGreaterThan(1);
    }
  },
);
