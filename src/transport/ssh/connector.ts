import type { Socket } from 'node:net';
import type { Client } from 'ssh2';
import type { Bastion, Target } from '../../kit/types.ts';
import { refusal } from '../address.ts';
import { createDeadline } from '../deadline.ts';
import type { LagMeter } from '../lag.ts';
import { createSlots } from '../slots.ts';
import { Unreached } from '../unreached.ts';
import type { Times } from './bastions.ts';
import { createBastions } from './bastions.ts';
import { type CredentialsDeps, credentialsOf } from './credentials.ts';
import { type DialDeps, dial, type Link, type Watch } from './dial.ts';
import { refuseUncheckable } from './host-key-reason.ts';
import { type Endpoint, type Phase, timedOut } from './phase.ts';
import { openSocket, openThrough } from './socket.ts';

export interface ConnectorDeps extends DialDeps, CredentialsDeps {
  meter: LagMeter;
  /** Sockets open at once: what the limit of descriptors allows. */
  connections: number;
  /** How often a bastion is asked whether it is still there. */
  aliveMs: number;
}

export interface Connector {
  /** Logs in at the target, through its bastion if it has one. */
  connect(target: Target, times: Times, watch: Watch): Promise<Link>;
  close(): void;
}

/** An overloaded host answers late, and a new login costs it more; each reading has its own deadline besides. */
const STANDING_ALIVE_MS = 10_000;

export function createConnector(deps: ConnectorDeps): Connector {
  const sockets = createSlots(deps.connections);
  const bastions = createBastions(dialBastion);

  /** A socket, which may have to wait for a free descriptor: that wait does not count against the host. */
  async function ownSocket(to: Endpoint, watch: Pick<Watch, 'stop' | 'pause'>): Promise<Socket> {
    const resume = watch.pause();
    const give = await sockets.take(watch.stop);
    resume();
    try {
      const socket = await openSocket(to, watch.stop);
      socket.once('close', give);
      return socket;
    } catch (error) {
      give();
      throw error;
    }
  }

  async function dialBastion(bastion: Bastion, times: Times): Promise<Client> {
    const refused = refusal(bastion);
    if (refused) throw new Unreached(refused);
    refuseUncheckable(bastion, deps.knownHosts);
    const name = `bastion ${bastion.name}`;
    const credentials = await credentialsOf(bastion, name, deps);
    const stop = new AbortController();
    let phase: Phase = 'tcp';
    let allowedMs = times.connectMs;
    const deadline = createDeadline(deps.meter, () => stop.abort(timedOut(phase, allowedMs, bastion)));
    deadline.start(allowedMs);
    let socket: Socket | undefined;
    const pause = () => deadline.pause();
    const open = async () => {
      socket = await ownSocket(bastion, { stop: stop.signal, pause });
      return socket;
    };
    try {
      const progress = (now: Phase) => {
        phase = now;
        if (now !== 'auth') return;
        allowedMs = times.loginMs;
        deadline.start(allowedMs);
      };
      const watch = { stop: stop.signal, progress, pause };
      // A firewall that forgot the connection drops silently: without keepalives each node behind would look dead.
      const far = { aliveMs: deps.aliveMs, bastion: true };
      const { client } = await dial(deps, { name, to: bastion, credentials, open, far }, watch);
      socket?.setKeepAlive(true, 10_000);
      // An idle bastion must not keep the process alive; the targets' clocks do while there are any.
      socket?.unref();
      client.setMaxListeners(0);
      return client;
    } finally {
      deadline.stop();
    }
  }

  return {
    async connect(target, times, watch) {
      const { user, hostKeyAlias } = target.ssh;
      const alias = hostKeyAlias === undefined ? {} : { hostKeyAlias };
      const to = { address: target.address, port: target.port, user, ...alias };
      refuseUncheckable(to, deps.knownHosts);
      // Decrypting a locked key takes its time.
      const resume = watch.pause();
      const credentials = await credentialsOf(target.ssh, target.name, deps);
      resume();
      const { jump } = target.ssh;
      const far = watch.standing ? { aliveMs: STANDING_ALIVE_MS } : {};
      const call = { name: target.name, to, credentials, far };
      if (!jump) return dial(deps, { ...call, open: () => ownSocket(to, watch) }, watch);
      // Asked for again at each try: it may have died in between.
      const through = async () => {
        watch.progress('bastion');
        const client = await bastions.open(jump, times, watch.stop);
        watch.progress('tcp');
        return openThrough(client, to, watch.stop);
      };
      return dial(deps, { ...call, open: through }, watch);
    },
    close: () => bastions.close(),
  };
}
