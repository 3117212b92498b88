import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { fleetOf, makeKit } from '../kit/make-kit.ts';
import { noSshd, type RealSshd, startSshd } from '../transport/sshd.ts';
import { CommandLine } from './command-line.ts';

/** A clock that is wrong by this many milliseconds, in this process only. */
const SKEWED = `const Real = Date;
const by = Number(process.env.SKEW_MS);
globalThis.Date = class extends Real {
  constructor(...of) { of.length > 0 ? super(...of) : super(Real.now() + by); }
  static now() { return Real.now() + by; }
};`;

describe.skipIf(noSshd)('three real nodes and a clock that is wrong', () => {
  let sshd: RealSshd;
  let fireaxe: CommandLine;
  let kit: string;
  const at = (...path: string[]) => join(sshd.dir, ...path);

  beforeAll(async () => {
    sshd = await startSshd(['MaxStartups 200']);
    fireaxe = new CommandLine();
    writeFileSync(at('skew.cjs'), SKEWED);
    const fleet = [1, 2, 3].map((n) => ({
      name: `n${n}`,
      cluster: 'c1',
      roles: ['worker'],
      address: `127.0.0.${n}`,
      port: sshd.port,
      labels: {},
    }));
    for (const { name } of fleet) mkdirSync(at(name, 'run'), { recursive: true });
    const own = `${sshd.dir}/n\${3##*.}`;
    writeFileSync(
      at('.bashrc'),
      `set -- $SSH_CONNECTION\nexport FIREAXE_ROOT=${own} PATH=${own}/bin:$PATH\n`,
    );
    kit = makeKit({
      'kit.yaml': `schemaVersion: 1\nclusters:\n  c1:\n    ssh: { user: ${sshd.user}, identity: keys/id, sudo: false }\n`,
      'fleet/c1.json': JSON.stringify(fleetOf(fleet), null, 2),
      'keys/id': readFileSync(sshd.identity, 'utf8'),
      known_hosts: `[127.0.0.*]:* ${sshd.hostKey}\n`,
    });
  });
  afterAll(async () => {
    fireaxe?.close();
    await sshd?.stop();
  });
  /** Each address is its own machine, whose clock differs by this much. */
  const nodes = (clocks: Record<number, string> = {}) => {
    for (const n of [1, 2, 3]) {
      mkdirSync(at(`n${n}`, 'bin'), { recursive: true });
      const by = clocks[n] ? ` -d '${clocks[n]}'` : '';
      writeFileSync(at(`n${n}`, 'bin/date'), `#!/bin/sh\nexec /bin/date${by} "$@"\n`, { mode: 0o755 });
    }
  };
  beforeEach(() => {
    nodes();
    writeFileSync(at('ran'), '');
  });
  const ran = () => readFileSync(at('ran'), 'utf8');

  const run = (skewMs: number, verb: string, ...args: string[]) => {
    const env = { NODE_OPTIONS: `--require ${at('skew.cjs')}`, SKEW_MS: String(skewMs) };
    return fireaxe.run([verb, '--reason', 'test', ...args], { kit, env });
  };
  const exec = (skewMs: number) => run(skewMs, 'exec', '--all', '--yes', '--', `echo x >>${at('ran')}`);

  it.each([
    // Measured by answers that take a while on a busy machine.
    [-240_000, '[34] min'],
    [-720_000, '1[12] min'],
    [-86_400_000, '24 h'],
  ])('corrects the difference if this machine is wrong, and says so (%d ms)', (skewMs, told) => {
    const { code, stdout, stderr } = exec(skewMs);
    expect({ code, stdout, stderr }).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('3): ok'),
      stderr: expect.stringMatching(
        // The last of three whose connection is slow is asked when two have told it, and then with the difference.
        `this machine's clock is about ${told} behind: [23] of 3 nodes agree; orders carry the difference`,
      ),
    });
    expect(stderr).toContain("next: set this machine's clock");
    expect(ran()).toBe('x\nx\nx\n');
  });

  it('does not count it as failures', () => {
    const { code } = run(
      -720_000,
      'exec',
      '--all',
      '--yes',
      '--max-failures',
      '0',
      '--parallel',
      '1',
      '--',
      'true',
    );
    expect(code).toBe(0);
  });

  it('does not mention a clock that is ahead or hardly behind', () => {
    for (const skewMs of [0, -20_000, 600_000]) {
      const { code, stderr } = exec(skewMs);
      expect({ code, clock: stderr.includes('clock') }).toEqual({ code: 0, clock: false });
    }
  });

  it('names a node whose clock is wrong; the change is made there, too', () => {
    nodes({ 2: '+45 min' });
    const { code, stderr } = exec(0);
    expect({ code, ran: ran() }).toEqual({ code: 0, ran: 'x\nx\nx\n' });
    expect(stderr).toMatch(/the clock of n2 is about 4[45] min ahead of this machine's; orders carry/);
    expect(stderr).not.toContain("this machine's clock is");
  });

  it('this machine and one node', () => {
    nodes({ 3: '+2 hours' });
    const { code, stderr } = exec(-720_000);
    expect({ code, ran: ran() }).toEqual({ code: 0, ran: 'x\nx\nx\n' });
    expect(stderr).toMatch(/this machine's clock is about 1[12] min behind: 2 of 3 nodes agree/);
    expect(stderr).toContain('the clock of n3 differs from the others by about 2 h');
  });
});
