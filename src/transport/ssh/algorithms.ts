import type { Algorithms, CipherAlgorithm, KexAlgorithm, ServerHostKeyAlgorithm } from 'ssh2';
import type { HostRecord } from '../known-hosts/known-hosts.ts';

/** Cheapest first; nothing with SHA-1 or CBC. */
const KEX: KexAlgorithm[] = [
  // Half the time of curve25519, whose keys Node converts to DER and back.
  'ecdh-sha2-nistp256',
  'curve25519-sha256',
  'curve25519-sha256@libssh.org',
  'ecdh-sha2-nistp384',
  'ecdh-sha2-nistp521',
  'diffie-hellman-group14-sha256',
  'diffie-hellman-group16-sha512',
  'diffie-hellman-group18-sha512',
  'diffie-hellman-group-exchange-sha256',
];

const CIPHERS: CipherAlgorithm[] = [
  'aes128-gcm@openssh.com',
  'aes256-gcm@openssh.com',
  'aes128-ctr',
  'aes192-ctr',
  'aes256-ctr',
  'chacha20-poly1305@openssh.com' as CipherAlgorithm,
];

/** Signature algorithms of each key type, in the order they are offered. */
const HOST_KEYS: Record<string, ServerHostKeyAlgorithm[]> = {
  'ssh-ed25519': ['ssh-ed25519'],
  'ecdsa-sha2-nistp256': ['ecdsa-sha2-nistp256'],
  'ecdsa-sha2-nistp384': ['ecdsa-sha2-nistp384'],
  'ecdsa-sha2-nistp521': ['ecdsa-sha2-nistp521'],
  'ssh-rsa': ['rsa-sha2-512', 'rsa-sha2-256'],
};

/** An RSA key never signs with SHA-1, though ssh2 asks for it where the server does not say that it takes SHA-2. */
export const SHA_1_LOGIN = 'ssh-rsa';
export const SHA_2_LOGIN = { algorithm: 'rsa-sha2-256', hash: 'sha256' };

/** Whether any of the key types in known_hosts can be checked, or an authority may vouch for the host. */
export function canCheck(record: HostRecord): boolean {
  return record.authority || record.keyTypes.some((type) => type in HOST_KEYS);
}

/**
 * Only key types in known_hosts are offered: a host must not answer with an unknown key while
 * another one is known. An unknown host may show any type, for its fingerprint.
 */
export function algorithmsFor(record: HostRecord): Algorithms {
  const known = Object.keys(HOST_KEYS).filter((type) => record.keyTypes.includes(type));
  const types = known.length > 0 ? known : Object.keys(HOST_KEYS);
  return {
    kex: KEX,
    cipher: CIPHERS,
    compress: ['none'],
    serverHostKey: types.flatMap((type) => HOST_KEYS[type]!),
  };
}
