import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createSshTransport } from '../../../src/transport/ssh/transport.ts';
import { newKeyFile, noSshd, startSshd } from '../sshd.ts';
import { raw, runOne, target } from '../subjects.ts';
import { signKey } from './authority.ts';

describe.skipIf(noSshd)('a host certificate', () => {
  it.each([
    ['ed25519', 'curve25519-sha256'],
    ['rsa', 'diffie-hellman-group14-sha256'],
    ['ecdsa', 'ecdh-sha2-nistp256'],
  ])('%s is checked again at each key exchange of a connection, by %s', async (type, kex) => {
    const keys = await startSshd();
    const [ca, host] = [join(keys.dir, 'ca'), join(keys.dir, 'certified')];
    const authority = newKeyFile(ca);
    const publicLine = newKeyFile(host, '-t', type, ...(type === 'rsa' ? ['-b', '2048'] : []));
    const cert = signKey(ca, publicLine, join(keys.dir, 'of'), '-h', '-n', '127.0.0.1');
    const log = ['LogLevel DEBUG1', `KexAlgorithms ${kex}`, 'RekeyLimit 64K'];
    const sshd = await startSshd([`HostKey ${host}`, `HostCertificate ${cert}`, ...log]);
    const known = join(keys.dir, 'known');
    writeFileSync(known, `@cert-authority * ${authority}\n`);
    try {
      const transport = await createSshTransport({ kit: { knownHosts: [known] } });
      const node = target({ port: sshd.port, ssh: { user: sshd.user, identity: sshd.identity } });
      const outcome = await runOne(transport, node, raw('head -c 300000 /dev/zero | tr "\\0" x; echo end'));
      expect(outcome.state).toBe('ok');
      const exchanges = readFileSync(join(sshd.dir, 'log'), 'utf8').match(/SSH2_MSG_KEXINIT sent/g);
      expect(exchanges?.length).toBeGreaterThan(1);
      await transport.close();
    } finally {
      await sshd.stop();
      await keys.stop();
    }
  });
});
