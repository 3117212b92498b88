import type { AnyAuthMethod, AuthenticationType, BaseAgent, NextAuthHandler, ParsedKey } from 'ssh2';
import type { UserCertificate } from './user-certificate.ts';

/** What to log in with; the agent is asked last. */
export interface Credentials {
  key?: ParsedKey;
  /** The same key with its certificate: tried first. */
  certified?: ParsedKey;
  /** The certificate, for the reason of a refusal. */
  certificate?: UserCertificate;
  /** Its socket, or one key of it. */
  agent?: string | BaseAgent;
  /** The only key that the agent offers. */
  agentKey?: ParsedKey;
}

/** The keys in turn. Without `none` first, which would cost a round trip. */
export function authMethods(username: string, credentials: Credentials) {
  const list: AnyAuthMethod[] = [];
  for (const key of [credentials.certified, credentials.key])
    if (key) list.push({ type: 'publickey', username, key: key as never });
  if (credentials.agent) list.push({ type: 'agent', username, agent: credentials.agent });
  let tried = 0;
  return (_left: AuthenticationType[], _partial: boolean, _next: NextAuthHandler) =>
    list[tried++] ?? (false as const);
}
