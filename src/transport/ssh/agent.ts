import type { BaseAgent, ParsedKey } from 'ssh2';
import type { Ssh2 } from './ssh2.ts';

/** An agent that does not answer must not be waited for. */
const ANSWER_MS = 3000;

/** The agent, limited to this one key; undefined where the agent lacks it or does not answer. */
export async function agentWith(ssh2: Ssh2, socket: string, key: Buffer): Promise<BaseAgent | undefined> {
  const agent = ssh2.createAgent(socket);
  const keys = await new Promise<ParsedKey[]>((resolve) => {
    const timer = setTimeout(() => resolve([]), ANSWER_MS);
    agent.getIdentities((_error, found) => {
      clearTimeout(timer);
      resolve((found ?? []) as ParsedKey[]);
    });
  });
  const mine = keys.find((one) => one.getPublicSSH().equals(key));
  if (!mine) return undefined;
  // With many keys the server would refuse the login before the right one has its turn.
  agent.getIdentities = (done) => done(undefined, [mine]);
  return agent;
}

/** An agent, and how many keys it offered: undefined before it is asked, or where it does not answer. */
export function counted(
  ssh2: Ssh2,
  of: string | BaseAgent,
): { agent: BaseAgent; keys(): number | undefined } {
  const base = typeof of === 'string' ? ssh2.createAgent(of) : of;
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
