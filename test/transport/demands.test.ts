import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Target } from '../../src/kit/types.ts';
import { createOpensshTransport } from '../../src/transport/openssh/transport.ts';
import { createSshTransport } from '../../src/transport/ssh/transport.ts';
import type { RealSshd } from './sshd.ts';
import { noSshd, startSshd } from './sshd.ts';
import { raw, runAll, runOne, target } from './subjects.ts';

describe.skipIf(noSshd)('what a real sshd may ask of a client', () => {
  const servers: RealSshd[] = [];
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.stop();
  });

  async function start(...lines: string[]): Promise<{ sshd: RealSshd; node: Target }> {
    const server = await startSshd(lines);
    servers.push(server);
    return {
      sshd: server,
      node: target({ port: server.port, ssh: { user: server.user, identity: server.identity } }),
    };
  }

  async function trusting(server: RealSshd, hostKey = server.hostKey) {
    const file = join(server.dir, 'known_hosts');
    writeFileSync(file, `[127.0.0.*]:* ${hostKey}\n`);
    return createSshTransport({ kit: { knownHosts: [file] } });
  }

  function keyOf(server: RealSshd, type: string, name: string, ...options: string[]): string {
    const path = join(server.dir, name);
    execFileSync('ssh-keygen', ['-q', '-t', type, ...options, '-N', '', '-f', path]);
    return readFileSync(`${path}.pub`, 'utf8').trim().split(' ').slice(0, 2).join(' ');
  }

  it('drops beyond MaxStartups are tried again until all are in', async () => {
    const { sshd, node } = await start('MaxStartups 10:12:1000');
    const transport = await trusting(sshd);
    const nodes = Array.from({ length: 40 }, (_, i) =>
      target({ ...node, name: `n${i}`, address: `127.0.0.${i + 1}` }),
    );
    const outcomes = await runAll(transport, nodes, raw('true'));
    expect(outcomes.filter((outcome) => outcome.state !== 'ok')).toEqual([]);
  });

  it.each([['rsa', '-b', '1024'], ['ecdsa'], ['ed25519']])(
    'a login key of type %s',
    async (type, ...options) => {
      const { sshd, node } = await start();
      const transport = await trusting(sshd);
      const line = keyOf(sshd, type, 'login', ...options);
      writeFileSync(join(sshd.dir, 'authorized'), `${line}\n`);
      const by = target({ ...node, ssh: { user: sshd.user, identity: join(sshd.dir, 'login') } });
      expect(await runOne(transport, by, raw('true'))).toMatchObject({ state: 'ok' });
    },
  );

  it.each([['rsa', '-b', '1024'], ['ecdsa']])(
    'the host key on record, of type %s, out of several',
    async (type, ...options) => {
      const { sshd: first, node } = await start();
      const line = keyOf(first, type, 'second', ...options);
      const { sshd: several } = await start(`HostKey ${join(first.dir, 'second')}`);
      const transport = await trusting(several, line);
      const to = target({
        ...node,
        port: several.port,
        ssh: { user: several.user, identity: several.identity },
      });
      expect(await runOne(transport, to, raw('true'))).toMatchObject({ state: 'ok' });
      // A host that has no key of the type on record any more has changed.
      writeFileSync(join(first.dir, 'known_hosts'), `[127.0.0.*]:* ${line}\n`);
      const strict = await createSshTransport({ kit: { knownHosts: [join(first.dir, 'known_hosts')] } });
      expect(await runOne(strict, node, raw('true'))).toMatchObject({
        state: 'unreachable',
        reason: { code: 'host-key-changed' },
      });
    },
  );

  it('the agent instead of a key file', async () => {
    const { sshd, node } = await start();
    const socket = join(sshd.dir, 'agent');
    const said = execFileSync('ssh-agent', ['-s', '-a', socket], { encoding: 'utf8' });
    const pid = Number(said.match(/SSH_AGENT_PID=(\d+)/)?.[1]);
    try {
      execFileSync('ssh-add', ['-q', sshd.identity], { env: { ...process.env, SSH_AUTH_SOCK: socket } });
      const file = join(sshd.dir, 'known');
      writeFileSync(file, `[127.0.0.*]:* ${sshd.hostKey}\n`);
      const transport = await createSshTransport({ kit: { knownHosts: [file] }, agent: socket });
      const by = target({ ...node, ssh: { user: sshd.user, useAgent: true } });
      expect(await runOne(transport, by, raw('true'))).toMatchObject({ state: 'ok' });
    } finally {
      process.kill(pid);
    }
  });

  it('SHA-1 alone, as old servers do: told as that, never as another host key', async () => {
    const { sshd: keys } = await start();
    const rsa = keyOf(keys, 'rsa', 'host_rsa', '-b', '1024');
    const { sshd, node } = await start(
      `HostKey ${join(keys.dir, 'host_rsa')}`,
      'HostKeyAlgorithms ssh-rsa,rsa-sha2-256',
    );
    expect(await runOne(await trusting(sshd, rsa), node, raw('true'))).toMatchObject({ state: 'ok' });
    const { sshd: old, node: there } = await start(
      `HostKey ${join(keys.dir, 'host_rsa')}`,
      'HostKeyAlgorithms ssh-rsa',
    );
    const file = join(old.dir, 'known_hosts');
    const transport = await trusting(old, rsa);
    expect((await runOne(transport, there, raw('true'))).reason).toMatchObject({
      code: 'key-exchange',
      message: expect.stringContaining('SHA-1'),
      next: expect.stringContaining('HostKeyAlgorithms +ssh-rsa'),
    });
    // As the next command says.
    const sshConfig = join(old.dir, 'ssh_config');
    writeFileSync(sshConfig, 'HostKeyAlgorithms +ssh-rsa\n');
    const openssh = createOpensshTransport({ kit: { knownHosts: [file], sshConfig } });
    expect(await runOne(openssh, there, raw('echo in'))).toMatchObject({ state: 'ok', stdout: 'in\n' });
    const modern = createOpensshTransport({ kit: { knownHosts: [file] } });
    expect((await runOne(modern, there, raw('true'))).reason).toMatchObject({
      code: 'key-exchange',
      message: expect.stringContaining('Their offer: ssh-rsa'),
    });
    // Another kind of key than the one on record is another key.
    expect((await runOne(await trusting(old), there, raw('true'))).reason?.code).toBe('host-key-changed');
  });

  it('algorithms that nobody takes any more: what it offers', async () => {
    const { sshd, node } = await start('KexAlgorithms diffie-hellman-group14-sha1');
    expect((await runOne(await trusting(sshd), node, raw('true'))).reason).toMatchObject({
      code: 'key-exchange',
      message: expect.stringContaining('it offers diffie-hellman-group14-sha1'),
    });
  });

  it('a banner before the login: none of it is output of the script', async () => {
    const { sshd: any } = await start();
    const banner = join(any.dir, 'banner');
    writeFileSync(banner, 'no trespassing\n');
    const { sshd, node } = await start(`Banner ${banner}`);
    await trusting(sshd);
    const openssh = createOpensshTransport({ kit: { knownHosts: [join(sshd.dir, 'known_hosts')] } });
    for (const transport of [openssh, await trusting(sshd)])
      expect(await runOne(transport, node, raw('echo err >&2'))).toMatchObject({
        state: 'ok',
        stderr: 'err\n',
      });
  });

  it('sessions that are not allowed', async () => {
    const { sshd, node } = await start('MaxSessions 0');
    expect(await runOne(await trusting(sshd), node, raw('true'))).toMatchObject({
      state: 'unreachable',
      reason: { code: 'session' },
    });
  });

  it('a command of its own', async () => {
    const { sshd, node } = await start('ForceCommand echo for backups only');
    expect(await runOne(await trusting(sshd), node, raw('true'))).toMatchObject({
      state: 'unreachable',
      reason: { code: 'not-begun' },
      stdout: 'for backups only\n',
    });
  });
});
