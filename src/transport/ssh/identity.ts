import { createPrivateKey, sign } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { BaseAgent, ParsedKey } from 'ssh2';
import { quote } from '../../base/quote.ts';
import { Unreached } from '../unreached.ts';
import { agentWith } from './agent.ts';
import { readKeyFile } from './key-file.ts';
import type { Ssh2 } from './ssh2.ts';
import { cannotRead, parseKey, whyUnusable } from './usable-key.ts';

/** The pass phrases of locked keys by their files, as people typed them. */
export type PassPhrases = ReadonlyMap<string, string>;

/** A key of our own, or one that the agent signs for. */
export type Identity = { key: ParsedKey } | { agent: BaseAgent };

/** Private keys by path, each read and parsed once a process. */
export interface Identities {
  get(path: string): Promise<Identity>;
}

export interface IdentityWays {
  phrases?: PassPhrases | undefined;
  /** Path of the agent's socket. */
  agent?: string | undefined;
}

export function createIdentities(ssh2: Ssh2, ways: IdentityWays): Identities {
  const keys = new Map<string, Promise<Identity>>();
  return {
    get(path) {
      let key = keys.get(path);
      if (!key) {
        key = readIdentity(ssh2, path, ways);
        keys.set(path, key);
      }
      return key;
    },
  };
}

async function readIdentity(ssh2: Ssh2, path: string, ways: IdentityWays): Promise<Identity> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw refused(cannotRead(path, error as Error).message);
  }
  let parsed = parseKey(ssh2, bytes);
  const locked = parsed instanceof Error && /encrypted/i.test(parsed.message);
  if (parsed instanceof Error || !parsed.isPrivateKey()) {
    const agent = await inAgent(ssh2, path, ways.agent);
    if (agent) return { agent };
  }
  if (locked) {
    const phrase = ways.phrases?.get(path);
    if (phrase === undefined) throw lockedKey(path);
    parsed = parseKey(ssh2, bytes, phrase);
    if (parsed instanceof Error)
      throw refused(`the pass phrase does not open ${path} (${parsed.message})`, loadIt(path));
  }
  if (parsed instanceof Error) {
    const why = whyUnusable(path, bytes, parsed.message);
    throw refused(why.message, why.next);
  }
  if (!parsed.isPrivateKey())
    throw refused(`${path} holds a public key: a private one is needed, or an agent that has it`, loadIt());
  return { key: withParsedSigner(parsed) };
}

/** A key that nobody opened: who knows the way to do it is told. */
function lockedKey(path: string): Unreached {
  return refused(`the private key ${path} is locked by a pass phrase`, loadIt(path));
}

function loadIt(path?: string): string {
  return `ssh-add ${path === undefined ? 'its private key' : quote(path)}, with SSH_AUTH_SOCK set`;
}

async function inAgent(ssh2: Ssh2, path: string, socket: string | undefined) {
  const file = socket === undefined ? undefined : await readKeyFile(path);
  return file?.public && agentWith(ssh2, socket!, file.public);
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
