import { Unreached } from '../unreached.ts';
import type { Credentials } from './auth-methods.ts';
import type { Identities } from './identity.ts';

export interface CredentialsDeps {
  identities: Identities;
  /** Path of the agent's socket, where there is one. */
  agent: string | undefined;
}

/** What to log in with at a node or bastion: its key file, the agent, or both. */
export async function credentialsOf(
  { identity, certificate, useAgent }: { identity?: string; certificate?: string; useAgent?: boolean },
  where: string,
  deps: CredentialsDeps,
): Promise<Credentials> {
  const agent = useAgent ? deps.agent : undefined;
  if (identity === undefined) {
    if (agent !== undefined) return { agent };
    throw new Unreached({
      code: 'credentials',
      message: `no key to log in with at ${where}`,
      next: useAgent
        ? 'start an SSH agent (SSH_AUTH_SOCK is not set), or set ssh.identity in kit.yaml'
        : 'set ssh.identity (or ssh.useAgent) of the cluster in kit.yaml',
    });
  }
  try {
    const own = await deps.identities.get(identity, certificate);
    return agent === undefined ? own : { agent, ...own };
  } catch (error) {
    // The agent may hold a key that works even if the file does not.
    if (agent !== undefined) return { agent };
    throw error;
  }
}
