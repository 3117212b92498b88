import { quote } from '../../base/quote.ts';
import { Unreached } from '../unreached.ts';
import { dropped, lostInLogin } from './connection-reasons.ts';
import { type Heard, quoted } from './heard.ts';
import { compareFingerprint } from './host-key-reason.ts';
import { type Endpoint, type Phase, placeOf } from './phase.ts';
import { refusedNow, type UserCertificate } from './user-certificate.ts';

interface Ssh2Error extends Error {
  level?: string;
  code?: string | number;
}

/** What is known when the handshake fails. */
export interface Seen {
  /** Key types in known_hosts. */
  recorded: string[];
  /** Why the agent did not help. */
  ofAgent?: string | undefined;
  /** The certificate that was offered with the key. */
  certificate?: UserCertificate | undefined;
  /** How many keys the agent offered, where it was asked. */
  agentKeys?: number | undefined;
  /** The key file was offered. */
  ownKey: boolean;
  /** It does not say that it takes RSA keys with SHA-2. */
  onlySha1: boolean;
  heard: Heard;
  /** The server's last list of algorithms. */
  offered?: string | undefined;
}

/** Errors of ssh2 between the banner and the login. */
export function handshakeReason(error: Ssh2Error, phase: Phase, to: Endpoint, seen: Seen): Unreached {
  const place = placeOf(to);
  const tooMany = phase === 'auth' && /Too many authentication failures/.test(error.message);
  if ((tooMany || error.level === 'client-authentication') && !seen.heard.further) {
    const refused = certificateRefused(to, seen);
    if (refused) return refused;
  }
  if (error.level === 'client-authentication') return notAccepted(to, seen);
  if (tooMany) {
    return new Unreached({
      code: 'auth',
      message: `${place} accepts no more keys for ${to.user}`,
      next: "name the agent's right key: ssh.identity in kit.yaml (its .pub file is enough)",
    });
  }
  if (/no matching/.test(error.message)) return noneInCommon(error.message, to, seen);
  if (phase === 'auth') return lostInLogin(to, error.message, seen.heard);
  const text = seen.heard.text();
  if (error.level === 'client-socket' || /before handshake/.test(error.message))
    return dropped(to, error.message, text);
  return new Unreached({
    code: 'key-exchange',
    message: `${place}: ${error.message}${text === '' ? '' : `: ${quoted(text)}`}`,
    next: 'try --via openssh',
  });
}

/** A certificate that no server takes now. */
function certificateRefused(to: Endpoint, { certificate, heard }: Seen): Unreached | undefined {
  const refused = certificate && refusedNow(certificate, to.user, Date.now());
  if (!certificate || refused === undefined) return undefined;
  const said = heard.banner === undefined ? '' : `; it said ${quoted(heard.banner)}`;
  return new Unreached({
    code: 'auth',
    message: `${placeOf(to)} accepts neither the key for ${to.user} nor its certificate ${certificate.file}: ${refused}${said}`,
    next: `put a new certificate there; to read it: ssh-keygen -Lf ${quote(certificate.file)}`,
  });
}

/** Every key was tried, and the server has refused each. */
function notAccepted(to: Endpoint, { ofAgent, agentKeys, ownKey, onlySha1, heard }: Seen): Unreached {
  const place = placeOf(to);
  const said = heard.banner === undefined ? '' : `; it said ${quoted(heard.banner)}`;
  if (heard.further) {
    return new Unreached({
      code: 'second-factor',
      message: `${place} accepted the key of ${to.user} and wants a second factor: ${heard.further.join(', ')}${said}`,
      next: 'use a login that needs the key alone (AuthenticationMethods of sshd)',
    });
  }
  if (!ownKey && agentKeys === 0) {
    return new Unreached({
      code: 'auth',
      message: `the SSH agent has no key to offer to ${place}: it is empty or locked`,
      next: 'add a key (ssh-add FILE), or unlock the agent (ssh-add -X)',
    });
  }
  if (onlySha1 && ofAgent === undefined) {
    return new Unreached({
      code: 'auth',
      message: `${place} accepts none of the keys for ${to.user}, and may take RSA keys only with SHA-1 (ssh-rsa), which is refused${said}`,
      next: "use another type of key, or --via openssh, with PubkeyAcceptedAlgorithms +ssh-rsa in the kit's ssh_config",
    });
  }
  const methods = heard.methods?.length ? ` (it accepts ${heard.methods.join(', ')})` : '';
  return new Unreached({
    code: 'auth',
    message: `${place} accepts none of the keys for ${to.user}${
      ofAgent === undefined ? methods : ` (the SSH agent: ${ofAgent})`
    }${said}`,
    next:
      ofAgent === undefined
        ? 'check ssh.user and ssh.identity of the cluster in kit.yaml'
        : 'list what the agent holds: ssh-add -l',
  });
}

/** An old server has not changed: it may have the very key of known_hosts, and prove it only with SHA-1. */
function noneInCommon(message: string, to: Endpoint, { recorded, offered = '' }: Seen): Unreached {
  const place = placeOf(to);
  const hostKeys = /host key format/.test(message);
  const offers = offered.split(',');
  const old = hostKeys && offers.includes('ssh-rsa') && !offers.some((one) => one.startsWith('rsa-sha2-'));
  if (hostKeys && recorded.length > 0 && !(old && recorded.includes('ssh-rsa'))) {
    return new Unreached({
      code: 'host-key-changed',
      message: `${place} has no key of a type in known_hosts (${recorded.join(', ')}); it offers ${offered.slice(0, 300)}`,
      next: `if the machine was replaced, ${compareFingerprint} (ssh-keyscan -p ${to.port} ${to.address})`,
    });
  }
  return new Unreached({
    code: 'key-exchange',
    message: old
      ? `${place} proves its key only with SHA-1 (ssh-rsa), which is refused`
      : `${place}: ${message}; it offers ${offered.slice(0, 300)}`,
    next: old
      ? "use --via openssh, with HostKeyAlgorithms +ssh-rsa in the kit's ssh_config"
      : "use --via openssh; what an old server has can be allowed in the kit's ssh_config",
  });
}
