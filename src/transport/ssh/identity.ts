import { createPrivateKey, sign } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { BaseAgent, ParsedKey } from 'ssh2';
import { quote } from '../../base/quote.ts';
import { Unreached } from '../unreached.ts';
import { agentWith } from './agent.ts';
import { readKeyFile } from './key-file.ts';
import type { Ssh2 } from './ssh2.ts';
import { cannotRead, parseKey, whyUnusable } from './usable-key.ts';

/** The passphrases of locked keys by their files, as typed. */
export type Passphrases = ReadonlyMap<string, string>;

/** A key from its file, or one that the agent signs for. */
export type Identity = { key: ParsedKey } | { agent: BaseAgent };

/** Private keys by path, each read and parsed once for each process. */
export interface Identities {
  get(path: string): Promise<Identity>;
}

export interface IdentitySources {
  passphrases?: Passphrases | undefined;
  /** Path of the agent's socket. */
  agent?: string | undefined;
}

export function createIdentities(ssh2: Ssh2, sources: IdentitySources): Identities {
  const keys = new Map<string, Promise<Identity>>();
  return {
    get(path) {
      let key = keys.get(path);
      if (!key) {
        key = readIdentity(ssh2, path, sources);
        keys.set(path, key);
      }
      return key;
    },
  };
}

async function readIdentity(ssh2: Ssh2, path: string, sources: IdentitySources): Promise<Identity> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw refused(cannotRead(path, error as Error).message);
  }
  let parsed = parseKey(ssh2, bytes);
  const locked = parsed instanceof Error && /encrypted/i.test(parsed.message);
  if (parsed instanceof Error || !parsed.isPrivateKey()) {
    const agent = await inAgent(ssh2, path, sources.agent);
    if (agent) return { agent };
  }
  if (locked) {
    const passphrase = sources.passphrases?.get(path);
    if (passphrase === undefined) throw lockedKey(path);
    parsed = parseKey(ssh2, bytes, passphrase);
    if (parsed instanceof Error)
      throw refused(`wrong passphrase for ${path} (${parsed.message})`, loadIt(path));
  }
  if (parsed instanceof Error) {
    const why = whyUnusable(path, bytes, parsed.message);
    throw refused(why.message, why.next);
  }
  if (!parsed.isPrivateKey())
    throw refused(`${path} holds a public key: a private one is needed, or an agent that has it`, loadIt());
  return { key: withParsedSigner(parsed) };
}

/** An encrypted key without its passphrase. */
function lockedKey(path: string): Unreached {
  return refused(`the private key ${path} is locked by a passphrase`, loadIt(path));
}

function loadIt(path?: string): string {
  return `ssh-add ${path === undefined ? 'its private key' : quote(path)}, with SSH_AUTH_SOCK set`;
}

async function inAgent(ssh2: Ssh2, path: string, socket: string | undefined) {
  const file = socket === undefined ? undefined : await readKeyFile(path);
  return file?.public && agentWith(ssh2, socket!, file.public);
}

/** ssh2 reads the PEM text again for each signature; with thousands of logins it must be read once. */
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
