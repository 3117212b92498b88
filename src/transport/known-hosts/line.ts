import { certifiedType, readCertificate } from '../certificate/parse.ts';

/** One usable line of a known_hosts file. */
export interface KnownHostLine {
  place: string;
  marker?: 'revoked' | 'cert-authority';
  /** Host patterns as written, or the salt and hash of one hashed name. */
  hosts: { patterns: string[] } | { salt: Buffer; hash: Buffer };
  keyType: string;
  /** The public key as it goes over the wire. */
  key: Buffer;
}

/** A line that is skipped, as OpenSSH does, but not in silence. */
export interface KnownHostProblem {
  place: string;
  problem: string;
  /** The hosts that the line is about, where that much could be read. */
  hosts?: KnownHostLine['hosts'];
}

/** Reads the lines of one known_hosts text; `file` is used in places only. */
export function parseKnownHosts(
  text: string,
  file: string,
): { lines: KnownHostLine[]; problems: KnownHostProblem[] } {
  const lines: KnownHostLine[] = [];
  const problems: KnownHostProblem[] = [];
  text.split('\n').forEach((raw, index) => {
    const words = raw.split(/[ \t\r]+/).filter((word) => word !== '');
    if (words.length === 0 || words[0]!.startsWith('#')) return;
    const place = `${file}:${index + 1}`;
    const line = parseLine(words, place);
    if ('problem' in line) problems.push(line);
    else lines.push(line);
  });
  return { lines, problems };
}

function parseLine(words: string[], place: string): KnownHostLine | KnownHostProblem {
  let marker: KnownHostLine['marker'];
  if (words[0]!.startsWith('@')) {
    const name = words[0]!.slice(1);
    if (name !== 'revoked' && name !== 'cert-authority')
      return { place, problem: `unknown marker ${words[0]}` };
    marker = name;
    words = words.slice(1);
  }
  const [names, keyType, base64] = words;
  if (names === undefined) return { place, problem: 'expected: hosts, key type, key' };
  const hosts = parseHosts(names);
  if (typeof hosts === 'string') return { place, problem: hosts };
  if (keyType === undefined || base64 === undefined)
    return { place, problem: 'expected: hosts, key type, key', hosts };
  if (marker === undefined && certifiedType(keyType) !== undefined)
    return { place, problem: 'a certificate in place of a host key', hosts };
  const key = plainKey(keyType, base64);
  if (typeof key === 'string') return { place, problem: key, hosts };
  const line = { place, hosts, keyType: innerType(key)!, key };
  return marker === undefined ? line : { ...line, marker };
}

/** A public key as it is written, or what is wrong with it; of a certificate the key in it, as ssh compares them. */
export function plainKey(keyType: string, base64: string): Buffer | string {
  const key = Buffer.from(base64, 'base64');
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64) || innerType(key) !== keyType)
    return `not a key of type ${keyType}`;
  const damaged = `the ${keyType} key is cut short or damaged`;
  if (certifiedType(keyType) === undefined) return isWhole(key) ? key : damaged;
  try {
    return readCertificate(key).key.blob;
  } catch {
    return damaged;
  }
}

function parseHosts(names: string): KnownHostLine['hosts'] | string {
  if (!names.startsWith('|')) return { patterns: names.toLowerCase().split(',') };
  const [, magic, salt, hash, ...rest] = names.split('|');
  if (magic !== '1' || salt === undefined || hash === undefined || rest.length > 0)
    return 'not a hashed host name';
  const bytes = { salt: Buffer.from(salt, 'base64'), hash: Buffer.from(hash, 'base64') };
  if (bytes.salt.length !== 20 || bytes.hash.length !== 20) return 'not a hashed host name';
  return bytes;
}

/** The type that the key itself names: its first length-prefixed text. */
export function innerType(key: Buffer): string | undefined {
  if (key.length < 8) return undefined;
  const length = key.readUInt32BE(0);
  if (length === 0 || length > 64 || 4 + length >= key.length) return undefined;
  return key.toString('latin1', 4, 4 + length);
}

/** Whether a public key is length-prefixed fields to its very end (RFC 4253, 6.6), the type and at least one more. */
function isWhole(key: Buffer): boolean {
  let at = 0;
  let fields = 0;
  while (at + 4 <= key.length) {
    at += 4 + key.readUInt32BE(at);
    fields++;
  }
  return at === key.length && fields >= 2;
}
