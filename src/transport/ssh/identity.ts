import { createPrivateKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { ParsedKey } from 'ssh2';
import { quote } from '../../base/quote.ts';
import { Unreached } from '../unreached.ts';
import { type AgentKey, agentWith } from './agent.ts';
import { readKeyFile } from './key-file.ts';
import { certifiedKey, withParsedSigner } from './signer.ts';
import type { Ssh2 } from './ssh2.ts';
import { cannotRead, parseKey, whyUnusable } from './usable-key.ts';
import { certificateBeside, readUserCertificate, type UserCertificate } from './user-certificate.ts';

/** The passphrases of locked keys by their files, as typed. */
export type Passphrases = ReadonlyMap<string, string>;

/** A key from its file, or one that the agent signs for; its certificate is offered first. */
export type Identity = ({ key: ParsedKey; certified?: ParsedKey } | AgentKey) & {
  certificate?: UserCertificate;
  /** When its certificate runs out, in seconds since 1970. */
  until?: bigint;
};

/** Private keys by path, each read and parsed once, and again when it failed or its certificate has run out. */
export interface Identities {
  get(path: string, certificate?: string): Promise<Identity>;
}

export interface IdentitySources {
  passphrases?: Passphrases | undefined;
  /** Path of the agent's socket. */
  agent?: string | undefined;
}

interface Read {
  identity: Promise<Identity>;
  readAt: number;
  until?: bigint;
  /** It could not be used: its agent may answer, or its file be there, later. */
  failed?: boolean;
}

/** So soon a new certificate is found after the one before has run out, and a key that could not be used. */
const AGAIN_MS = 15_000;

export function createIdentities(
  ssh2: Ssh2,
  sources: IdentitySources,
  now: () => number = Date.now,
): Identities {
  const keys = new Map<string, Read>();
  return {
    get(path, certificate = certificateBeside(path)) {
      const both = `${path}\0${certificate}`;
      const before = keys.get(both);
      const ranOut = before?.until !== undefined && BigInt(Math.floor(now() / 1000)) >= before.until;
      const over = ranOut || before?.failed;
      if (before && !(over && now() - before.readAt >= AGAIN_MS)) return before.identity;
      const identity = readIdentity(ssh2, path, certificate, sources);
      // A file that is just being written has none: it is read again later.
      const entry: Read = {
        identity,
        readAt: now(),
        ...(before?.until !== undefined && { until: before.until }),
      };
      keys.set(both, entry);
      identity.then(
        ({ until }) => {
          if (until !== undefined) entry.until = until;
        },
        () => {
          entry.failed = true;
        },
      );
      return identity;
    },
  };
}

async function readIdentity(
  ssh2: Ssh2,
  path: string,
  certificateFile: string,
  sources: IdentitySources,
): Promise<Identity> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw refused(cannotRead(path, error as Error).message);
  }
  // One that cannot be used is told before anything starts.
  const read = await readUserCertificate(certificateFile);
  const certificate = typeof read === 'object' ? read : undefined;
  let parsed = parseKey(ssh2, bytes);
  const locked = parsed instanceof Error && /encrypted/i.test(parsed.message);
  if (parsed instanceof Error || !parsed.isPrivateKey()) {
    const inAgent = await fromAgent(ssh2, path, sources.agent, certificate);
    if (inAgent) return inAgent;
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
  const object = createPrivateKey(parsed.getPrivatePEM());
  const key = withParsedSigner(parsed, object);
  // Of another key it would be refused.
  if (!certificate?.certificate.key.blob.equals(key.getPublicSSH())) return { key };
  const until = certificate.certificate.validBefore;
  return { key, certified: certifiedKey(key, object, certificate), certificate, until };
}

/** An encrypted key without its passphrase. */
function lockedKey(path: string): Unreached {
  return refused(`the private key ${path} is locked by a passphrase`, loadIt(path));
}

function loadIt(path?: string): string {
  return `ssh-add ${path === undefined ? 'its private key' : quote(path)}, with SSH_AUTH_SOCK set`;
}

async function fromAgent(
  ssh2: Ssh2,
  path: string,
  socket: string | undefined,
  certificate: UserCertificate | undefined,
): Promise<Identity | undefined> {
  const file = socket === undefined ? undefined : await readKeyFile(path);
  if (!file?.public) return undefined;
  const own = certificate?.certificate.key.blob.equals(file.public) ? certificate : undefined;
  const held = await agentWith(ssh2, socket!, file.public, own);
  return held && { ...held, ...(own && { certificate: own }) };
}

function refused(message: string, next?: string): Unreached {
  return new Unreached({ code: 'credentials', message, ...(next !== undefined && { next }) });
}
