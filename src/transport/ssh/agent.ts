import type { BaseAgent, ParsedKey } from 'ssh2';
import { certificateIn } from '../certificate/parse.ts';
import { type AgentIdentity, agentIdentities } from './agent-client.ts';
import { agentKey, keyAgent } from './key-agent.ts';
import type { Ssh2 } from './ssh2.ts';
import type { UserCertificate } from './user-certificate.ts';

/** An agent that does not answer must not be waited for. */
const ANSWER_MS = 3000;

/** The agent limited to one key and its certificates, and what it offers first. */
export interface AgentKey {
  agent: BaseAgent;
  agentKey: ParsedKey;
  /** When its certificate runs out, in seconds since 1970. */
  until?: bigint;
}

/**
 * Undefined where the agent lacks this key or does not answer. Certificates come first: those of the agent, and the
 * one of a file, for which the agent signs as for the key.
 */
export async function agentWith(
  ssh2: Ssh2,
  socket: string,
  key: Buffer,
  beside?: UserCertificate,
): Promise<AgentKey | undefined> {
  const all = await heldBy(socket);
  const plain = all.find((one) => one.blob.equals(key));
  const certificates = all.flatMap((one) => {
    const certificate = certificateIn(one.blob);
    return certificate?.key.blob.equals(key) ? [{ ...one, until: certificate.validBefore }] : [];
  });
  const signer = plain ?? certificates[0];
  if (!signer) return undefined;
  const file = beside && { blob: beside.blob, comment: beside.file };
  const isHeld = certificates.some((one) => one.blob.equals(beside?.blob ?? key));
  const offered = [
    ...(file && !isHeld ? [agentKey(ssh2, file, signer.blob)] : []),
    ...certificates.map((one) => agentKey(ssh2, one)),
    ...(plain ? [agentKey(ssh2, plain)] : []),
  ].filter((one) => one !== undefined);
  // With many keys the server would refuse the login before the right one has its turn.
  const until = file && !isHeld ? beside.certificate.validBefore : certificates[0]?.until;
  return (
    offered[0] && {
      agent: keyAgent(ssh2, socket, offered),
      agentKey: offered[0],
      ...(until !== undefined && { until }),
    }
  );
}

/** All keys of the agent; none where it does not answer. */
export async function heldBy(socket: string): Promise<AgentIdentity[]> {
  try {
    return await agentIdentities(socket, ANSWER_MS);
  } catch {
    return [];
  }
}

/** An agent, and how many keys it offered: undefined before it is asked, or where it does not answer. */
export function counted(
  ssh2: Ssh2,
  of: string | BaseAgent,
): { agent: BaseAgent; keys(): number | undefined } {
  const base = typeof of === 'string' ? keyAgent(ssh2, of) : of;
  // One agent may sign for many targets: each counts for itself.
  const agent = Object.create(base) as BaseAgent;
  let keys: number | undefined;
  agent.getIdentities = (done) =>
    base.getIdentities((error, found) => {
      if (!error) keys = found?.length ?? 0;
      done(error, found);
    });
  return { agent, keys: () => keys };
}
