import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { exec } from '../../src/actions/exec/action.ts';
import { nodeScript } from '../../src/node/script.ts';
import { deliveryOf } from '../../src/transport/delivery.ts';
import { createOpensshTransport } from '../../src/transport/openssh/transport.ts';
import { createSshTransport } from '../../src/transport/ssh/transport.ts';
import type { Transport } from '../../src/transport/types.ts';
import { context, Sandbox, SHELLS } from '../node/sandbox.ts';
import type { RealSshd } from './sshd.ts';
import { noSshd, startSshd } from './sshd.ts';
import { raw, runAll, runOne, target } from './subjects.ts';

/** A whole order as a node gets it; its command leaves a trace. */
const order = (command: string) =>
  nodeScript({
    action: exec as never,
    params: { command, exits: ['0'] },
    op: 'apply',
    runId: 'r1',
    stepId: 's1',
    notAfter: new Date(Date.now() + 600_000),
    deadlineMs: 20_000,
    context: context(),
  });

describe('a script of which a part is missing', () => {
  let box: Sandbox;
  afterEach(() => box?.remove());

  function give(input: Buffer, command: string, shell: string[] = ['sh']) {
    const env = { PATH: process.env.PATH!, FIREAXE_ROOT: box.root };
    return spawnSync(shell[0]!, [...shell.slice(1), '-c', command], { input, env, encoding: 'utf8' });
  }

  function nothingDone() {
    expect(readdirSync(box.root)).not.toContain('ran');
    expect(existsSync(join(box.root, 'run/fireaxe'))).toBe(false);
  }

  it.each(SHELLS.map((shell) => [shell.join(' '), shell] as const))(
    'does nothing in %s, however many lines of its head were swallowed, and says so',
    (_name, shell) => {
      box = new Sandbox();
      const { command, text } = deliveryOf(order(`echo >${box.root}/ran`), target(), 'ssh', { sudo: false });
      // The shell that runs the text, not the login's.
      const run = command.replace(/^exec \/bin\/sh/, () => `exec ${shell.join(' ')}`);
      const lines = text.toString().split('\n');
      // Length and checksum tell, wherever the cut is: the first shell meets every fifth line, the others every 29th.
      const step = shell === SHELLS[0] ? 5 : 29;
      for (let swallowed = 1; swallowed <= lines.length; swallowed += step) {
        const left = Buffer.from(lines.slice(swallowed).join('\n'));
        const { stdout, status } = give(left, run, shell);
        expect(stdout).toMatch(/^fireaxe:\w+:incomplete:\d+\n$/);
        expect(status).toBe(65);
        nothingDone();
      }
      expect(give(text, run, shell).stdout).toContain('"state":"changed"');
      expect(readdirSync(box.root)).toContain('ran');
    },
  );

  it('does nothing where a byte is missing or changed anywhere', () => {
    box = new Sandbox();
    const mark = join(box.root, 'ran');
    const { command, text } = deliveryOf(raw(`: >'${mark}'\nsleep 0\n: end`), target(), 'ssh', {
      sudo: false,
    });
    const faults = [
      (at: number) => text.subarray(0, at),
      (at: number) => Buffer.concat([text.subarray(0, at), text.subarray(at + 1)]),
      (at: number) => Buffer.concat([text.subarray(0, at), Buffer.from('~'), text.subarray(at + 1)]),
    ];
    // Each fault meets every twelfth byte, and another byte than the two others.
    for (let at = 0; at < text.length; at += 4) {
      expect(give(faults[(at / 4) % 3]!(at), command).status).toBe(65);
      expect(existsSync(mark)).toBe(false);
    }
    expect(give(text, command).status).toBe(0);
    expect(existsSync(mark)).toBe(true);
  });

  it('is found by its length on a node that has no cksum', () => {
    box = new Sandbox();
    const { command, text } = deliveryOf(raw('echo whole'), target(), 'ssh', { sudo: false });
    box.tool('cksum', 'exit 127');
    const path = `${join(box.root, 'tools')}:${process.env.PATH}`;
    const give = (input: Buffer) =>
      spawnSync('/bin/sh', ['-c', command], {
        input,
        env: { PATH: path, SANDBOX: box.root },
        encoding: 'utf8',
      });
    expect(give(text).stdout).toMatch(/began .*\nwhole\n$/);
    expect(give(text.subarray(9)).stdout).toMatch(/^fireaxe:n0nce:incomplete:/);
  });
});

