import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createKeyPair } from '../../src/drill/node/key-pair.ts';
import { fleetOf, KIT_YAML, makeKit, NODES } from '../kit/make-kit.ts';
import { InProcess } from './in-process.ts';

const PLAYBOOK = `schemaVersion: 1
name: own
title: run something
parameters:
  command: { description: what to run }
workstreams:
  - name: main
    steps:
      - { id: say, action: exec, on: name=n1, via: [local], with: { command: '\${command}' } }
`;

let fireaxe: InProcess;
let kit: string;
const kits: string[] = [];

function otherKit(files: Record<string, string>): string {
  const path = makeKit(files);
  kits.push(path);
  return path;
}

beforeAll(() => {
  fireaxe = new InProcess();
  kit = otherKit({ 'playbooks/own.yaml': PLAYBOOK });
});

afterAll(() => {
  fireaxe?.close();
  for (const path of kits) rmSync(path, { recursive: true });
});

/** The text on stderr and the exit code; stdout stays empty. */
async function refusal(args: string[], path = kit) {
  const { code, stdout, stderr } = await fireaxe.run(args, { kit: path });
  expect(stdout).toBe('');
  return { code, stderr };
}

describe('bad input is refused with the next command', () => {
  it('an invalid selector: names the column and what it expects', async () => {
    const { code, stderr } = await refusal(['nodes', '-l', 'pool in web']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/unexpected web[\s\S]*column 9[\s\S]*expected: \( before the values/);
  });

  it('an empty selector does not select all nodes', async () => {
    expect((await refusal(['exec', '-l', '', '--reason', 'x', '--yes', '--', 'id'])).code).toBe(2);
  });

  it('a script that would reach the nodes altered', async () => {
    const script = join(kit, 'script');
    writeFileSync(script, Buffer.from('rm caf\xe9\n', 'latin1'));
    const { code, stderr } = await refusal(['exec', '--reason', 'x', '--yes', '--script', script]);
    expect(code).toBe(2);
    expect(stderr).toContain('the script is not UTF-8');
    rmSync(script);
  });

  it('a selection without nodes: names what the fleet has', async () => {
    const { code, stderr } = await refusal(['exec', '-l', 'pool=gpu', '--reason', 'x', '--yes', '--', 'id']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/no nodes match --selector "pool=gpu"/);
    expect(stderr).toMatch(/worker \(2\).*zone: a \(2\), b \(1\).*pool \(2\)[\s\S]*next: fireaxe nodes/);
  });

  it('an unknown node: names the nearest', async () => {
    const { code, stderr } = await refusal(['nodes', '--nodes', 'n[1-3]']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/no node n3/);
  });

  it('an unknown playbook parameter: names the nearest; a missing one: explains it', async () => {
    const unknown = await refusal(['plan', 'own', '-p', 'comand=id']);
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toMatch(/no parameter comand[\s\S]*perhaps command/);
    const missing = await refusal(['plan', 'own']);
    expect(missing.code).toBe(2);
    expect(missing.stderr).toMatch(/needs command[\s\S]*what to run[\s\S]*-p command=/);
  });

  it('an unknown playbook: lists the known ones', async () => {
    const { code, stderr } = await refusal(['plan', 'owm']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/no playbook owm[\s\S]*own/);
  });

  it.each([
    ['kit.yaml', KIT_YAML.replace('policy:', 'polciy:'), /kit\.yaml:7:1[\s\S]*perhaps policy/],
    ['playbooks/own.yaml', PLAYBOOK.replace('action:', 'acton:'), /own\.yaml:9:9/],
    ['playbooks/own.yaml', PLAYBOOK.replace('id: say', 'id: say, id: twice'), /own\.yaml:9:\d+/],
  ])('an error in %s: names file, line and column', async (name, text, words) => {
    const path = otherKit({ 'playbooks/own.yaml': PLAYBOOK, [name]: text });
    const { code, stderr } = await refusal(['plan', 'own', '-p', 'command=id'], path);
    expect(code).toBe(2);
    expect(stderr).toMatch(words);
  });

  it('loose kit permissions: names the file and the chmod command', async () => {
    const path = otherKit({});
    chmodSync(join(path, 'keys/id'), 0o644);
    const { code, stderr } = await refusal(['nodes'], path);
    expect(code).toBe(4);
    expect(stderr).toContain(`next: chmod 600 ${path}/keys/id`);
  });

  it('no kit: explains how to name one', async () => {
    const { code, stderr } = await refusal(['nodes'], '/nowhere');
    expect(code).toBe(2);
    expect(stderr).toMatch(/no kit at \/nowhere[\s\S]*--kit PATH, or set FIREAXE_KIT/);
  });

  it('a change without a reason: names the flag', async () => {
    const { code, stderr } = await refusal(['exec', '--yes', '--', 'id']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/--reason/);
  });

  it('no terminal and no --yes: names the flag and launches nothing', async () => {
    for (const more of [[], ['--no-input']]) {
      const { code, stderr } = await refusal([
        'exec',
        '--all',
        '--via',
        'local',
        '--reason',
        'x',
        ...more,
        '--',
        'id',
      ]);
      expect(code).toBe(5);
      expect(stderr).toMatch(/add --yes/);
    }
  });

  it('a severe change: --yes is not enough, and --confirm must match the plan', async () => {
    const fence = ['fence', '--reason', 'x', '--yes'];
    const bare = await refusal(fence);
    expect(bare.code).toBe(5);
    expect(bare.stderr).toContain('--confirm "c1 1"');
    const wrong = await refusal([...fence, '--confirm', 'c1 2']);
    expect(wrong.code).toBe(5);
    expect(wrong.stderr).toContain('expected: --confirm "c1 1"');
  });

  it('a wrong action parameter: names it and the help', async () => {
    const { code, stderr } = await refusal(['stop', '--unit', 'sshd', '--reason', 'x', '--yes']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/never stopped[\s\S]*at: --unit\n[\s\S]*fireaxe stop --help/);
  });

  it.each([
    ['--timeout', '0s', 'from 1.0s to 24h00m'],
    ['--timeout', '30d', 'from 1.0s to 24h00m'],
    ['--parallel', '0', 'a whole number from 1'],
    ['--max-failures', '101%', 'a percentage up to 100%'],
    ['--wave', '0', 'a whole number from 1'],
    ['--wave', '0%', 'a whole number from 1'],
    ['--limit', '0', 'a whole number from 1'],
    ['--limit', '0%', 'a percentage above 0%'],
    ['--exits', '256', 'from 0 to 255'],
    ['--via', 'telnet', 'ssm,ssh,openssh,local'],
    ['--kit', '', 'the directory of a kit'],
    ['--save', '/nowhere/x.plan', 'a file in a writable directory'],
  ])('%s %s: explains what the flag takes', async (flag, value, expected) => {
    const { code, stderr } = await fireaxe.run(
      ['exec', '--all', '--reason', 'x', '--yes', flag, value, '--', 'id'],
      {
        kit,
      },
    );
    expect(code).toBe(2);
    expect(stderr).toContain(expected);
    expect(stderr).not.toMatch(/^ +at .*\.[jt]s/m);
  });

  it.each([
    ['nodes', '--limit', '0', 'the limit selects no nodes'],
    ['probe', '--limit', '0%', 'the limit selects no nodes'],
    ['shrink', '--share', '0', 'the share selects no nodes'],
    ['shrink', '--share', '0%', 'the share selects no nodes'],
  ])('%s %s %s: says that the value is invalid, and its range', async (verb, flag, value, message) => {
    const { code, stderr } = await refusal([verb, ...(verb === 'shrink' ? ['--dry-run'] : []), flag, value]);
    expect(code).toBe(2);
    expect(stderr).toBe(
      `fireaxe: ${message}\n  at: ${flag}\n  expected: a whole number from 1, or a percentage above 0%\n`,
    );
  });

  it('an option of the command itself: says where it belongs', async () => {
    expect((await refusal(['exec', '--reason', 'x', '--yes', 'ls', '-Z'])).stderr).toContain(
      'put -- before the command',
    );
  });

  it('a plan file that cannot be written: names the file as typed, and what to do', async () => {
    const save = (file: string) =>
      refusal(['exec', '--reason', 'x', '--nodes', 'n1', '--output', 'json', '--save', file, '--', 'id']);
    const absent = await save('/nowhere/x.plan');
    expect(absent.code).toBe(2);
    expect(JSON.parse(absent.stderr).error).toEqual({
      kind: 'usage',
      message: 'cannot save the plan: no such file or directory',
      place: '/nowhere/x.plan',
      expected: 'a file in a writable directory',
      next: 'mkdir -p /nowhere, or choose another file: --save FILE',
    });
    const pipe = join(kit, 'pipe');
    execFileSync('mkfifo', [pipe]);
    for (const other of [kit, pipe]) {
      expect((await save(other)).stderr).toMatch(
        /cannot save the plan: not a regular file.*choose another file/,
      );
    }
    // The directory is not replaced by a plan.
    expect(statSync(pipe).isFIFO()).toBe(true);
    rmSync(pipe);
  });

  it('a flag without effect in the drill', async () => {
    const { code, stderr } = await refusal(['drill', '--hands-off', '--playbook', 'shed-load']);
    expect(code).toBe(2);
    expect(stderr).toContain('--playbook has no effect with --hands-off');
    const unknown = await refusal(['drill', '--playbook', 'shed-laod']);
    expect(unknown.stderr).toMatch(/^fireaxe: no playbook shed-laod\n.*\n {2}expected: perhaps shed-load/);
    expect((await refusal(['drill', 'upp', '--dir', '/x'])).stderr).toContain('unknown argument "upp"');
  });

  it.each([
    [
      ['exec', '--all', '--dry-run', '--save', 'x.plan', '--', 'id'],
      '--save',
      '--dry-run does not save a plan',
    ],
    [['readmit', '--dry-run', '--all', '--batch', '5'], '--batch', '--batch has no effect with --all'],
    [
      ['readmit', '--dry-run', '--no-gate', '--gate-for', '9s'],
      '--gate-for',
      '--gate-for has no effect with --no-gate',
    ],
    [
      ['readmit', '--dry-run', '--no-gate', '--gate-nodes', '90%'],
      '--gate-nodes',
      '--gate-nodes has no effect with --no-gate',
    ],
    [
      ['readmit', '--dry-run', '--gate-limit', 'pulls=1'],
      '--gate-limit',
      '--gate-limit has no effect without --gate-nodes',
    ],
    [
      ['start', '--dry-run', '--gate-nodes', '90%'],
      '--gate-nodes',
      '--gate-nodes has no effect without --gate',
    ],
  ])('%j, where one flag would silently be ignored', async (args, place, words) => {
    const { code, stderr } = await refusal(args);
    expect(code).toBe(2);
    expect(stderr).toContain(words);
    expect(stderr).toContain(`at: ${place}\n`);
  });

  it('-o is the form of the result, as in kubectl', async () => {
    const words = ['exec', '--via', 'local', '--nodes', 'n1', '--reason', 'x', '--yes'];
    for (const own of [['-o', 'json'], ['-ojson'], ['-o=json'], ['--output=json']]) {
      const { code, stdout } = await fireaxe.run([...words, ...own, '--', 'echo ran'], { kit });
      expect(code).toBe(0);
      expect(JSON.parse(stdout).verdict.counts.ok).toBe(1);
      expect(existsSync('json')).toBe(false);
    }
    const { code, stderr } = await refusal([...words, '-o', 'yaml', '--', 'id']);
    expect(code).toBe(2);
    expect(stderr).toContain('Allowed choices are text, json, ndjson');
    // An error has the form that was asked for.
    expect(JSON.parse((await refusal(['runs', '-o', 'json', '--bogus'])).stderr).error.kind).toBe('usage');
  });

  it.each([
    [['-o', 'incident.plan'], '--save incident.plan'],
    [['-o./incident'], '--save ./incident'],
    [['--out', 'incident'], '--save incident'],
    [['--output=incident.plan'], '--save incident.plan'],
  ])('a file after %j: names the flag that saves a plan, and runs nothing', async (own, meant) => {
    const { code, stderr } = await refusal([
      'exec',
      '--reason',
      'x',
      '--nodes',
      'n1',
      '--yes',
      ...own,
      '--',
      'id',
    ]);
    expect(code).toBe(2);
    expect(stderr).toContain(`expected: ${meant} to save the plan\n`);
    expect((await refusal(['runs', ...own])).stderr).not.toContain('--save');
  });

  it('a flag given twice: names it, and how to give both values', async () => {
    const { code, stderr } = await refusal(['nodes', '-l', 'role=worker', '--selector', 'zone=a']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/--selector is given twice[\s\S]*with a comma: --selector A,B/);
    expect((await refusal(['nodes', '--limit', '1', '--limit', '2'])).stderr).toContain(
      '--limit is given twice',
    );
    // The same value twice, as from a wrapper script, is not a contradiction.
    const again = ['--kit', kit, '--output', 'json', '--kit', kit, '--output', 'json'];
    expect((await fireaxe.run(['nodes', ...again], { kit })).code).toBe(0);
    // Repeatable flags, and words after --, which belong to the command.
    const many = ['plan', 'own', '-p', 'command=id', '-p', 'other=x'];
    expect((await refusal(many)).stderr).toContain('no parameter other');
    const words = ['plan', 'exec', '-c', 'c1', '--all', '--', 'ls', '-c', 'x', '-c', 'y'];
    expect((await fireaxe.run(words, { kit })).code).toBe(0);
  });

  it('a dry run needs the sudo password, too', async () => {
    const asking = ['plan', 'own', '-p', 'command=id', '--sudo-password-stdin'];
    expect((await refusal([...asking, '--dry-run'])).stderr).toContain('no password on stdin');
    expect((await fireaxe.run(asking, { kit })).code).toBe(0);
  });

  it('a missing plan or playbook is reported before a missing reason', async () => {
    expect((await refusal(['run', './nope.plan'])).stderr).toMatch(/nope\.plan/);
  });

  it('a state directory that cannot be written: names it and how to choose another; prints no stack', async () => {
    const { code, stderr } = await fireaxe.run(
      ['exec', '--via', 'local', '--nodes', 'n1', '--reason', 'x', '--yes', '--', 'echo ran'],
      { kit, env: { FIREAXE_STATE_DIR: '/dev/null/x' } },
    );
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /cannot write the state directory \/dev\/null\/x: not a directory[\s\S]*FIREAXE_STATE_DIR=/,
    );
    expect(stderr).not.toMatch(/^ +at .*\.[jt]s/m);
  });

  it('an unknown verb or option: names the nearest', async () => {
    expect((await refusal(['prob'])).stderr).toMatch(/unknown verb "prob"[\s\S]*fireaxe probe --help/);
    const option = await refusal(['nodes', '--selektor', 'a']);
    expect(option.code).toBe(2);
    expect(option.stderr).toMatch(/--selektor[\s\S]*--selector/);
  });

  it.each<[string, string, string]>([
    ['dns', 'expected: check: ask, change nothing; hold: answer names', 'next: fireaxe dns check\n'],
    ['undo', 'expected: an id from fireaxe runs', 'next: fireaxe runs\n'],
    ['plan', 'expected: a name, a path to a YAML file', 'next: fireaxe playbooks list\n'],
    ['completion', 'expected: bash, zsh or fish', 'next: fireaxe completion bash\n'],
    ['kubectl', 'expected: get, delete or patch', 'next: fireaxe kubectl --help\n'],
  ])('%s without its word: says what may stand there, and what to type', async (verb, expected, next) => {
    const { code, stderr } = await refusal([verb]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^fireaxe: missing </);
    expect(stderr).toContain(expected);
    expect(stderr).toContain(next);
  });

  it.each([
    ['dns', 'chek', 'check or hold', 'fireaxe dns check'],
    ['dns', 'x', 'check or hold', 'fireaxe dns --help'],
    ['drill', 'dwn', 'up, down or status, or no argument', 'fireaxe drill down'],
  ])('%s %s: names the nearest word', async (verb, word, expected, next) => {
    const { code, stderr } = await refusal([verb, word]);
    expect(code).toBe(2);
    expect(stderr).toBe(`fireaxe: unknown argument "${word}"\n  expected: ${expected}\n  next: ${next}\n`);
  });

  it('does not lead from a plan to a change, nor from the nodes to the journal', async () => {
    expect((await refusal(['plan', 'dns', 'hld'])).stderr).toContain('next: fireaxe plan dns hold\n');
    const alone = (await refusal(['plan', 'dns'])).stderr;
    expect(alone).toContain('at: fireaxe plan dns <what>\n');
    expect(alone).toContain('next: fireaxe dns --help\n');
    const undo = (await refusal(['undo', '--from-nodes'])).stderr;
    expect(undo).toContain('expected: the id of a run\n');
    expect(undo).toContain('next: fireaxe runs --on-nodes\n');
  });

  it('run of a saved plan that is missing: says how one is saved', async () => {
    const { code, stderr } = await refusal(['run', 'nope.plan']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/no file nope\.plan[\s\S]*a saved plan, [\s\S]*--save FILE/);
  });

  it.each(['run', 'plan', 'playbooks check', 'playbooks show'])(
    '%s of a playbook that does not exist: leads to the list',
    async (verb) => {
      const { code, stderr } = await refusal([...verb.split(' '), 'nope.yaml']);
      expect(code).toBe(2);
      expect(stderr).toContain('cannot read the playbook: no such file or directory\n  at: nope.yaml\n');
      expect(stderr).toMatch(
        /expected: the name of a playbook, or a path.*\n {2}next: fireaxe playbooks list\n$/,
      );
      expect((await refusal([...verb.split(' '), 'nope'])).stderr).toMatch(/next: fireaxe playbooks list\n$/);
    },
  );

  it('with --output json the error is JSON on stderr', async () => {
    const { code, stderr } = await refusal(['nodes', '-l', '=', '--output', 'json']);
    expect(code).toBe(2);
    expect(JSON.parse(stderr)).toMatchObject({
      schemaVersion: 1,
      error: { kind: 'usage', place: expect.stringContaining('column 1'), expected: 'a label key' },
    });
  });
});

