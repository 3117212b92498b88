import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOpensshTransport } from '../../../src/transport/openssh/transport.ts';
import { createSshTransport } from '../../../src/transport/ssh/transport.ts';
import { newKeyFile, noSshd, type RealSshd, startSshd } from '../sshd.ts';
import { raw, runOne, target } from '../subjects.ts';
import { signKey } from './authority.ts';

/** An authority vouches for the node, its bastion and the user; sshd knows no plain key. */
describe.skipIf(noSshd)('certificates through a bastion', () => {
  let keys: RealSshd;
  let sshd: RealSshd;
  let known: string;
  let identity: string;
  const file = (name: string) => join(keys.dir, name);

  beforeAll(async () => {
    keys = await startSshd();
    const authority = newKeyFile(file('ca'));
    const host = newKeyFile(file('certified'));
    const cert = signKey(file('ca'), host, file('of-host'), '-h', '-n', 'door,node-1');
    identity = file('locked');
    const user = newKeyFile(identity, '-N', 'sesame');
    signKey(file('ca'), user, identity, '-n', keys.user);
    const trust = [`TrustedUserCAKeys ${file('ca.pub')}`, 'AuthorizedKeysFile none'];
    sshd = await startSshd([`HostKey ${file('certified')}`, `HostCertificate ${cert}`, ...trust]);
    known = file('known');
    writeFileSync(known, `@cert-authority door,node-* ${authority}\n`);
  });
  afterAll(async () => {
    await sshd?.stop();
    await keys?.stop();
  });

  const node = (alias: string) => {
    const login = { user: sshd.user, identity, useAgent: false };
    const door = { ...login, name: 'door', address: '127.0.0.2', port: sshd.port, hostKeyAlias: alias };
    return target({ port: sshd.port, ssh: { ...login, jump: door, hostKeyAlias: 'node-1' } });
  };

  it('log in at both, by a locked key', async () => {
    const passphrases = new Map([[identity, 'sesame']]);
    const transport = await createSshTransport({ kit: { knownHosts: [known] }, passphrases });
    expect(await runOne(transport, node('door'), raw('echo in'))).toMatchObject({
      state: 'ok',
      stdout: 'in\n',
    });
    await transport.close();
  });

  it('refuse a bastion by another name', async () => {
    const passphrases = new Map([[identity, 'sesame']]);
    const transport = await createSshTransport({ kit: { knownHosts: [known] }, passphrases });
    const { reason } = await runOne(transport, node('node-9'), raw('true'));
    expect(reason).toMatchObject({ code: 'host-cert', message: expect.stringContaining('node-9') });
    await transport.close();
  });

  it('log in at both by the system ssh', async () => {
    const agent = file('agent');
    const said = execFileSync('ssh-agent', ['-s', '-a', agent], { encoding: 'utf8' });
    const before = process.env.SSH_AUTH_SOCK;
    process.env.SSH_AUTH_SOCK = agent;
    try {
      const asks = file('asks');
      writeFileSync(asks, '#!/bin/sh\necho sesame\n', { mode: 0o700 });
      const env = { ...process.env, SSH_ASKPASS: asks, SSH_ASKPASS_REQUIRE: 'force' };
      execFileSync('ssh-add', ['-q', identity], { env, stdio: 'pipe' });
      const transport = createOpensshTransport({ kit: { knownHosts: [known] } });
      expect(await runOne(transport, node('door'), raw('echo in'))).toMatchObject({ state: 'ok' });
      expect((await runOne(transport, node('node-9'), raw('true'))).reason?.code).toBe('host-cert');
    } finally {
      if (before === undefined) delete process.env.SSH_AUTH_SOCK;
      else process.env.SSH_AUTH_SOCK = before;
      process.kill(Number(/AGENT_PID=(\d+)/.exec(said)?.[1]));
    }
  });
});
