import type { ReasonCode } from '../codes/reasons.ts';
import type { OutcomeReason } from '../types.ts';

/** What ssh(1) says, and what it means; it says it in English whatever the locale. */
const SAID: [RegExp, ReasonCode][] = [
  [/REVOKED HOST KEY|marked as revoked|revoked by file/i, 'host-key-revoked'],
  [/^Certificate (invalid|contains|signed)/m, 'host-cert'],
  [/HOST IDENTIFICATION HAS CHANGED/, 'host-key-changed'],
  [/Host key verification failed|No .* host key is known/, 'host-key-unknown'],
  [/Permission denied|Too many authentication failures/, 'auth'],
  [/Unable to negotiate/, 'key-exchange'],
  [/Connection refused/, 'refused'],
  [/No route to host|Network is unreachable/, 'no-route'],
  [/timed out|Timeout, server .* not responding/i, 'connect-timeout'],
  [/Connection (closed|reset)|kex_exchange_identification/, 'dropped'],
];

/** Frames, and how to remove the key of a host: not a reason, and not to be done in haste. */
const NOT_A_REASON = /^(?:@+|remove with:|ssh-keygen -f )/;

/** This transport never prompts. */
const NEXT: Partial<Record<ReasonCode, string>> = {
  auth: 'check ssh.user and ssh.identity; a key with a passphrase must be in the agent (ssh-add)',
  'host-key-changed':
    'if the machine was replaced, compare the fingerprint over another channel, then correct the line in known_hosts',
  'host-key-unknown':
    'compare the fingerprint over another channel (ssh-keyscan), then add a line for that name to known_hosts',
  'host-cert': 'renew the certificate on the host, or correct known_hosts',
  'host-key-revoked': 'do not connect; find out who answers there',
};

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
    .filter((line) => line !== '' && !NOT_A_REASON.test(line));
  // What ssh calls the far end of a ProxyCommand.
  const node = bastion === undefined ? 'the node' : `the node by bastion ${bastion}`;
  const said = lines
    .slice(-3)
    .join('; ')
    .replace(/UNKNOWN port \d+/g, node);
  const next = NEXT[code];
  // Where nothing is there, another try does not help.
  const dead = code === 'connect-timeout' && /connect to (?:host|address) .*timed out/i.test(stderr);
  const message = said || 'ssh ended before the node answered';
  return { code, ...(dead && { phase: 'tcp' }), message, ...(next && { next }) };
}
