import { verify } from 'node:crypto';
import type { ParsedKey } from 'ssh2';
import { readPublicKey } from '../certificate/public-key.ts';
import type { Ssh2 } from './ssh2.ts';
import { anyKey } from './whole-signature.ts';

const QUICK = Symbol('verifies quickly');

type Verify = (data: Buffer, signature: Buffer, algorithm?: string) => boolean | Error;

/**
 * Has signatures of Ed25519 keys, as most hosts have, verified by the key's bytes: ssh2 writes each as PEM text, and
 * OpenSSL takes as long to read that as to verify. Every key that ssh2 parses shares the method.
 */
export function verifyQuickly(ssh2: Ssh2): void {
  const keys = Object.getPrototypeOf(anyKey(ssh2)) as { verify: Verify; [QUICK]?: true };
  if (keys[QUICK]) return;
  keys[QUICK] = true;
  const { verify: slow } = keys;
  keys.verify = function (this: ParsedKey, data, signature, algorithm) {
    if (this.type !== 'ssh-ed25519') return slow.call(this, data, signature, algorithm);
    try {
      return verify(null, data, readPublicKey(this.getPublicSSH()).key, signature);
    } catch (error) {
      return error as Error;
    }
  };
}
