import { createHash, createPublicKey, verify } from 'node:crypto';

/** Sums as sha256sum writes them, by file name. Throws for a line of another form. */
export function readSums(text: string): Map<string, string> {
  const lines = text.split('\n').slice(0, -1);
  return new Map(
    lines.map((line) => {
      const [, sum, name] = /^([0-9a-f]{64}) {2}(.+)$/.exec(line) ?? [];
      if (sum === undefined || name === undefined) throw new Error(`not a sum: ${line}`);
      return [name, sum];
    }),
  );
}

/** Whether this text was signed by the key, both as release builds make them (ed25519). */
export function isSigned(text: string, signature: Uint8Array, publicKey: string): boolean {
  return verify(null, Buffer.from(text), publicKey, signature);
}

/** SHA-256 of the key itself, to compare with what a release names; the same for every notation of the key. */
export function fingerprint(publicKey: string): string {
  const der = createPublicKey(publicKey).export({ type: 'spki', format: 'der' });
  return `SHA256:${createHash('sha256').update(der).digest('base64').replace(/=+$/, '')}`;
}

/** The signature in the last line of a file that is carried alone. */
export interface Trailer {
  name: string;
  signature: Uint8Array;
  /** Bytes of the file before the line. */
  length: number;
}

/** Longest last line; what is before it is not read as text. */
export const TRAILER_BYTES = 512;

/** Reads it from the file's last bytes; undefined in a file that is not signed. */
export function readTrailer(end: Buffer, size: number): Trailer | undefined {
  // latin1: a character is a byte, whatever is before the line.
  const found = /\n\/\/# fireaxe-signed (\S+) ([A-Za-z0-9+/=]+)\n$/.exec(end.toString('latin1'));
  if (!found) return undefined;
  return {
    name: found[1]!,
    signature: Buffer.from(found[2]!, 'base64'),
    length: size - found[0].length,
  };
}
