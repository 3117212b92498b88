import { formatDuration } from '../../base/duration.ts';
import type { Bastion } from '../../kit/types.ts';
import { Unreached } from '../unreached.ts';

export interface Endpoint {
  address: string;
  port: number;
  user: string;
  /** The name that its host key goes by; its address and port when absent. */
  hostKeyAlias?: string;
}

/** What known_hosts has a host under. An alias has no port, as in ssh. */
export function recordedAs({
  address,
  port,
  hostKeyAlias,
}: Omit<Endpoint, 'user'>): [name: string, port: number] {
  return hostKeyAlias === undefined ? [address, port] : [hostKeyAlias, 22];
}

/** The step of a connection that is under way. */
export type Phase = 'bastion' | 'tcp' | 'banner' | 'kex' | 'auth' | 'session' | 'sudo';

export const NO_TCP = 'no answer to the TCP connection';

const HUNG: Record<Phase, string> = {
  bastion: 'the bastion was not logged in to',
  tcp: NO_TCP,
  banner: 'connected, but received no SSH banner',
  kex: 'the key exchange did not end',
  auth: 'the login did not end',
  session: 'logged in, but no session was opened',
  sudo: 'logged in, but sudo did not answer',
};

export const placeOf = ({ address, port }: Endpoint) => `${address} port ${port}`;

/** A clock ran out in this phase. */
export function timedOut(
  phase: Phase,
  ms: number,
  to: Endpoint,
  through: { jump?: Bastion; useAgent?: boolean } = {},
): Unreached {
  const by = through.jump ? ` by bastion ${through.jump.name}` : '';
  const agent = phase === 'auth' && through.useAgent ? ', or the SSH agent does not answer' : '';
  return new Unreached({
    code: 'connect-timeout',
    phase,
    message: `${HUNG[phase]} within ${formatDuration(ms)}${agent} (${placeOf(to)}${by})`,
  });
}