describe.skipIf(noSshd)('against a real sshd whose login swallows input', () => {
  let sshd: RealSshd;
  let ssh: Transport;
  let openssh: Transport;
  const root = () => join(sshd.dir, 'root');
  const node = (last: number) =>
    target({
      name: `n${last}`,
      address: `127.0.0.${last}`,
      port: sshd.port,
      ssh: { user: sshd.user, identity: sshd.identity },
    });
  /** What the login of the address 127.0.0.$1 does with its standard input before our command runs. */
  const startUp = (text: string) =>
    writeFileSync(
      join(sshd.dir, '.bashrc'),
      `export FIREAXE_ROOT=${root()}\nset -- $SSH_CONNECTION\nset -- \${3##*.}\n${text}\n`,
    );
  /** In place of a start-up file: a filter between the client and the command. */
  const filter = (text: string) => writeFileSync(join(sshd.dir, 'filter'), text);

  beforeAll(async () => {
    sshd = await startSshd([
      'MaxStartups 200',
      `ForceCommand f=$(cat "$HOME/filter"); if [ -n "$f" ]; then eval "$f" | sh -c "$SSH_ORIGINAL_COMMAND"; else exec sh -c "$SSH_ORIGINAL_COMMAND"; fi`,
    ]);
    const known = join(sshd.dir, 'known');
    writeFileSync(known, `[127.0.0.*]:* ${sshd.hostKey}\n`);
    ssh = await createSshTransport({ kit: { knownHosts: [known] } });
    openssh = createOpensshTransport({ kit: { knownHosts: [known] } });
  });
  afterAll(async () => {
    await ssh?.close();
    await sshd?.stop();
  });
  const fresh = () => {
    rmSync(root(), { recursive: true, force: true });
    mkdirSync(join(root(), 'run'), { recursive: true });
    writeFileSync(join(root(), 'ran'), '');
    filter('');
    startUp('');
    return order(`echo "$SSH_CONNECTION" >>${root()}/ran`);
  };
  /** The machine's identity is not what is tried here. */
  const noIdentity: object = { machineId: undefined };
  const ran = () => readFileSync(join(root(), 'ran'), 'utf8').split('\n').length - 1;
  const incomplete = {
    state: 'failed',
    stdout: '',
    reason: { code: 'incomplete', message: expect.stringMatching(/^script arrived incomplete/) },
  };

  it.each([
    ['lines by read', 'n=$1; while [ $n -gt 0 ]; do read -r _; n=$((n - 1)); done'],
    ['many lines by read', 'n=$(($1 * 20)); while [ $n -gt 0 ]; do read -r _; n=$((n - 1)); done'],
    ['bytes of the head', 'head -c $(($1 * $1)) >/dev/null'],
    ['all of it', 'cat >/dev/null'],
    ['what was in the pipe already', 'dd bs=1024 count=1 >/dev/null 2>&1'],
  ])('does nothing where %s went to the start-up file', async (_what, text) => {
    const script = fresh();
    startUp(text);
    const nodes = Array.from({ length: 20 }, (_, i) => ({ ...node(i + 1), ...noIdentity }));
    const outcomes = await runAll(ssh, nodes, script);
    for (const outcome of outcomes) expect(outcome).toMatchObject(incomplete);
    expect(ran()).toBe(0);
    expect(existsSync(join(root(), 'run/fireaxe'))).toBe(false);
  });

  it.each([
    ['from the middle', 'sed "9,12d"'],
    ['at the tail', 'sed "\\$d"'],
    ['as it changes the text', 'tr x y'],
  ])('does nothing where a wrapper takes a part %s', async (_what, text) => {
    const script = fresh();
    filter(text);
    for (const transport of [ssh, openssh])
      expect(await runOne(transport, { ...node(1), ...noIdentity }, script)).toMatchObject(incomplete);
    expect(ran()).toBe(0);
    expect(existsSync(join(root(), 'run/fireaxe'))).toBe(false);
  });

  it('runs the whole by openssh, which sends it only after the start-up file has ended', async () => {
    const script = fresh();
    startUp('read -t 1 -r _; read -t 1 -r _');
    expect(await runOne(openssh, { ...node(1), ...noIdentity }, script)).toMatchObject({ state: 'ok' });
    expect(ran()).toBe(1);
  });

  it('keeps a secret back from a script that arrived incomplete, and ends', async () => {
    fresh();
    startUp(`read -r _; exec 3>>${root()}/took`);
    const script = raw(`cat >${root()}/got`, { secret: Buffer.from('k4n4ry') });
    expect(await runOne(ssh, node(1), script, { loginMs: 2000, runMs: 4000 })).toMatchObject(incomplete);
    startUp(`cat >${root()}/took`);
    expect(await runOne(ssh, node(1), script, { loginMs: 2000, runMs: 4000 })).toMatchObject(incomplete);
    expect(existsSync(join(root(), 'got'))).toBe(false);
    expect(readFileSync(join(root(), 'took'), 'utf8')).not.toContain('k4n4ry');
  });
});
