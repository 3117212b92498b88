import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOpensshTransport } from '../../src/transport/openssh/transport.ts';
import { createSshTransport } from '../../src/transport/ssh/transport.ts';
import type { RealSshd } from './sshd.ts';
import { newKeyFile, noSshd, startSshd } from './sshd.ts';
import { raw, runOne, target } from './subjects.ts';

/** The same known_hosts for ssh(1) and for us, against a real sshd on a port of its own. */
describe.skipIf(noSshd)('known_hosts as ssh(1) reads it', () => {
  let sshd: RealSshd;
  let other: string;

  beforeAll(async () => {
    sshd = await startSshd();
    other = newKeyFile(join(sshd.dir, 'other'));
  });
  afterAll(async () => sshd?.stop());

  const both = async (text: string | Buffer) => {
    const file = join(sshd.dir, `known-${Math.random()}`);
    writeFileSync(file, text);
    const node = target({ port: sshd.port, ssh: { user: sshd.user, identity: sshd.identity } });
    const kit = { knownHosts: [file] };
    const ours = await createSshTransport({ kit });
    const mine = await runOne(ours, node, raw('true'));
    await ours.close();
    const theirs = await runOne(createOpensshTransport({ kit }), node, raw('true'));
    return { mine, theirs };
  };

  it.each<[string, 'ok' | 'unreachable', (key: string, other: string, port: number) => string]>([
    ['carriage returns', 'ok', (key, _, port) => `\r\n# note\r\n\r\n[127.0.0.1]:${port} ${key}\r\n`],
    ['tabs, spaces, no last newline', 'ok', (key, _, port) => ` \t[127.0.0.1]:${port}\t ${key} a b`],
    ['a key of another by the bare address', 'unreachable', (_, bad) => `127.0.0.1 ${bad}\n`],
    ['a revoked key of somebody for all', 'ok', (key, bad) => `@revoked * ${bad}\n127.0.0.1 ${key}\n`],
    [
      'its own key revoked by the bare address',
      'unreachable',
      (key) => `127.0.0.1 ${key}\n@revoked 127.0.0.1 ${key}\n`,
    ],
    ['its own key revoked for all', 'unreachable', (key) => `127.0.0.1 ${key}\n@revoked * ${key}\n`],
    ['an authority for all', 'ok', (key, bad) => `@cert-authority * ${bad}\n127.0.0.1 ${key}\n`],
    [
      'its key among others',
      'ok',
      (key, bad, port) => `[127.0.0.1]:${port} ${bad}\n[127.0.0.1]:${port} ${key}\n`,
    ],
    [
      'another by the port, its own by the address',
      'unreachable',
      (key, bad, port) => `[127.0.0.1]:${port} ${bad}\n127.0.0.1 ${key}\n`,
    ],
    ['turned down by a negation', 'unreachable', (key) => `127.0.0.*,!127.0.0.1 ${key}\n`],
    ['a line with a mistake before it', 'ok', (key) => `127.0.0.1 ssh-ed25519 AAAA\n127.0.0.1 ${key}\n`],
  ])('%s: %s', async (_, state, lines) => {
    const { mine, theirs } = await both(lines(sshd.hostKey, other, sshd.port));
    expect([theirs.state, mine.state]).toEqual([state, state]);
  });

  it('accepts bytes that are not text in a comment, and hashed names', async () => {
    const file = join(sshd.dir, 'hashed');
    writeFileSync(file, `[127.0.0.1]:${sshd.port} ${sshd.hostKey}\n`);
    execFileSync('ssh-keygen', ['-q', '-H', '-f', file], { stdio: 'ignore' });
    const text = Buffer.concat([Buffer.from([0x23, 0xff, 0xfe, 0xc3, 0x0a]), execFileSync('cat', [file])]);
    const { mine, theirs } = await both(text);
    expect([theirs.state, mine.state]).toEqual(['ok', 'ok']);
  });

  it('a line that was skipped is told with its place, where the key is missing', async () => {
    const { mine } = await both(`# note\n127.0.0.1 ssh-ed25519 AAAA\n@other x y z\n`);
    expect(mine.reason).toMatchObject({
      code: 'host-key-unknown',
      message: expect.stringMatching(/skipped: .*known-[0-9.]+:2, not a key of type ssh-ed25519 and 1 more/),
    });
  });
});
