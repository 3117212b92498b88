import { createHash, type KeyObject, sign, verify } from 'node:crypto';
import type { PublicKey } from './public-key.ts';
import { Malformed, mpint, Reader, sshString } from './reader.ts';

/** SHA-1: checked as ssh checks it, and then not trusted. */
export const WEAK = 'ssh-rsa';

/** The signature algorithms of each key type, with their hash. */
const ALGORITHMS: Record<string, Record<string, string | null>> = {
  'ssh-ed25519': { 'ssh-ed25519': null },
  'ecdsa-sha2-nistp256': { 'ecdsa-sha2-nistp256': 'sha256' },
  'ecdsa-sha2-nistp384': { 'ecdsa-sha2-nistp384': 'sha384' },
  'ecdsa-sha2-nistp521': { 'ecdsa-sha2-nistp521': 'sha512' },
  'ssh-rsa': { 'rsa-sha2-512': 'sha512', 'rsa-sha2-256': 'sha256', [WEAK]: 'sha1' },
  'sk-ssh-ed25519@openssh.com': { 'sk-ssh-ed25519@openssh.com': null },
  'sk-ecdsa-sha2-nistp256@openssh.com': { 'sk-ecdsa-sha2-nistp256@openssh.com': 'sha256' },
};

/** The algorithm that a signature names. */
export function signatureType(signature: Buffer): string {
  return new Reader(signature).text();
}

/** Whether the key made the signature (RFC 4253, 6.6) over these bytes. */
export function isSignedBy(key: PublicKey, signature: Buffer, data: Buffer): boolean {
  const reader = new Reader(signature);
  const type = reader.text();
  const hash = ALGORITHMS[key.type]?.[type];
  if (hash === undefined) return false;
  const value = reader.string();
  // A FIDO key signs its application, flags and counter with the hash of the data.
  const signed = key.application === undefined ? data : fidoData(key.application, reader.take(5), data);
  reader.end();
  if (!key.type.includes('ecdsa')) return verify(hash, signed, key.key, value);
  return verify(hash, signed, { key: key.key, dsaEncoding: 'ieee-p1363' }, joined(value, key));
}

/** The signature of a private key in a file, for a key of this type; RSA signs with SHA-512. */
export function signWith(type: string, key: KeyObject, data: Buffer): Buffer {
  const [algorithm, hash] = Object.entries(ALGORITHMS[type] ?? {})[0] ?? [];
  if (algorithm === undefined) throw new Error(`cannot sign with a key of type ${type}`);
  if (!type.includes('ecdsa')) return Buffer.concat([algorithm, sign(hash, data, key)].map(sshString));
  const both = sign(hash, data, { key, dsaEncoding: 'ieee-p1363' });
  const half = both.length / 2;
  const numbers = [both.subarray(0, half), both.subarray(half)].map((number) => sshString(mpint(number)));
  return Buffer.concat([sshString(algorithm), sshString(Buffer.concat(numbers))]);
}

function fidoData(application: Buffer, flagsAndCounter: Buffer, data: Buffer): Buffer {
  return Buffer.concat([sha256(application), flagsAndCounter, sha256(data)]);
}

function sha256(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest();
}

const BYTES: Record<string, number> = { prime256v1: 32, secp384r1: 48, secp521r1: 66 };

/** The two numbers of an ECDSA signature, each in the full width of the curve. */
function joined(value: Buffer, { key }: PublicKey): Buffer {
  const size = BYTES[key.asymmetricKeyDetails?.namedCurve ?? ''];
  if (size === undefined) throw new Malformed('it names an unknown curve');
  const reader = new Reader(value);
  const both = [reader.string(), reader.string()].map((number) => {
    const bytes = number.subarray(number.findIndex((byte) => byte !== 0));
    if (bytes.length === 0 || bytes.length > size)
      throw new Malformed('a number of its signature is too long');
    return Buffer.concat([Buffer.alloc(size - bytes.length), bytes]);
  });
  reader.end();
  return Buffer.concat(both);
}
