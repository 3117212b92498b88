import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Target } from '../../src/kit/types.ts';
import { createSshTransport } from '../../src/transport/ssh/transport.ts';
import type { Transport } from '../../src/transport/types.ts';
import { stays } from './background.ts';
import type { RealSshd } from './sshd.ts';
import { newKeyFile, noSshd, startSshd } from './sshd.ts';
import { raw, runAll, runOne, target, told } from './subjects.ts';

describe.skipIf(noSshd)('ssh against a real sshd', () => {
  let sshd: RealSshd;
  let transport: Transport;
  let node: Target;

  const knownHosts = (...lines: string[]) => {
    const file = join(sshd.dir, `known-${Math.random()}`);
    writeFileSync(file, `${lines.join('\n')}\n`);
    return { kit: { knownHosts: [file] } };
  };

  beforeAll(async () => {
    sshd = await startSshd(['MaxStartups 200']);
    transport = await createSshTransport(knownHosts(`[127.0.0.*]:* ${sshd.hostKey}`));
    node = target({ port: sshd.port, ssh: { user: sshd.user, identity: sshd.identity } });
  });
  afterAll(async () => {
    await transport?.close();
    await sshd?.stop();
  });

  it('runs a text and tells output, exit code and result', async () => {
    expect(await runOne(transport, node, raw('echo out; echo err >&2; exit 3'))).toMatchObject({
      state: 'failed',
      exitCode: 3,
      stdout: 'out\n',
      stderr: 'err\n',
      truncated: false,
    });
    expect(await runOne(transport, node, raw('echo out'))).toMatchObject({ state: 'ok', exitCode: 0 });
    expect(await runOne(transport, node, told('echo hello'))).toMatchObject({
      state: 'ok',
      stdout: 'hello\n',
      result: { state: 'changed' },
    });
    expect(await runOne(transport, node, told('exit 9'))).toMatchObject({
      state: 'unknown',
      exitCode: 9,
      reason: { code: 'no-result' },
    });
  });

  it('keeps the text and the secret out of every argument list', async () => {
    const script = raw('secret=$(cat); echo "$secret"; ps axww -o args= || cat /proc/*/cmdline', {
      secret: Buffer.from('k4n4ry\n'),
      maxOutput: 1 << 20,
    });
    const { stdout } = await runOne(transport, node, script);
    expect(stdout.split('k4n4ry').length).toBe(2);
    expect(stdout).not.toContain('secret=$(cat)');
  });

  it('reaches 60 addresses at once, one outcome each', async () => {
    const nodes = Array.from({ length: 60 }, (_, i) =>
      target({ ...node, name: `n${i}`, address: `127.0.0.${i + 1}` }),
    );
    const outcomes = await runAll(transport, nodes, raw('echo $SSH_CONNECTION | cut -d" " -f3'));
    expect(outcomes.map((outcome) => outcome.stdout.trim())).toEqual(nodes.map((n) => n.address));
  });

  it('tells an end by a signal', async () => {
    expect(await runOne(transport, node, raw('kill -9 $$'))).toMatchObject({
      state: 'failed',
      signal: 'SIGKILL',
      reason: { code: 'signal' },
    });
    expect(await runOne(transport, node, told('kill -9 $$'))).toMatchObject({ state: 'unknown' });
  });

  it('keeps head and result of a flood, and does not wait for the background', async () => {
    const flood = await runOne(
      transport,
      node,
      told('yes 0123456789 | head -c 20000000', 'ok', { maxOutput: 1000 }),
    );
    expect(flood).toMatchObject({ state: 'ok', truncated: true, result: { state: 'ok' } });
    expect(flood.stdout.length).toBe(1000);
    const stay = join(sshd.dir, 'stay');
    expect(await runOne(transport, node, told(stays(stay)))).toMatchObject({ state: 'ok' });
    expect(await runOne(transport, node, raw(stays(stay)))).toMatchObject({ state: 'ok' });
    rmSync(stay);
  });

  it('ends at its own deadline', async () => {
    const outcome = await runOne(transport, node, raw('echo first; sleep 60'), { runMs: 3000 });
    expect(outcome).toMatchObject({ state: 'timed-out', stdout: 'first\n', reason: { code: 'deadline' } });
  });

  it('stops waiting at once', async () => {
    const controller = new AbortController();
    const started = runOne(transport, node, raw('sleep 60'), {
      signal: controller.signal,
      onEvent: (event) => event.phase === 'launched' && controller.abort(),
    });
    expect(await started).toMatchObject({ state: 'unknown', reason: { code: 'let-go' } });
    expect(await runOne(transport, node, raw('true'), { signal: controller.signal })).toMatchObject({
      state: 'not-attempted',
    });
  });

  it('sends nothing to an unknown, changed or revoked host key', async () => {
    const other = newKeyFile(join(sshd.dir, `other-${Math.random()}`));
    const at = `[127.0.0.1]:${sshd.port}`;
    const cases: [string[], string][] = [
      [[`10.0.0.1 ${sshd.hostKey}`], 'host-key-unknown'],
      [[`${at} ${other}`], 'host-key-changed'],
      [[`${at} ${sshd.hostKey}`, `@revoked * ${sshd.hostKey}`], 'host-key-revoked'],
      [[`@cert-authority * ${sshd.hostKey}`], 'host-cert'],
    ];
    for (const [lines, code] of cases) {
      const strict = await createSshTransport(knownHosts(...lines));
      const outcome = await runOne(strict, node, raw(`touch ${sshd.dir}/reached`));
      expect(outcome).toMatchObject({ state: 'unreachable', reason: { code } });
      expect(outcome.reason?.next).toBeTruthy();
    }
  });

  it('tells a wrong key, a locked key and no key at all', async () => {
    const wrong = join(sshd.dir, 'wrong');
    newKeyFile(wrong);
    const locked = join(sshd.dir, 'locked');
    newKeyFile(locked, '-N', 'phrase');
    const by = (identity?: string) =>
      runOne(
        transport,
        target({ ...node, ssh: { user: sshd.user, ...(identity !== undefined && { identity }) } }),
        raw('true'),
      );
    expect(await by(wrong)).toMatchObject({ state: 'unreachable', reason: { code: 'auth' } });
    expect(await by(locked)).toMatchObject({
      state: 'unreachable',
      reason: { code: 'credentials', message: expect.stringContaining('passphrase') },
    });
    expect(await by()).toMatchObject({ state: 'unreachable', reason: { code: 'credentials' } });
    expect(await by('/nowhere')).toMatchObject({ reason: { code: 'credentials' } });
  });

  it('opens a locked key with the phrase it is told', async () => {
    const locked = join(sshd.dir, 'locked2');
    newKeyFile(locked, '-N', 'phrase');
    const asking = await createSshTransport({
      ...knownHosts(`[127.0.0.*]:* ${sshd.hostKey}`),
      passphrases: new Map([[locked, 'phrase']]),
    });
    const nodes = [1, 2, 3].map((i) =>
      target({ ...node, name: `n${i}`, ssh: { user: sshd.user, identity: locked } }),
    );
    const outcomes = await runAll(asking, nodes, raw('true'));
    // The key is not authorized: that it was tried shows that it was opened.
    expect(outcomes.map((outcome) => outcome.reason?.code)).toEqual(['auth', 'auth', 'auth']);
  });
});
