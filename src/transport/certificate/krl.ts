import { createHash } from 'node:crypto';
import type { Certificate } from './parse.ts';
import { readPublicKey } from './public-key.ts';
import { Malformed, Reader } from './reader.ts';

/** What a key revocation list says of certificates of one authority, or of all. */
interface OfAuthority {
  serials: Set<bigint>;
  ranges: { from: bigint; to: bigint }[];
  bitmaps: { offset: bigint; bits: Buffer }[];
  keyIds: Set<string>;
}

/** Keys and certificates that are revoked. */
export interface Revocations {
  /** A plain key, by its bytes on the wire. */
  revokesKey(key: Buffer): boolean;
  /** A certificate, whatever became of its key and authority. */
  revokesCertificate(certificate: Pick<Certificate, 'serial' | 'keyId' | 'authority'>): boolean;
}

const MAGIC = 'SSHKRL\n\0';
const SECTION = { certificates: 1, keys: 2, sha1: 3, sha256: 5, extension: 255 };
const OF_CERTIFICATES = { serials: 0x20, range: 0x21, bitmap: 0x22, keyIds: 0x23, extension: 0x39 };

export function isKrl(file: Buffer): boolean {
  return file.toString('latin1', 0, MAGIC.length) === MAGIC;
}

/** Reads a list as ssh-keygen -k writes it (PROTOCOL.krl); what is not understood is refused, never skipped. */
export function readKrl(file: Buffer): Revocations {
  const reader = new Reader(file);
  reader.take(MAGIC.length);
  if (reader.uint32() !== 1) throw new Malformed('its version is unknown');
  reader.take(3 * 8); // Its number, date and flags.
  reader.string();
  reader.string();
  const keys = new Set<string>();
  const hashes = { sha1: new Set<string>(), sha256: new Set<string>() };
  const authorities = new Map<string, OfAuthority>();
  while (reader.left > 0) {
    const kind = reader.byte();
    const section = reader.nested();
    if (kind === SECTION.certificates) readCertificates(section, authorities);
    else if (kind === SECTION.keys) addAll(section, keys);
    else if (kind === SECTION.sha1) addAll(section, hashes.sha1, 20);
    else if (kind === SECTION.sha256) addAll(section, hashes.sha256, 32);
    else if (kind === SECTION.extension) skipExtension(section);
    else throw new Malformed(`a section of kind ${kind} is unknown`);
  }
  return {
    revokesKey(key) {
      const by = (name: 'sha1' | 'sha256') =>
        hashes[name].size > 0 && hashes[name].has(createHash(name).update(key).digest('hex'));
      return keys.has(key.toString('hex')) || by('sha1') || by('sha256');
    },
    revokesCertificate({ serial, keyId, authority }) {
      const lists = [authorities.get(''), authorities.get(authority.blob.toString('hex'))];
      return lists.some((list) => list && (list.keyIds.has(keyId) || revokesSerial(list, serial)));
    },
  };
}

function addAll(section: Reader, to: Set<string>, length?: number): void {
  while (section.left > 0) {
    const one = section.string();
    if (length !== undefined && one.length !== length) throw new Malformed('a hash in it is cut short');
    to.add(one.toString('hex'));
  }
}

function skipExtension(section: Reader): void {
  const name = section.text();
  if (section.byte() !== 0) throw new Malformed(`it needs the extension ${name}, which is unknown`);
  section.string();
}

function readCertificates(section: Reader, authorities: Map<string, OfAuthority>): void {
  const authority = authorityIn(section);
  section.string();
  const list = authorities.get(authority) ?? {
    serials: new Set(),
    ranges: [],
    bitmaps: [],
    keyIds: new Set(),
  };
  authorities.set(authority, list);
  while (section.left > 0) {
    const kind = section.byte();
    const part = section.nested();
    if (kind === OF_CERTIFICATES.serials) while (part.left > 0) list.serials.add(part.uint64());
    else if (kind === OF_CERTIFICATES.range) list.ranges.push(rangeIn(part));
    else if (kind === OF_CERTIFICATES.bitmap)
      list.bitmaps.push({ offset: part.uint64(), bits: part.string() });
    else if (kind === OF_CERTIFICATES.keyIds) while (part.left > 0) list.keyIds.add(part.text());
    else if (kind === OF_CERTIFICATES.extension) skipExtension(part);
    else throw new Malformed(`a list of certificates of kind ${kind} is unknown`);
    part.end();
  }
}

/** Of a damaged key nothing would be revoked. DSA, which ssh knows too, vouches for nothing here. */
function authorityIn(section: Reader): string {
  const blob = section.string();
  if (blob.length > 0 && new Reader(blob).text() !== 'ssh-dss') readPublicKey(blob);
  return blob.toString('hex');
}

function rangeIn(part: Reader): { from: bigint; to: bigint } {
  const range = { from: part.uint64(), to: part.uint64() };
  if (range.to < range.from) throw new Malformed('a range of serials in it ends before it begins');
  return range;
}

/** Zero stands for certificates without a serial number, which ssh does not revoke by it. */
function revokesSerial({ serials, ranges, bitmaps }: OfAuthority, serial: bigint): boolean {
  if (serial === 0n) return false;
  if (serials.has(serial) || ranges.some(({ from, to }) => from <= serial && serial <= to)) return true;
  return bitmaps.some(({ offset, bits }) => {
    if (serial < offset || serial - offset >= BigInt(bits.length * 8)) return false;
    const at = Number(serial - offset);
    return (bits[bits.length - 1 - (at >> 3)]! & (1 << (at & 7))) !== 0;
  });
}
