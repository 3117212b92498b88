import { type KeyObject, sign } from 'node:crypto';
import type { ParsedKey } from 'ssh2';
import { signWith } from '../certificate/signature.ts';
import { SHA_2_LOGIN } from './algorithms.ts';
import { certificateAlgorithm } from './key-agent.ts';
import type { UserCertificate } from './user-certificate.ts';
import { asParsedKey } from './whole-signature.ts';

/** The same key with its certificate. */
export function certifiedKey(
  key: ParsedKey,
  object: KeyObject,
  { certificate, blob }: UserCertificate,
): ParsedKey {
  const own = { type: certificate.type, blob, algorithm: certificateAlgorithm(certificate.type) };
  const sign = (data: Buffer | string) => signWith(certificate.key.type, object, Buffer.from(data));
  return asParsedKey(key, own, { sign });
}

/** ssh2 reads the PEM text again for each signature; with thousands of logins it must be read once. */
export function withParsedSigner(key: ParsedKey, object: KeyObject): ParsedKey {
  const original = key.sign.bind(key);
  key.sign = (data, algorithm) =>
    typeof data === 'string' || (algorithm === undefined && key.type !== 'ssh-ed25519')
      ? original(data, algorithm)
      : sign(algorithm === 'sha1' ? SHA_2_LOGIN.hash : algorithm, data, object);
  return key;
}
