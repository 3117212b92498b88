import type { AnyAuthMethod, AuthenticationType, BaseAgent, NextAuthHandler, ParsedKey } from 'ssh2';

/** What to log in with; the agent is asked last. */
export interface Credentials {
  key?: ParsedKey;
  /** Its socket, or one key of it. */
  agent?: string | BaseAgent;
}

/** The keys in turn. Without `none` first, which would cost a round trip. */
export function authMethods(username: string, credentials: Credentials) {
  const list: AnyAuthMethod[] = [];
  if (credentials.key) list.push({ type: 'publickey', username, key: credentials.key as never });
  if (credentials.agent) list.push({ type: 'agent', username, agent: credentials.agent });
  let tried = 0;
  return (_left: AuthenticationType[], _partial: boolean, _next: NextAuthHandler) =>
    list[tried++] ?? (false as const);
}
