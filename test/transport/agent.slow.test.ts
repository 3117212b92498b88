import { execFileSync } from 'node:child_process';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOpensshTransport } from '../../src/transport/openssh/transport.ts';
import { lockedKeys, whyNotOpened } from '../../src/transport/ssh/locked-keys.ts';
import { createSshTransport } from '../../src/transport/ssh/transport.ts';
import type { RealSshd } from './sshd.ts';
import { newKeyFile, noSshd, startSshd } from './sshd.ts';
import { raw, runOne, target } from './subjects.ts';

/** Keys as ssh-keygen writes them; all of them are let in. */
describe.skipIf(noSshd)('locked keys and the agent', () => {
  let sshd: RealSshd;
  let agent: string;
  let pid: number;
  let known: string[];

  const key = (name: string, ...options: string[]) => {
    const path = join(sshd.dir, name);
    // Of one round, and small: to make and open them was most of the work.
    execFileSync('ssh-keygen', ['-q', '-a', '1', '-C', 'test', '-f', path, ...options]);
    appendFileSync(join(sshd.dir, 'authorized'), readFileSync(`${path}.pub`));
    return path;
  };
  const locked = (name: string, ...options: string[]) => key(name, '-N', 'sesame', ...options);
  const add = (path: string) => {
    // ssh-add asks a program where it has no terminal.
    const asks = join(sshd.dir, 'asks');
    writeFileSync(asks, '#!/bin/sh\necho sesame\n', { mode: 0o700 });
    const env = { ...process.env, SSH_AUTH_SOCK: agent, SSH_ASKPASS: asks, SSH_ASKPASS_REQUIRE: 'force' };
    execFileSync('ssh-add', ['-q', path], { env });
  };
  const login = async (
    identity: string | undefined,
    of: { phrase?: string; socket?: string; connectMs?: number } = {},
  ) => {
    const transport = await createSshTransport({
      kit: { knownHosts: known },
      agent: of.socket ?? agent,
      passphrases: new Map(of.phrase === undefined ? [] : [[identity!, of.phrase]]),
    });
    const ssh = { user: sshd.user, ...(identity === undefined ? { useAgent: true } : { identity }) };
    try {
      const asked = of.connectMs === undefined ? {} : { connectMs: of.connectMs };
      return await runOne(transport, target({ port: sshd.port, ssh }), raw('echo in'), asked);
    } finally {
      await transport.close();
    }
  };

  beforeAll(async () => {
    sshd = await startSshd();
    agent = join(sshd.dir, 'agent');
    pid = Number(
      execFileSync('ssh-agent', ['-s', '-a', agent], { encoding: 'utf8' }).match(/AGENT_PID=(\d+)/)?.[1],
    );
    known = [join(sshd.dir, 'known')];
    writeFileSync(known[0]!, `[127.0.0.*]:* ${sshd.hostKey}\n`);
    // More keys than sshd lets anybody try.
    for (let i = 0; i < 7; i++) {
      newKeyFile(join(sshd.dir, `other${i}`));
      add(join(sshd.dir, `other${i}`));
    }
  });
  afterAll(async () => {
    if (pid) process.kill(pid);
    await sshd?.stop();
  });

  it.each([
    ['ed25519', ['-t', 'ed25519']],
    ['rsa', ['-t', 'rsa', '-b', '1024']],
    ['rsa in PEM', ['-t', 'rsa', '-b', '1024', '-m', 'PEM']],
    ['rsa in PKCS8', ['-t', 'rsa', '-b', '1024', '-m', 'PKCS8']],
    ['ecdsa', ['-t', 'ecdsa']],
  ])('the agent signs for a locked %s key, however many others it holds', async (kind, options) => {
    const path = locked(`held-${kind.replaceAll(' ', '-')}`, ...options);
    expect(await lockedKeys([path], agent)).toEqual([path]);
    expect(await login(path)).toMatchObject({ state: 'unreachable', reason: { code: 'credentials' } });
    add(path);
    expect(await lockedKeys([path], agent)).toEqual([]);
    expect(await login(path)).toMatchObject({ state: 'ok', stdout: 'in\n' });
    // The public half is enough of a name.
    expect(await login(`${path}.pub`)).toMatchObject({ state: 'ok' });
  });

  it('the agent signs for the system ssh too, although the kit does not name the agent', async () => {
    const path = locked('held-openssh', '-t', 'ed25519');
    const before = process.env.SSH_AUTH_SOCK;
    process.env.SSH_AUTH_SOCK = agent;
    try {
      const transport = createOpensshTransport({ kit: { knownHosts: known } });
      const node = target({ port: sshd.port, ssh: { user: sshd.user, identity: path } });
      expect((await runOne(transport, node, raw('echo in'))).reason).toEqual({
        code: 'auth',
        message: expect.stringMatching(/Permission denied \(publickey\)\.$/),
        next: expect.stringContaining('ssh-add'),
      });
      add(path);
      expect(await runOne(transport, node, raw('echo in'))).toMatchObject({ state: 'ok', stdout: 'in\n' });
    } finally {
      if (before === undefined) delete process.env.SSH_AUTH_SOCK;
      else process.env.SSH_AUTH_SOCK = before;
    }
  });

  it('a passphrase decrypts it, and a wrong one is named', async () => {
    const path = locked('typed', '-t', 'ed25519');
    expect(await whyNotOpened(path, 'sesame')).toBeUndefined();
    expect(await whyNotOpened(path, 'wrong')).toEqual(expect.any(String));
    expect(await login(path, { phrase: 'sesame' })).toMatchObject({ state: 'ok' });
    expect(await login(path, { phrase: 'wrong' })).toMatchObject({
      state: 'unreachable',
      reason: {
        message: expect.stringContaining('wrong passphrase'),
        next: expect.stringContaining('ssh-add'),
      },
    });
  });

  it('a form that cannot be read names the command that makes one', async () => {
    const path = key('pkcs8', '-N', '', '-t', 'rsa', '-b', '1024', '-m', 'PKCS8');
    expect(await login(path)).toMatchObject({
      reason: { next: expect.stringContaining('ssh-keygen -p -f') },
    });
    execFileSync('ssh-keygen', ['-q', '-p', '-P', '', '-N', '', '-f', path]);
    expect(await login(path)).toMatchObject({ state: 'ok' });
  });

  it('too many keys of the agent: how to name the right one', async () => {
    expect(await login(undefined)).toMatchObject({
      state: 'unreachable',
      reason: { code: 'auth', next: expect.stringContaining('ssh.identity') },
    });
  });

  it('an agent that is dead or does not answer is named, and held against no host', async () => {
    const dead = await login(undefined, { socket: join(sshd.dir, 'nowhere') });
    expect(dead.reason).toMatchObject({ code: 'auth', message: expect.stringContaining('SSH agent') });
    const silent = join(sshd.dir, 'silent');
    const server = createServer(() => undefined).listen(silent);
    const path = locked('unheld', '-t', 'ed25519');
    // Side by side: both wait for it as long as they may.
    const [lacking, hung] = await Promise.all([
      lockedKeys([path], silent),
      login(undefined, { socket: silent, connectMs: 10_000 }),
    ]);
    expect(lacking).toEqual([path]);
    expect(hung.reason).toMatchObject({ message: expect.stringContaining('SSH agent does not answer') });
    server.close();
  });
});
