import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readKrl } from '../../../src/transport/certificate/krl.ts';
import { sshString } from '../../../src/transport/certificate/reader.ts';
import { newKeyFile, noSshd } from '../sshd.ts';
import { ed25519, uint64 } from './forge.ts';

const ofAuthority = (authority: Buffer | string, ...parts: Buffer[]) =>
  section(1, sshString(authority), sshString(''), ...parts);
const section = (kind: number, ...fields: Buffer[]) =>
  Buffer.concat([Buffer.from([kind]), sshString(Buffer.concat(fields))]);
const krl = (...sections: Buffer[]) =>
  Buffer.concat([
    Buffer.from('SSHKRL\n\0\0\0\0\x01', 'latin1'),
    Buffer.alloc(24),
    sshString(''),
    sshString(''),
    ...sections,
  ]);

/** Lists that ssh-keygen -k does not make, with what ssh-keygen -Q says of them. */
describe.skipIf(noSshd)('a key revocation list as ssh reads it', () => {
  let dir: string;
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'fx-krl-'));
    newKeyFile(join(dir, 'key'));
  });
  afterAll(() => rmSync(dir, { recursive: true }));

  it.each<[string, boolean, Buffer]>([
    ['empty', true, krl()],
    ['an authority', true, krl(ofAuthority(ed25519().blob))],
    ['an authority that is not a key', false, krl(ofAuthority('no key'))],
    ['an authority cut short', false, krl(ofAuthority(ed25519().blob.subarray(0, 40)))],
    ['a hash', true, krl(section(5, sshString(Buffer.alloc(32))))],
    ['a hash cut short', false, krl(section(5, sshString(Buffer.alloc(31))))],
    ['a SHA-1 hash cut short', false, krl(section(3, sshString(Buffer.alloc(19))))],
    ['a range', true, krl(ofAuthority('', section(0x21, uint64(3n), uint64(9n))))],
    [
      'a range that ends before it begins',
      false,
      krl(ofAuthority('', section(0x21, uint64(9n), uint64(3n)))),
    ],
    ['more after a range', false, krl(ofAuthority('', section(0x21, uint64(3n), uint64(9n), uint64(1n))))],
    [
      'more after a bitmap',
      false,
      krl(ofAuthority('', section(0x22, uint64(3n), sshString('a'), uint64(1n)))),
    ],
  ])('%s', (_, good, list) => {
    const file = join(dir, 'krl');
    writeFileSync(file, list);
    const theirs = () =>
      execFileSync('ssh-keygen', ['-Q', '-f', file, join(dir, 'key.pub')], { stdio: 'pipe' });
    const ours = () => readKrl(list);
    if (good) expect([theirs, ours].map((read) => read())).toHaveLength(2);
    else for (const read of [theirs, ours]) expect(read).toThrow();
  });
});
