import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { complete } from '../../../src/cli/complete/complete.ts';
import type { Sources } from '../../../src/cli/complete/types.ts';
import { verbs } from '../../../src/cli/registry.ts';
import { InProcess } from '../in-process.ts';
import { withKit } from '../with-kit.ts';

const sources: Sources = {
  clusters: async () => [{ word: 'prod-1' }, { word: 'prod-2' }],
  clusterLabels: async () => ['env=prod'],
  nodes: async () => [{ word: 'n1' }, { word: 'n2' }],
  labels: async () => ['role=worker'],
  runs: async () => [{ word: '20261120T101500Z-a1b2' }],
  playbooks: async () => [{ word: 'shed-load' }],
  parameters: async (playbook) => (playbook === 'shed-load' ? [{ word: 'process', says: 'its name' }] : []),
  questions: async (subject) => (subject === 'asks' ? [{ word: 'approve', says: 'Go on?' }] : []),
};
const at = (...typed: string[]) => complete(typed, verbs(), () => sources);
const words = async (...typed: string[]) => (await at(...typed)).candidates.map(({ word }) => word);

describe('completion', () => {
  it.each<[string[], string[]]>([
    [['no'], ['nodes']],
    [['kit', 'ini'], ['init']],
    [['ki'], ['kit']],
    [['schema', 'play'], ['playbook']],
    [['nodes', '--disc'], ['--discover']],
    [
      ['nodes', '-c', ''],
      ['prod-1', 'prod-2'],
    ],
    [
      ['nodes', '--cluster=prod-1,'],
      ['--cluster=prod-1,prod-1', '--cluster=prod-1,prod-2'],
    ],
    [
      ['nodes', '--nodes', 'n1,'],
      ['n1,n1', 'n1,n2'],
    ],
    [['probe', '-l', 'ro'], ['role=worker']],
    [['status', '--cluster-selector', 'e'], ['env=prod']],
    [['undo', 'last', ''], []],
    [['undo', '2026'], ['20261120T101500Z-a1b2']],
    [['undo', '--yes', 'la'], ['last']],
    [['undo', '--reason', 'la'], []],
    [
      ['plan', 'sh'],
      ['shed-load', 'shrink'],
    ],
    [['run', 'sh'], ['shed-load']],
    [['run', 'shed-load', '-p', ''], ['process=']],
    [
      ['run', 'asks', '--answer', 'app'],
      ['approve=yes', 'approve=no'],
    ],
    [['resume', 'asks', '--answer', 'approve=n'], ['approve=no']],
    [['run', 'shed-load', '--answer', ''], []],
    [
      ['dns', ''],
      ['check', 'hold'],
    ],
    [['dns', 'check', ''], []],
    [['plan', 'dns', 'h'], ['hold']],
    [['plan', 'dns', 'hold', ''], []],
    [['drill', 'st'], ['status']],
    [['kubectl', 'ap'], ['apply']],
    [['completion', 'z'], ['zsh']],
    [['plan', 'stop', '--unit', 'x', '--vi'], ['--via']],
    [['stop', '--via', 'ssh,o'], ['ssh,openssh']],
    [['exec', '--all', '--', 'ls', ''], []],
    [['no-such-verb', ''], []],
  ])('of %j is %j', async (typed, expected) => {
    expect(await words(...typed)).toEqual(expected);
  });

  it('leaves files to the shell where a file is meant, and no space after a parameter', async () => {
    expect(await at('plan', 'x', '--save', '')).toMatchObject({ files: true });
    expect(await at('run', 'x')).toMatchObject({ files: true });
    expect(await at('nodes', '-c', '')).not.toHaveProperty('files');
    expect(await at('run', 'shed-load', '-p', '')).toMatchObject({ open: true });
  });
});

describe('the verb completion', () => {
  let fireaxe: InProcess;
  let kit: string;
  withKit(InProcess, (made) => ({ fireaxe, kit } = made));

  it('reads the kit', async () => {
    const { stdout } = await fireaxe.run(['completion', 'words', '--', 'nodes', '--nodes', 'cp'], { kit });
    expect(stdout).toBe('cp-1\tcontrol-plane,etcd\n');
  });

  it('reads the questions of a playbook, of a saved plan, and of a run those without a yes', async () => {
    const step = '{ id: approve, ask: "Go on?", within: 5m }';
    mkdirSync(join(kit, 'playbooks'), { recursive: true });
    writeFileSync(
      join(kit, 'playbooks/asks.yaml'),
      `schemaVersion: 1\nname: asks\ntitle: Asks\nworkstreams: [{ name: only, steps: [${step}] }]\n`,
    );
    const plan = join(fireaxe.directory, 'asks.plan');
    const of = ['-c', 'c1', '--reason', 'INC-42'];
    const offered = async (...typed: string[]) =>
      (await fireaxe.run(['completion', 'words', '--', ...typed, '--answer', ''], { kit })).stdout;
    const both = 'approve=yes\tGo on?\napprove=no\tGo on?\n';

    expect(await offered('run', 'asks')).toBe(both);
    expect((await fireaxe.run(['plan', 'asks', ...of, '--save', plan], { kit })).code).toBe(0);
    expect(await offered('run', plan)).toBe(both);
    expect((await fireaxe.run(['run', 'asks', ...of, '--answer', 'approve=no'], { kit })).code).toBe(7);
    expect(await offered('resume', 'last')).toBe(both);
    const [run = ''] = readdirSync(fireaxe.env.FIREAXE_STATE_DIR).filter((name) => /^\d{8}T/.test(name));
    for (const begun of [run, run.slice(0, 11), run.slice(0, 6)])
      expect(await offered('resume', begun)).toBe(both);
    expect((await fireaxe.run(['run', 'asks', ...of, '--answer', 'approve=yes'], { kit })).code).toBe(0);
    expect(await offered('resume', 'last')).toBe('');
    expect(await offered('run', 'no-such')).toBe('');
  });

  it('offers what needs no kit where there is none, and says nothing', async () => {
    const { code, stdout, stderr } = await fireaxe.run(['completion', 'words', '--', 'run', 'thr'], {
      kit: '/none',
    });
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'throttle-offender\n:files\n', stderr: '' });
    const none = await fireaxe.run(['completion', 'words', '--', 'nodes', '-c', ''], { kit: '/none' });
    expect(none).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it('refuses a shell that it does not know', async () => {
    const { code, stderr } = await fireaxe.run(['completion', 'tcsh']);
    expect(code).toBe(2);
    expect(stderr).toContain('unknown shell "tcsh"\n  expected: bash, zsh, fish');
  });

  const shellcheck = '/usr/bin/shellcheck';
  it.skipIf(!existsSync(shellcheck))(
    'prints a script for bash that is clean, where shellcheck can be had',
    () => {
      const file = join(import.meta.dirname, '../../../src/cli/complete/fireaxe.bash');
      execFileSync(shellcheck, ['--shell=bash', file]);
    },
  );
});