describe('refuses a plan', () => {
  const planned = (path: string, file: string) =>
    fireaxe.run(['plan', 'own', '-p', 'command=true', '--reason', 'x', '--save', file], { kit: path });

  it('whose file was changed', async () => {
    const file = join(kit, 'a.plan');
    expect((await planned(kit, file)).code).toBe(0);
    writeFileSync(file, readFileSync(file, 'utf8').replace('"command": "true"', '"command": "fals"'));
    const { code, stderr } = await refusal(['run', file, '--yes']);
    expect(code).toBe(6);
    expect(stderr).toMatch(/changed after it was made[\s\S]*next: .*fireaxe plan/);
    rmSync(file);
  });

  it('whose fleet snapshot changed', async () => {
    const path = otherKit({ 'playbooks/own.yaml': PLAYBOOK });
    const file = join(path, 'b.plan');
    expect((await planned(path, file)).code).toBe(0);
    writeFileSync(join(path, 'fleet/c1.json'), JSON.stringify(fleetOf(NODES.slice(0, 2))));
    expect((await refusal(['run', file, '--yes'], path)).code).toBe(6);
  });

  it('that is saved, with flags that would change it', async () => {
    const path = otherKit({ 'playbooks/own.yaml': PLAYBOOK });
    const file = join(path, 'c.plan');
    expect((await planned(path, file)).code).toBe(0);
    const { code, stderr } = await refusal(['run', file, '-p', 'command=id'], path);
    expect(code).toBe(2);
    expect(stderr).toMatch(/a saved plan runs unchanged[\s\S]*at: --param\n/);
    const elsewhere = await refusal(['run', file, '-c', 'c2'], path);
    expect(elsewhere.code).toBe(2);
    expect(elsewhere.stderr).toMatch(/--cluster does not match the plan\n.*\n {2}expected: --cluster c1, or/);
    expect((await refusal(['run', file, '--reason', 'y'], path)).stderr).toContain(
      '--reason does not match the plan',
    );
    expect((await fireaxe.run(['run', file, '-c', 'c1', '--reason', ' x '], { kit: path })).code).toBe(0);
  });
});

describe('a host whose key is unknown', () => {
  it('gets no login and no command; the error names the next command', async () => {
    let logins = 0;
    const server = new ssh2.Server({ hostKeys: [createKeyPair().private] }, (client) => {
      client.on('error', () => {});
      client.on('authentication', (attempt) => {
        logins++;
        attempt.reject();
      });
    });
    const port = await new Promise<number>((done) =>
      server.listen(0, '127.0.0.1', () => done((server.address() as { port: number }).port)),
    );
    const key = createKeyPair().private;
    const nodes = [{ ...NODES[1], address: '127.0.0.1', port }];
    const path = otherKit({ 'keys/id': key, 'fleet/c1.json': JSON.stringify(fleetOf(nodes)) });
    const { code, stdout } = await fireaxe.run(['exec', '--all', '--reason', 'x', '--yes', '--', 'id'], {
      kit: path,
    });
    server.close();
    expect(code).toBe(3);
    expect(stdout).toMatch(/n1 \(1\): unreachable: host-key-unknown[\s\S]*next: .*known_hosts/);
    expect(logins).toBe(0);
  });
});
