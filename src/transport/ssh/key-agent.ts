import type { BaseAgent, ParsedKey } from 'ssh2';
import { certifiedType } from '../certificate/parse.ts';
import { innerType } from '../known-hosts/line.ts';
import { type AgentIdentity, agentIdentities, agentSignature, RSA_FLAGS } from './agent-client.ts';
import { SHA_2_LOGIN } from './algorithms.ts';
import type { Ssh2 } from './ssh2.ts';
import { anyKey, asParsedKey } from './whole-signature.ts';

/** What a server may be asked to accept. */
const PLAIN = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'ssh-rsa',
  'sk-ssh-ed25519@openssh.com',
  'sk-ecdsa-sha2-nistp256@openssh.com',
];

/** The algorithm to ask for with a certificate of this type, where another than the type itself. */
export function certificateAlgorithm(type: string): string | undefined {
  return certifiedType(type) === 'ssh-rsa' ? 'rsa-sha2-512-cert-v01@openssh.com' : undefined;
}

const SIGNED_BY = Symbol('signed by');

type SignedBy = ParsedKey & { [SIGNED_BY]?: Buffer };

type Answer<T> = (error?: Error | null, value?: T) => void;

/** A key of an agent as ssh2 takes it; `signedBy` is what the agent knows the key as. */
export function agentKey(
  ssh2: Ssh2,
  { blob, comment }: AgentIdentity,
  signedBy = blob,
): ParsedKey | undefined {
  const type = innerType(blob) ?? '';
  if (!PLAIN.includes(certifiedType(type) ?? type)) return undefined;
  const own = { type, blob, algorithm: certificateAlgorithm(type) };
  return asParsedKey(anyKey(ssh2), own, { comment, [SIGNED_BY]: signedBy } as Partial<ParsedKey>);
}

/** The agent at a socket, with certificates and FIDO keys too; `only` limits it to these keys. */
export function keyAgent(ssh2: Ssh2, socket: string, only?: ParsedKey[]): BaseAgent {
  const identities = async () => {
    if (only) return only;
    const all = await agentIdentities(socket);
    return all.map((one) => agentKey(ssh2, one)).filter((key) => key !== undefined);
  };
  const signature = (key: SignedBy, data: Buffer, { hash }: { hash?: string }) => {
    const algorithm = certificateAlgorithm(key.type) ? 'sha512' : hash === 'sha1' ? SHA_2_LOGIN.hash : hash;
    const flags = RSA_FLAGS[algorithm as keyof typeof RSA_FLAGS] ?? 0;
    return agentSignature(socket, key[SIGNED_BY] ?? key.getPublicSSH(), data, flags);
  };
  return Object.assign(Object.create(ssh2.BaseAgent.prototype), {
    getIdentities(done: Answer<ParsedKey[]>) {
      answer(identities(), done);
    },
    sign(key: SignedBy, data: Buffer, options: { hash?: string }, done: Answer<Buffer>) {
      answer(signature(key, data, options), done);
    },
  });
}

function answer<T>(value: Promise<T>, done: Answer<T>): void {
  // The connection may have ended meanwhile: ssh2 then throws, and its end was told already.
  value.then((all) => done(undefined, all), done).catch(() => undefined);
}
