import { type PublicKey, readKeyFields, readPublicKey } from './public-key.ts';
import { Malformed, Reader } from './reader.ts';
import { isSignedBy, signatureType } from './signature.ts';

/** A certificate of OpenSSH (PROTOCOL.certkeys) whose authority has signed it. */
export interface Certificate {
  /** `ssh-ed25519-cert-v01@openssh.com` and the like. */
  type: string;
  /** The key that it vouches for. */
  key: PublicKey;
  serial: bigint;
  role: 'user' | 'host';
  keyId: string;
  principals: string[];
  /** Seconds since 1970; the second one is the first at which it has run out. */
  validAfter: bigint;
  validBefore: bigint;
  /** The names of options that must be understood. */
  critical: string[];
  /** The authority's key, and the algorithm that it signed with. */
  authority: PublicKey;
  signedWith: string;
}

const SUFFIX = '-cert-v01@openssh.com';
const MOST_PRINCIPALS = 256;

/** The type of the key in a certificate of this type; undefined where it names no certificate. */
export function certifiedType(type: string): string | undefined {
  if (!type.endsWith(SUFFIX)) return undefined;
  const plain = type.slice(0, -SUFFIX.length);
  return plain.startsWith('sk-') ? `${plain}@openssh.com` : plain;
}

/** Reads a certificate and checks its authority's signature, as OpenSSH does at once; throws `Malformed`. */
export function readCertificate(blob: Buffer): Certificate {
  const reader = new Reader(blob);
  const type = reader.text();
  const plain = certifiedType(type);
  if (plain === undefined) throw new Malformed('it is not a certificate');
  reader.string(); // The nonce.
  const key = readKeyFields(plain, reader);
  const serial = reader.uint64();
  const role = ROLES[reader.uint32()];
  const keyId = reader.text();
  const principals = list(reader.nested(), (from) => from.text());
  const [validAfter, validBefore] = [reader.uint64(), reader.uint64()];
  const critical = options(reader.nested());
  options(reader.nested()); // Extensions are for servers.
  reader.string(); // Reserved.
  const authority = authorityKey(reader.string());
  const signed = reader.before;
  const signature = reader.string();
  reader.end();
  if (role === undefined) throw new Malformed('it is neither for users nor for hosts');
  if (principals.length > MOST_PRINCIPALS) throw new Malformed('it has too many principals');
  if (!isSignedBy(authority, signature, signed))
    throw new Malformed('its signature is not that of its authority');
  const signedWith = signatureType(signature);
  const all = { type, key, serial, role, keyId, principals, validAfter, validBefore, critical };
  return { ...all, authority, signedWith };
}

/** The certificate in these bytes; undefined where they are a plain key, or damaged. */
export function certificateIn(blob: Buffer): Certificate | undefined {
  try {
    return readCertificate(blob);
  } catch {
    return undefined;
  }
}

const ROLES: Record<number, Certificate['role']> = { 1: 'user', 2: 'host' };

function authorityKey(blob: Buffer): PublicKey {
  if (certifiedType(new Reader(blob).text()) !== undefined)
    throw new Malformed('its authority is a certificate itself');
  return readPublicKey(blob);
}

function options(reader: Reader): string[] {
  return list(reader, (from) => {
    const name = from.text();
    from.string();
    return name;
  });
}

function list<T>(reader: Reader, next: (from: Reader) => T): T[] {
  const all: T[] = [];
  while (reader.left > 0) all.push(next(reader));
  return all;
}
