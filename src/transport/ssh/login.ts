import type { Duplex } from 'node:stream';
import type { Client } from 'ssh2';
import type { HostKeyCheck } from '../known-hosts/check.ts';
import type { KnownHosts } from '../known-hosts/known-hosts.ts';
import type { Unreached } from '../unreached.ts';
import { counted } from './agent.ts';
import { algorithmsFor } from './algorithms.ts';
import { authMethods, type Credentials } from './auth-methods.ts';
import { dropped, flood, lostInLogin } from './connection-reasons.ts';
import { authEagerly, type EagerAuth, Untaken } from './eager-auth.ts';
import { type Guard, guardPeer } from './guard.ts';
import { handshakeReason } from './handshake-reasons.ts';
import { type Heard, hearServer } from './heard.ts';
import { type Certified, offerHostCertificates } from './host-certificates.ts';
import { hostKeyReason } from './host-key-reason.ts';
import { readIdentification } from './identification.ts';
import { type Endpoint, type Phase, recordedAs } from './phase.ts';
import { countRequests } from './requests.ts';
import type { Ssh2 } from './ssh2.ts';
import { gatherWrites, spareHostKeyProofs, stopListening } from './tuning.ts';
import { sendWholeSignatures } from './whole-signature.ts';

export interface LoginDeps {
  ssh2: Ssh2;
  knownHosts: KnownHosts;
  /** The file that a new host key belongs in. */
  knownHostsFile: string;
}

/** A client that is logged in, and what it may still send. */
export interface LoggedIn {
  client: Client;
  guard: Guard;
}

/** What the far end of a connection is. */
export interface Far {
  /** How often a keepalive is sent (ms); one of three keepalives must be answered. */
  aliveMs?: number;
  /** A bastion carries the connections of many targets: what it sends is theirs. */
  bastion?: boolean;
  /** It wants one request after the other: nothing is sent ahead. */
  patient?: boolean;
}

/** Bytes that a peer may send: far more than a login takes, with any banner. */
const MOST_BEFORE_LOGIN = 256 * 1024;
/** The same from the login until the command is sent. */
const MOST_BEFORE_LAUNCH = 256 * 1024;
/** How long other targets are served after each piece of a flood, as a multiple of the time that it took. */
const TURNS = { node: 3, bastion: 0 };

/**
 * Key exchange, host key and login over an open socket. Resolves with a client that is logged in;
 * the caller ends it, also when `stop` is aborted afterwards.
 */
export function login(
  deps: LoginDeps,
  to: Endpoint,
  socket: Duplex,
  credentials: Credentials,
  progress: (phase: Phase) => void,
  stop: AbortSignal,
  { aliveMs = 0, bastion = false, patient = false }: Far = {},
): Promise<LoggedIn> {
  const record = deps.knownHosts.record(...recordedAs(to));
  return new Promise((resolve, reject) => {
    const client = new deps.ssh2.Client();
    let phase: Phase = 'banner';
    let check: HostKeyCheck | undefined;
    let settled = false;
    let ofAgent: string | undefined;
    let offered: string | undefined;
    let certified: Certified | undefined;
    let onlySha1 = () => false;
    const excess = () => {
      const error = flood(to, settled ? 'after the login' : 'before the login ended');
      if (!settled) return fail(error);
      // It may come with the login itself, before the caller listens.
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
    let eager: EagerAuth | undefined;
    /** The connection ended in the login: perhaps for what was sent ahead. */
    const lost = (reason: Unreached) => fail(eager?.untaken() ? new Untaken(reason) : reason);
    const agent = credentials.agent === undefined ? undefined : counted(deps.ssh2, credentials.agent);
    const seen = () => ({
      recorded: record.keyTypes,
      ofAgent,
      certificate: credentials.certificate,
      offered,
      ownKey: credentials.key !== undefined,
      ...(agent && { agentKeys: agent.keys() }),
      onlySha1: onlySha1(),
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
        // A broken agent is one method less, not the end.
        if (error.level === 'agent') {
          ofAgent = error.message;
          return;
        }
        if (check && check.verdict !== 'match') fail(hostKeyReason(to, check, deps));
        else lost(handshakeReason(error, phase, to, seen()));
      })
      .on('close', () => {
        const { heard } = seen();
        lost(phase === 'auth' ? lostInLogin(to, '', heard) : dropped(to, 'connection closed', heard.text()));
      });
    if (stop.aborted) {
      abandon();
      return;
    }
    stop.addEventListener('abort', abandon, { once: true });
    gatherWrites(socket);
    client.connect({
      sock: socket as never,
      username: to.user,
      algorithms: algorithmsFor(record),
      // The server's last list before a failure explains the failure.
      debug: (said) => {
        if (said.startsWith(OFFER)) offered = said.slice(said.indexOf(':', OFFER.length) + 1).trim();
      },
      // The target's clock covers every phase.
      readyTimeout: 0,
      keepaliveInterval: aliveMs,
      keepaliveCountMax: 3,
      authHandler: authMethods(to.user, { ...credentials, ...(agent && { agent: agent.agent }) }) as never,
      hostVerifier: (key: Buffer) => {
        check = deps.knownHosts.check(...recordedAs(to), key);
        if (check.verdict === 'match' && check.certified) certified?.(check.certified);
        return check.verdict === 'match';
      },
    });
    onlySha1 = sendWholeSignatures(client);
    if (!patient)
      eager = authEagerly(client, credentials.certified ?? credentials.key ?? credentials.agentKey);
    if (record.authority) certified = offerHostCertificates(client);
    countRequests(client, excess);
    heard = hearServer(
      client,
      readIdentification(client, () => advance('kex')),
    );
  });
}

const OFFER = 'Handshake: (remote) ';
