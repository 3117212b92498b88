import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ParsedKey } from 'ssh2';
import { beforeEach, expect, test } from 'vitest';
import { verifyQuickly } from '../../src/transport/ssh/quick-verify.ts';
import { parseKey } from '../../src/transport/ssh/usable-key.ts';

const require = createRequire(import.meta.url);
type Ssh2 = Parameters<typeof verifyQuickly>[0];
let ssh2: Ssh2;

/** One that no other test of this process has changed. */
beforeEach(() => {
  for (const file of Object.keys(require.cache))
    if (/[/\\]ssh2[/\\].*\.js$/.test(file)) delete require.cache[file];
  ssh2 = require('ssh2');
});

function newKey(type: string): { secret: ParsedKey; shown: ParsedKey } {
  const file = join(mkdtempSync(join(tmpdir(), 'fx-verify-')), type);
  execFileSync('ssh-keygen', [
    '-q',
    '-t',
    type,
    ...(type === 'rsa' ? ['-b', '1024'] : []),
    '-N',
    '',
    '-f',
    file,
  ]);
  const [secret, shown] = [file, `${file}.pub`].map((name) => parseKey(ssh2, readFileSync(name)));
  return { secret, shown } as { secret: ParsedKey; shown: ParsedKey };
}

const data = Buffer.from('the hash of the key exchange');

/** What is told of signatures that are good, damaged, cut and of other data or another key. */
function verdicts({ secret, shown }: ReturnType<typeof newKey>, other: ParsedKey) {
  const good = secret.sign(data) as Buffer;
  const damaged = Buffer.from(good);
  damaged[10]! ^= 1;
  const of = (key: ParsedKey, signature: Buffer, signed = data) => key.verify(signed, signature) === true;
  return [
    of(shown, good),
    of(shown, damaged),
    of(shown, good.subarray(1)),
    of(shown, Buffer.alloc(0)),
    of(shown, good, Buffer.from('another hash')),
    of(other, good),
  ];
}

test('says the same of each signature as ssh2 itself', () => {
  const types = ['ed25519', 'ecdsa', 'rsa'];
  const keys = types.map((type) => [newKey(type), newKey(type)] as const);
  const all = () => keys.map(([one, other]) => verdicts(one, other.shown));
  const before = all();
  expect(before).toEqual(types.map(() => [true, false, false, false, false, false]));
  const { shown } = keys[0]![0];
  const { verify } = shown;
  verifyQuickly(ssh2);
  expect(shown.verify).not.toBe(verify);
  expect(all()).toEqual(before);
});

test('is done once, however many transports there are', () => {
  verifyQuickly(ssh2);
  const { verify } = newKey('ed25519').shown;
  verifyQuickly(ssh2);
  expect(newKey('ed25519').shown.verify).toBe(verify);
});
