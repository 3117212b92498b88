import { formatDuration } from '../../base/duration.ts';
import { quote } from '../../base/quote.ts';
import type { Bastion } from '../../kit/types.ts';
import type { HostKeyCheck, KnownHosts } from '../known-hosts/known-hosts.ts';
import { Unreached } from '../unreached.ts';
import { type Heard, quoted } from './heard.ts';

export interface Endpoint {
  address: string;
  port: number;
  user: string;
}

/** What the last thing was that worked, for people. */
export type Phase = 'bastion' | 'tcp' | 'banner' | 'kex' | 'auth' | 'session' | 'sudo';

const HUNG: Record<Phase, string> = {
  bastion: 'its bastion did not let us in',
  tcp: 'no answer to the TCP connection',
  banner: 'connected, but no SSH banner came',
  kex: 'the key exchange hung: it did not end',
  auth: 'the login hung: it did not end',
  session: 'logged in, but no session was opened',
  sudo: 'logged in, but sudo did not answer',
};

export function timedOut(
  phase: Phase,
  ms: number,
  to: Endpoint,
  way: { jump?: Bastion; useAgent?: boolean } = {},
): Unreached {
  const by = way.jump ? ` by bastion ${way.jump.name}` : '';
  const agent = phase === 'auth' && way.useAgent ? ', or the SSH agent does not answer' : '';
  return new Unreached({
    code: 'connect-timeout',
    phase,
    message: `${HUNG[phase]} within ${formatDuration(ms)}${agent} (${to.address} port ${to.port}${by})`,
  });
}

/** Errors of the TCP socket before the SSH server was heard. */
export function socketReason(error: NodeJS.ErrnoException, to: Endpoint): Unreached {
  const where = `${to.address} port ${to.port}`;
  switch (error.code) {
    case 'ECONNREFUSED':
      return new Unreached({ code: 'refused', message: `connection refused (${where})` });
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'EADDRNOTAVAIL':
      return new Unreached({ code: 'no-route', message: `no route to ${where}` });
    case 'ETIMEDOUT':
      return new Unreached({ code: 'connect-timeout', phase: 'tcp', message: `${HUNG.tcp} (${where})` });
    case 'EMFILE':
    case 'ENFILE':
      // Our own want of descriptors passes as other connections end.
      return new Unreached(
        {
          code: 'local-limit',
          message: 'too many open files on this machine',
          next: 'lower --parallel, or raise ulimit -n',
        },
        { dropped: true },
      );
    default:
      return dropped(to, error.message);
  }
}

export function dropped(to: Endpoint, detail: string, text = ''): Unreached {
  const said = quoted(text);
  // Of sshd's PerSourcePenalties: every further try makes it longer.
  if (/Not allowed at this time/.test(text)) {
    return new Unreached({
      code: 'penalty',
      message: `${to.address} port ${to.port} lets this address in no more for a time: it said ${said}`,
      next: 'wait before the next try, or exempt this address there (PerSourcePenaltyExemptList)',
    });
  }
  const why = said === '' ? detail : `it said ${said}`;
  return new Unreached(
    {
      code: 'dropped',
      message: `${to.address} port ${to.port} hung up before the key exchange ended: ${why}`,
      ...((said === '' || /MaxStartups/.test(text)) && {
        next: 'its sshd may be at MaxStartups; lower --parallel',
      }),
    },
    { dropped: true },
  );
}

/** The connection ended although keys were agreed upon: PAM, or a shell that is none, says why in a banner. */
export function lostInLogin(to: Endpoint, detail: string, heard: Heard): Unreached {
  const said = quoted(heard.banner);
  return new Unreached({
    code: 'auth-lost',
    message: `${to.address} port ${to.port} ended the connection in the login of ${to.user}${
      said === '' ? (detail ? `: ${detail}` : '') : `: it said ${said}`
    }`,
    ...(said !== '' && {
      next: `look at the login ${to.user} on that machine: its account may be closed or expired`,
    }),
  });
}

/** It sent without end, and was not listened to any longer. */
export function flood(to: Endpoint, when: string): Unreached {
  return new Unreached({
    code: 'flood',
    message: `${to.address} port ${to.port} sent data without end ${when}`,
    next: `see what answers there: nc ${to.address} ${to.port} </dev/null | head -c 300`,
  });
}

/** The host key did not pass: nothing of ours was sent. */
export function hostKeyReason(
  to: Endpoint,
  check: HostKeyCheck,
  { knownHosts, knownHostsFile }: { knownHosts: KnownHosts; knownHostsFile: string },
): Unreached {
  const name = to.port === 22 ? to.address : `[${to.address}]:${to.port}`;
  const at = check.places.length > 0 ? ` (${check.places.join(', ')})` : '';
  const scan = `ssh-keyscan -p ${to.port} ${to.address}`;
  switch (check.verdict) {
    case 'revoked':
      return new Unreached({
        code: 'host-key-revoked',
        message: `${name} shows a revoked key ${check.shown}${at}`,
        next: 'do not connect; find out who answers there',
      });
    case 'changed':
      return new Unreached({
        code: 'host-key-changed',
        message: `${name} shows ${check.shown}, another key is on record${at}`,
        next: `if the machine was replaced, compare the fingerprint by another way, then correct the line (${scan})`,
      });
    default:
      return new Unreached({
        code: 'host-key-unknown',
        message: `no host key of ${name} is on record; it shows ${check.shown}${skipped(check, knownHosts)}`,
        next: `compare the fingerprint by another way, then: ${scan} >> ${quote(knownHostsFile)}`,
      });
  }
}

