import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { exec } from '../../../src/actions/exec/action.ts';
import { order } from '../../node/made-up.ts';
import { SHELLS } from '../../node/sandbox.ts';
import { test } from '../../node/sandbox-test.ts';

const TOOLS = ['cat', 'date', 'ln', 'mkdir', 'mv', 'readlink', 'rm'];
const real = (name: string) =>
  execFileSync('/bin/sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim();

/** Whether this shell counts the seconds itself, as bash does since version 5. */
const counts = ([name, ...args]: string[]) =>
  spawnSync(name!, [...args, '-c', 'echo "$EPOCHSECONDS"'], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH },
  }).stdout.trim() !== '';

// Busybox runs its own tools, without a process where it can.
describe.concurrent.each(SHELLS.filter(([name]) => name !== 'busybox').map((s) => [s.join(' '), s] as const))(
  '%s',
  (_name, shell) => {
    test('a receipt takes a node three processes beside the command and its deadline, and one for the time in old shells', async ({
      box,
    }) => {
      for (const name of TOOLS) box.tool(name, `exec ${real(name)} "$@"`);
      const apply = order(exec, 'apply', { params: { command: 'true', exits: [0] } });
      expect((await box.run(apply, shell)).result).toMatchObject({ state: 'changed' });
      const calls = readFileSync(join(box.root, 'calls'), 'utf8').trim().split('\n');
      expect(calls.map((call) => call.split(' ')[0])).toEqual([
        ...(counts(shell) ? [] : ['date']),
        'mkdir',
        'ln',
        'rm',
      ]);
    });
  },
);
