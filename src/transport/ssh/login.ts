import type { Duplex } from 'node:stream';
import type { AnyAuthMethod, AuthenticationType, BaseAgent, Client, NextAuthHandler, ParsedKey } from 'ssh2';
import type { HostKeyCheck, KnownHosts } from '../known-hosts/known-hosts.ts';
import { Unreached } from '../unreached.ts';
import { counted } from './agent.ts';
import { algorithmsFor, canCheck } from './algorithms.ts';
import { type Guard, guardPeer } from './guard.ts';
import { type Heard, hearServer } from './heard.ts';
import { readIdentification } from './identification.ts';
import type { Endpoint, Phase } from './reasons.ts';
import { dropped, flood, handshakeReason, hostKeyReason, lostInLogin } from './reasons.ts';
import { countRequests } from './requests.ts';
import type { Ssh2 } from './ssh2.ts';
import { gatherWrites, spareHostKeyProofs, stopListening } from './tuning.ts';

export interface LoginDeps {
  ssh2: Ssh2;
  knownHosts: KnownHosts;
  /** Where a new key belongs. */
  knownHostsFile: string;
}

/** What we log in with; the agent is asked last. */
export interface Credentials {
  key?: ParsedKey;
  /** Its socket, or one key of it. */
  agent?: string | BaseAgent;
}

/** Says what cannot work before anything is connected. */
export function refuseUncheckable(to: Endpoint, knownHosts: KnownHosts): void {
  const record = knownHosts.record(to.address, to.port);
  const others = record.keyTypes.length > 0 && !canCheck(record);
  if (!record.certAuthorityOnly && !others) return;
  throw new Unreached({
    code: 'host-cert',
    message: record.certAuthorityOnly
      ? `only a certificate authority is on record for ${to.address} port ${to.port}`
      : `only host keys of type ${record.keyTypes.join(', ')} are on record for ${to.address} port ${to.port}`,
    next: 'use --via openssh, which can check that',
  });
}

/** A client that is logged in, and what it may still send. */
export interface LoggedIn {
  client: Client;
  guard: Guard;
}

/** What is beyond a connection. */
export interface Far {
  /** How often the far end is asked whether it is still there; of three questions one is answered. */
  aliveMs?: number;
  /** It carries others' connections: what it sends is theirs. */
  bastion?: boolean;
}

/** Far more than a login takes, with any banner. */
const MOST_BEFORE_LOGIN = 256 * 1024;
/** And until the command is sent. */
const MOST_BEFORE_LAUNCH = 256 * 1024;
/** How long the others have after each piece of a flood, in times of what it took us. */
const TURNS = { node: 3, bastion: 0 };

/**
 * Key exchange, host key, login over an open socket. Resolves with a client that is logged in.
 * Who calls ends it, also when `stop` is aborted afterwards.
 */
export function login(
  deps: LoginDeps,
  to: Endpoint,
  socket: Duplex,
  credentials: Credentials,
  progress: (phase: Phase) => void,
  stop: AbortSignal,
  { aliveMs = 0, bastion = false }: Far = {},
): Promise<LoggedIn> {
  const record = deps.knownHosts.record(to.address, to.port);
  return new Promise((resolve, reject) => {
    const client = new deps.ssh2.Client();
    let phase: Phase = 'banner';
    let check: HostKeyCheck | undefined;
    let settled = false;
    let ofAgent: string | undefined;
    let offered: string | undefined;
    const excess = () => {
      const error = flood(to, settled ? 'after the login' : 'before the login ended');
      if (!settled) return fail(error);
      // It may come along with the login itself, before anybody else listens.
      setImmediate(() => {
        client.emit('error', error);
        socket.destroy();
      });
    };
    const guard = guardPeer(socket, bastion ? TURNS.bastion : TURNS.node, excess);
    guard.allow(MOST_BEFORE_LOGIN);

    const advance = (to: Phase) => {
      phase = to;
      progress(to);
    };
    const settle = () => {
      settled = true;
      stop.removeEventListener('abort', abandon);
    };
    const fail = (error: unknown) => {
      if (settled) return;
      settle();
      reject(error);
      client.end();
      guard.end();
      socket.destroy();
    };
    const abandon = () => fail(stop.reason);
    let heard: Heard = { text: () => '' };
    const agent = credentials.agent === undefined ? undefined : counted(deps.ssh2, credentials.agent);
    const seen = () => ({
      recorded: record.keyTypes,
      ofAgent,
      offered,
      ownKey: credentials.key !== undefined,
      ...(agent && { agentKeys: agent.keys() }),
      heard,
    });

    client
      .on('handshake', () => {
        advance('auth');
        spareHostKeyProofs(client);
        stopListening(client);
      })
      .on('ready', () => {
        if (settled) return;
        settle();
        guard.allow(bastion ? Number.POSITIVE_INFINITY : MOST_BEFORE_LAUNCH);
        resolve({ client, guard });
      })
      .on('error', (error: Error & { level?: string }) => {
        // A broken agent is one way less, not the end.
        if (error.level === 'agent') {
          ofAgent = error.message;
          return;
        }
        if (check && check.verdict !== 'match') fail(hostKeyReason(to, check, deps));
        else fail(handshakeReason(error, phase, to, seen()));
      })
      .on('close', () => {
        const { heard } = seen();
        fail(phase === 'auth' ? lostInLogin(to, '', heard) : dropped(to, 'connection closed', heard.text()));
      });
    if (stop.aborted) {
      abandon();
      return;
    }
    stop.addEventListener('abort', abandon, { once: true });
    client.connect({
      sock: socket as never,
      username: to.user,
      algorithms: algorithmsFor(record),
      // The last list of the server before it failed is why it did.
      debug: (said) => {
        if (said.startsWith(OFFER)) offered = said.slice(said.indexOf(':', OFFER.length) + 1).trim();
      },
      // Our own clock covers every phase.
      readyTimeout: 0,
      keepaliveInterval: aliveMs,
      keepaliveCountMax: 3,
      authHandler: methods(to.user, { ...credentials, ...(agent && { agent: agent.agent }) }) as never,
      hostVerifier: (key: Buffer) => {
        check = deps.knownHosts.check(to.address, to.port, key);
        return check.verdict === 'match';
      },
    });
    countRequests(client, excess);
    heard = hearServer(
      client,
      readIdentification(client, () => advance('kex')),
    );
    // ssh2 has paused the socket and listens from its next turn on: this listener comes first and takes nothing.
    socket.on('data', () => gatherWrites(socket));
  });
}

const OFFER = 'Handshake: (remote) ';

/** Keys in turn; no `none` first, which would cost a round trip. */
function methods(username: string, credentials: Credentials) {
  const list: AnyAuthMethod[] = [];
  if (credentials.key) list.push({ type: 'publickey', username, key: credentials.key as never });
  if (credentials.agent) list.push({ type: 'agent', username, agent: credentials.agent });
  let tried = 0;
  return (_left: AuthenticationType[], _partial: boolean, _next: NextAuthHandler) =>
    list[tried++] ?? (false as const);
}