/** A line with a mistake may have been this host's: those that name it come first. */
function skipped({ skipped: own }: HostKeyCheck, { problems: all }: KnownHosts): string {
  const problems = [...new Set([...own, ...all])];
  const [first] = problems;
  if (!first) return '';
  const more = problems.length > 1 ? ` and ${problems.length - 1} more` : '';
  return ` (skipped: ${first.place}, ${first.problem}${more})`;
}

interface Ssh2Error extends Error {
  level?: string;
  code?: string | number;
}

/** What was known by then. */
export interface Seen {
  /** Key types on record. */
  recorded: string[];
  /** Why the agent did not help. */
  ofAgent?: string | undefined;
  /** How many keys the agent offered, where it was asked. */
  agentKeys?: number | undefined;
  /** A key of our own was offered. */
  ownKey: boolean;
  heard: Heard;
  /** The server's last list of algorithms. */
  offered?: string | undefined;
}

/** Errors of ssh2 between the banner and the login. */
export function handshakeReason(error: Ssh2Error, phase: Phase, to: Endpoint, seen: Seen): Unreached {
  const where = `${to.address} port ${to.port}`;
  if (error.level === 'client-authentication') return notLetIn(to, seen);
  if (phase === 'auth' && /Too many authentication failures/.test(error.message)) {
    return new Unreached({
      code: 'auth',
      message: `${where} takes no more of our keys for ${to.user}`,
      next: 'name the right one of the agent: ssh.identity in kit.yaml (its .pub file will do)',
    });
  }
  if (/no matching/.test(error.message)) return noneInCommon(error.message, to, seen);
  if (phase === 'auth') {
    return lostInLogin(to, error.message, seen.heard);
  }
  const text = seen.heard.text();
  if (error.level === 'client-socket' || /before handshake/.test(error.message))
    return dropped(to, error.message, text);
  return new Unreached({
    code: 'key-exchange',
    message: `${where}: ${error.message}${text === '' ? '' : `: ${quoted(text)}`}`,
    next: 'try --via openssh',
  });
}

/** Every way in was tried, and the server has said what it thinks of it. */
function notLetIn(to: Endpoint, { ofAgent, agentKeys, ownKey, heard }: Seen): Unreached {
  const where = `${to.address} port ${to.port}`;
  const said = heard.banner === undefined ? '' : `; it said ${quoted(heard.banner)}`;
  if (heard.further) {
    return new Unreached({
      code: 'second-factor',
      message: `${where} accepted the key of ${to.user}, and wants a second factor: ${heard.further.join(', ')}${said}`,
      next: 'use a login that needs the key alone (AuthenticationMethods of sshd)',
    });
  }
  if (!ownKey && agentKeys === 0) {
    return new Unreached({
      code: 'auth',
      message: `the SSH agent has no key to offer to ${where}: it is empty, or locked`,
      next: 'add a key (ssh-add FILE), or unlock the agent (ssh-add -X)',
    });
  }
  const takes = heard.methods?.length ? ` (it takes ${heard.methods.join(', ')})` : '';
  return new Unreached({
    code: 'auth',
    message: `${where} accepts none of our keys for ${to.user}${
      ofAgent === undefined ? takes : ` (the SSH agent: ${ofAgent})`
    }${said}`,
    next:
      ofAgent === undefined
        ? 'check ssh.user and ssh.identity of the cluster in kit.yaml'
        : 'see what the agent holds: ssh-add -l',
  });
}

/** An old server is no changed one: it may have the very key on record, and prove it by SHA-1 alone. */
function noneInCommon(message: string, to: Endpoint, { recorded, offered = '' }: Seen): Unreached {
  const where = `${to.address} port ${to.port}`;
  const hostKeys = /host key format/.test(message);
  const offers = offered.split(',');
  const old = hostKeys && offers.includes('ssh-rsa') && !offers.some((one) => one.startsWith('rsa-sha2-'));
  if (hostKeys && recorded.length > 0 && !(old && recorded.includes('ssh-rsa'))) {
    return new Unreached({
      code: 'host-key-changed',
      message: `${where} has no key of a type on record (${recorded.join(', ')}); it offers ${offered.slice(0, 300)}`,
      next: `if the machine was replaced, compare the fingerprint by another way (ssh-keyscan -p ${to.port} ${to.address})`,
    });
  }
  return new Unreached({
    code: 'key-exchange',
    message: old
      ? `${where} proves its key by ssh-rsa with SHA-1 alone, which is not taken`
      : `${where}: ${message}; it offers ${offered.slice(0, 300)}`,
    next: old
      ? "use --via openssh, with HostKeyAlgorithms +ssh-rsa in the kit's ssh_config"
      : "use --via openssh; what an old server has can be allowed in the kit's ssh_config",
  });
}
