import type { Duplex } from 'node:stream';
import type { AnyAuthMethod, AuthenticationType, BaseAgent, Client, NextAuthHandler, ParsedKey } from 'ssh2';
import type { HostKeyCheck, KnownHosts } from '../../kit/known-hosts.ts';
import { Unreached } from '../unreached.ts';
import { algorithmsFor, canCheck } from './algorithms.ts';
import type { Endpoint, Phase } from './reasons.ts';
import { dropped, handshakeReason, hostKeyReason } from './reasons.ts';
import type { Ssh2 } from './ssh2.ts';

export interface LoginDeps {
  ssh2: Ssh2;
  knownHosts: KnownHosts;
  knownHostsFiles: readonly string[];
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
  /** How often the far end is asked whether it is still there; of three questions one is answered. */
  aliveMs = 0,
): Promise<Client> {
  const record = deps.knownHosts.record(to.address, to.port);
  return new Promise((resolve, reject) => {
    const client = new deps.ssh2.Client();
    let phase: Phase = 'banner';
    let check: HostKeyCheck | undefined;
    let settled = false;
    let ofAgent: string | undefined;
    let offered: string | undefined;

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
      socket.destroy();
    };
    const abandon = () => fail(stop.reason);

    client
      .on('handshake', () => {
        advance('auth');
        spareHostKeyProofs(client);
        stopListening(client);
      })
      .on('ready', () => {
        if (settled) return;
        settle();
        resolve(client);
      })
      .on('error', (error: Error & { level?: string }) => {
        // A broken agent is one way less, not the end.
        if (error.level === 'agent') {
          ofAgent = error.message;
          return;
        }
        if (check && check.verdict !== 'match') fail(hostKeyReason(to, check, deps));
        else fail(handshakeReason(error, phase, to, { recorded: record.keyTypes, ofAgent, offered }));
      })
      .on('close', () => {
        fail(
          phase === 'auth'
            ? new Unreached({ code: 'auth-lost', message: 'the connection ended in the login' })
            : dropped(to, 'connection closed'),
        );
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
      authHandler: methods(to.user, credentials) as never,
      hostVerifier: (key: Buffer) => {
        check = deps.knownHosts.check(to.address, to.port, key);
        return check.verdict === 'match';
      },
    });
    // ssh2 has paused the socket and listens from its next turn on: this listener comes first and takes nothing.
    socket.on('data', () => {
      if (phase === 'banner') advance('kex');
      gatherWrites(socket);
    });
  });
}

/**
 * OpenSSH tells all its host keys after the login, and ssh2 then has it prove each: work at both ends for
 * nothing, as keys are only ever learnt by hand. It asks those alone that it takes for OpenSSH.
 */
function spareHostKeyProofs(client: Client): void {
  const known = client as unknown as { _remoteVer?: string };
  if (typeof known._remoteVer === 'string') known._remoteVer = '';
}

const OFFER = 'Handshake: (remote) ';

/** Nothing more is read of what ssh2 tells of each packet. */
function stopListening(client: Client): void {
  const known = client as unknown as { _protocol?: { _debug?: unknown } };
  if (known._protocol?._debug) known._protocol._debug = undefined;
}

/** What one packet makes ssh2 write leaves in one system call: they are a good part of a login's cost. */
function gatherWrites(socket: Duplex): void {
  socket.cork();
  process.nextTick(uncork, socket);
}

function uncork(socket: Duplex): void {
  socket.uncork();
}

/** Keys in turn; no `none` first, which would cost a round trip. */
function methods(username: string, credentials: Credentials) {
  const list: AnyAuthMethod[] = [];
  if (credentials.key) list.push({ type: 'publickey', username, key: credentials.key as never });
  if (credentials.agent) list.push({ type: 'agent', username, agent: credentials.agent });
  let tried = 0;
  return (_left: AuthenticationType[], _partial: boolean, _next: NextAuthHandler) =>
    list[tried++] ?? (false as const);
}
