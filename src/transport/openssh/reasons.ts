import type { OutcomeReason } from '../types.ts';

/** What ssh(1) says, and what it means; it says it in English whatever the locale. */
const SAID: [RegExp, string][] = [
  [/REVOKED HOST KEY|marked as revoked/i, 'host-key-revoked'],
  [/HOST IDENTIFICATION HAS CHANGED/, 'host-key-changed'],
  [/Host key verification failed|No .* host key is known/, 'host-key-unknown'],
  [/Permission denied|Too many authentication failures/, 'auth'],
  [/Unable to negotiate/, 'key-exchange'],
  [/Connection refused/, 'refused'],
  [/No route to host|Network is unreachable/, 'no-route'],
  [/timed out|Timeout, server .* not responding/i, 'connect-timeout'],
  [/Connection (closed|reset)|kex_exchange_identification/, 'dropped'],
];

const LOCKED = 'check ssh.user and ssh.identity; a key with a pass phrase must be in the agent (ssh-add)';

/** Why ssh ended before the far shell said a word. */
export function sshReason(stderr: string, failure: string | undefined, bastion?: string): OutcomeReason {
  if (failure !== undefined && /EMFILE|ENFILE|EAGAIN|ENOMEM/.test(failure))
    return { code: 'local-limit', message: `cannot start ssh: ${failure}`, next: 'lower --parallel' };
  if (failure !== undefined)
    return { code: 'no-ssh', message: `cannot run ssh: ${failure}`, next: 'install the OpenSSH client' };
  const code = SAID.find(([pattern]) => pattern.test(stderr))?.[1] ?? 'openssh';
  const lines = stderr
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^@+/.test(line));
  // What ssh calls the far end of a ProxyCommand.
  const node = bastion === undefined ? 'the node' : `the node by bastion ${bastion}`;
  const said = lines
    .slice(-3)
    .join('; ')
    .replace(/UNKNOWN port \d+/g, node);
  return {
    code,
    message: said || 'ssh ended before the node answered',
    // Nobody is asked by this way.
    ...(code === 'auth' && { next: LOCKED }),
  };
}
