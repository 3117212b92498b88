import { Unreached } from '../unreached.ts';
import { type Heard, quoted } from './heard.ts';
import { type Endpoint, NO_TCP, placeOf } from './phase.ts';

/** Errors of the TCP socket before the SSH server was heard. */
export function socketReason(error: NodeJS.ErrnoException, to: Endpoint): Unreached {
  const place = placeOf(to);
  switch (error.code) {
    case 'ECONNREFUSED':
      return new Unreached({ code: 'refused', message: `connection refused (${place})` });
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'EADDRNOTAVAIL':
      return new Unreached({ code: 'no-route', message: `no route to ${place}` });
    case 'ETIMEDOUT':
      return new Unreached({ code: 'connect-timeout', phase: 'tcp', message: `${NO_TCP} (${place})` });
    case 'EMFILE':
    case 'ENFILE':
      // Descriptors become free as other connections end.
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

/** The server hung up before it had proved who it is. */
export function dropped(to: Endpoint, detail: string, text = ''): Unreached {
  const said = quoted(text);
  // sshd's PerSourcePenalties: every further attempt prolongs it.
  if (/Not allowed at this time/.test(text)) {
    return new Unreached({
      code: 'penalty',
      message: `${placeOf(to)} refuses this address for a while: it said ${said}`,
      next: 'wait before the next attempt, or exempt this address there (PerSourcePenaltyExemptList)',
    });
  }
  const why = said === '' ? detail : `it said ${said}`;
  return new Unreached(
    {
      code: 'dropped',
      message: `${placeOf(to)} hung up before the key exchange ended: ${why}`,
      ...((said === '' || /MaxStartups/.test(text)) && {
        next: 'its sshd may be at MaxStartups; lower --parallel',
      }),
    },
    { dropped: true },
  );
}

/** The connection ended during the login. PAM, or a missing shell, tells why in a banner. */
export function lostInLogin(to: Endpoint, detail: string, heard: Heard): Unreached {
  const said = quoted(heard.banner);
  const why = said === '' ? (detail ? `: ${detail}` : '') : `: it said ${said}`;
  return new Unreached({
    code: 'auth-lost',
    message: `${placeOf(to)} ended the connection during the login of ${to.user}${why}`,
    ...(said !== '' && {
      next: `check the account ${to.user} on that machine: it may be locked or expired`,
    }),
  });
}

/** It sent without end, and nothing more is read of it. */
export function flood(to: Endpoint, when: string): Unreached {
  return new Unreached({
    code: 'flood',
    message: `${placeOf(to)} sent data without end ${when}`,
    next: `see what answers there: nc ${to.address} ${to.port} </dev/null | head -c 300`,
  });
}
