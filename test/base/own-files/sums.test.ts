import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkOwnFiles } from '../../../src/base/own-files/check.ts';
import { readSums, readTrailer } from '../../../src/base/own-files/sums.ts';
import { judged } from '../../../src/doctor/program.ts';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const key = publicKey.export({ type: 'spki', format: 'pem' }).toString();
const sumOf = (text: string) => createHash('sha256').update(text).digest('hex');

let place: string;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'fireaxe-own-'));
});
afterEach(() => rmSync(place, { recursive: true }));

function file(text: string, signedText = text): string {
  const signature = sign(null, Buffer.from(`${sumOf(signedText)}  one.mjs\n`), privateKey);
  const path = join(place, 'renamed.mjs');
  writeFileSync(path, `${text}\n//# fireaxe-signed one.mjs ${signature.toString('base64')}\n`);
  return path;
}

describe('a file that is carried alone', () => {
  it('is intact under any name, and changed if a byte of it is', async () => {
    expect(await checkOwnFiles(file('code'), 'file', key)).toMatchObject({ state: 'intact', files: 1 });
    expect(await checkOwnFiles(file('c0de', 'code'), 'file', key)).toMatchObject({ state: 'changed' });
  });

  it('is unsigned without the last line, without a key, and as a source', async () => {
    const path = join(place, 'plain.mjs');
    writeFileSync(path, 'code\n');
    const states = [checkOwnFiles(path, 'file', key), checkOwnFiles(file('code'), 'file', '')];
    for (const state of await Promise.all(states)) expect(state).toMatchObject({ state: 'unsigned' });
    expect(await checkOwnFiles(place, 'sources', key)).toMatchObject({ state: 'unsigned' });
  });

  it('has its signature in the last line alone', () => {
    const line = `\n//# fireaxe-signed one.mjs ${'A'.repeat(86)}==\n`;
    expect(readTrailer(Buffer.from(`x${line}`), 1 + line.length)).toMatchObject({
      name: 'one.mjs',
      length: 1,
    });
    expect(readTrailer(Buffer.from(`x${line}y\n`), 3 + line.length)).toBeUndefined();
  });
});

describe('a package', () => {
  const signed = (sums: string) => {
    mkdirSync(join(place, 'dist'));
    mkdirSync(join(place, 'bin'));
    writeFileSync(join(place, 'bin/fireaxe.js'), 'launch');
    writeFileSync(join(place, 'dist/SHA256SUMS'), sums);
    writeFileSync(join(place, 'dist/SHA256SUMS.sig'), sign(null, Buffer.from(sums), privateKey));
  };

  it('is intact, and red in doctor once a file of it is missing or added', async () => {
    signed(`${sumOf('launch')}  bin/fireaxe.js\n`);
    expect(await checkOwnFiles(place, 'package', key)).toMatchObject({ state: 'intact', files: 1 });
    writeFileSync(join(place, 'dist/more.js'), '');
    const added = await checkOwnFiles(place, 'package', key);
    expect(added.problems).toEqual(['dist/more.js does not belong to this release']);
    expect(judged(added)).toMatchObject({ state: 'red', what: expect.stringContaining('dist/more.js') });
    rmSync(join(place, 'dist/more.js'));
    rmSync(join(place, 'bin/fireaxe.js'));
    const missing = await checkOwnFiles(place, 'package', key);
    expect(missing.problems).toEqual(['bin/fireaxe.js is missing']);
  });
});

it('refuses sums of another form', () => {
  expect(() => readSums('abc  x\n')).toThrow('not a sum: abc  x');
});
