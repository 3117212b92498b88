import { createPrivateKey, sign } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { ParsedKey } from 'ssh2';
import { Unreached } from '../unreached.ts';
import type { Ssh2 } from './ssh2.ts';

/** Asks a person for the pass phrase of a key; undefined when nobody can be asked. */
export type ReadSecret = (prompt: string) => Promise<string | undefined>;

/** Private keys by path, each read and parsed once a process. */
export interface Identities {
  get(path: string): Promise<ParsedKey>;
}

export function createIdentities(ssh2: Ssh2, readSecret?: ReadSecret): Identities {
  const keys = new Map<string, Promise<ParsedKey>>();
  return {
    get(path) {
      let key = keys.get(path);
      if (!key) {
        key = readIdentity(ssh2, path, readSecret);
        keys.set(path, key);
      }
      return key;
    },
  };
}

async function readIdentity(ssh2: Ssh2, path: string, readSecret?: ReadSecret): Promise<ParsedKey> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw refused(`cannot read the private key ${path}: ${(error as Error).message}`);
  }
  let parsed = parse(ssh2, bytes);
  if (parsed instanceof Error && /encrypted/i.test(parsed.message)) {
    const phrase = await readSecret?.(`Pass phrase of ${path}: `);
    if (phrase === undefined) {
      throw refused(
        `the private key ${path} is locked by a pass phrase`,
        `load it into an agent (ssh-add ${path}) and set useAgent, or keep an unlocked key in a sealed kit`,
      );
    }
    parsed = parse(ssh2, bytes, phrase);
    if (parsed instanceof Error) throw refused(`the pass phrase does not open ${path}`);
  }
  if (parsed instanceof Error) {
    throw refused(
      `not a private key that can be used: ${path} (${parsed.message})`,
      'a certificate or a FIDO key works with --via openssh',
    );
  }
  if (!parsed.isPrivateKey()) throw refused(`${path} holds a public key, a private one is needed`);
  return withParsedSigner(parsed);
}

function parse(ssh2: Ssh2, bytes: Buffer, phrase?: string): ParsedKey | Error {
  const parsed = ssh2.utils.parseKey(bytes, phrase);
  return Array.isArray(parsed) ? parsed[0]! : parsed;
}

/** ssh2 reads the PEM text again for each signature; thousands of logins need it read once. */
function withParsedSigner(key: ParsedKey): ParsedKey {
  const object = createPrivateKey(key.getPrivatePEM());
  const original = key.sign.bind(key);
  key.sign = (data, algorithm) =>
    typeof data === 'string' || (algorithm === undefined && key.type !== 'ssh-ed25519')
      ? original(data, algorithm)
      : sign(algorithm, data, object);
  return key;
}

function refused(message: string, next?: string): Unreached {
  return new Unreached({ code: 'credentials', message, ...(next !== undefined && { next }) });
}
