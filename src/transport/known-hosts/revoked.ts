import { readFile } from 'node:fs/promises';
import { FireaxeError } from '../../base/errors.ts';
import { mustBeFile } from '../../kit/read-text.ts';
import { isKrl, type Revocations, readKrl } from '../certificate/krl.ts';
import { plainKey } from './line.ts';

/** Reads what ssh takes as RevokedHostKeys: a key revocation list, or a text with one public key a line. */
export async function loadRevocations(file: string): Promise<Revocations> {
  try {
    return readRevocations(await readFile(await mustBeFile(file)));
  } catch (cause) {
    // ssh then trusts no host at all: so does this.
    throw new FireaxeError('usage', `cannot read the revoked host keys: ${(cause as Error).message}`, {
      place: file,
      expected: 'a list made by ssh-keygen -k, or public keys, one a line',
      cause,
    });
  }
}

export function readRevocations(bytes: Buffer): Revocations {
  return isKrl(bytes) ? readKrl(bytes) : ofText(bytes.toString('utf8'));
}

function ofText(text: string): Revocations {
  const keys = new Set<string>();
  text.split('\n').forEach((raw, index) => {
    const [type, base64] = raw.trim().split(/\s+/);
    if (!type || type.startsWith('#')) return;
    const key = base64 === undefined ? undefined : plainKey(type, base64);
    if (!Buffer.isBuffer(key)) throw new Error(`line ${index + 1}: ${key ?? 'not a public key'}`);
    keys.add(key.toString('hex'));
  });
  return { revokesKey: (key) => keys.has(key.toString('hex')), revokesCertificate: () => false };
}
