import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Client } from 'ssh2';
import type { Bastion, Target } from '../../kit/types.ts';
import { refusal } from '../address.ts';
import { backOff, RETRIES } from '../back-off.ts';
import { createDeadline } from '../deadline.ts';
import type { LagMeter } from '../lag.ts';
import { createSlots } from '../slots.ts';
import { Unreached } from '../unreached.ts';
import type { Times } from './bastions.ts';
import { createBastions } from './bastions.ts';
import type { Identities } from './identity.ts';
import type { Credentials, Far, LoginDeps } from './login.ts';
import { login, refuseUncheckable } from './login.ts';
import type { Endpoint, Phase } from './reasons.ts';
import { timedOut } from './reasons.ts';
import { openSocket, openThrough } from './socket.ts';

export interface ConnectorDeps extends LoginDeps {
  identities: Identities;
  /** Path of the agent's socket, where there is one. */
  agent: string | undefined;
  meter: LagMeter;
  /** Sockets open at once: what the limit of descriptors allows. */
  connections: number;
  /** How often a bastion is asked whether it is still there. */
  aliveMs: number;
}

/** How a target's clock follows its way in. */
export interface Watch {
  stop: AbortSignal;
  progress(phase: Phase): void;
  /** Stands still until the returned function is called: it waits for us, not for the host. */
  pause(): () => void;
  /** It stays open for readings to come: asked whether it is still there, and not opened again at once when dropped. */
  standing?: boolean;
}

/** A connection that is logged in. */
export interface Link {
  client: Client;
  /** The command is sent: from now on it may answer as much as it likes. */
  launch(): void;
  /** Lets it go without waiting for the far end. */
  end(): void;
}

export interface Connector {
  /** Logs in at the target, through its bastion if it has one. */
  connect(target: Target, times: Times, watch: Watch): Promise<Link>;
  close(): void;
}

/** How long the disconnect message gets to be sent. */
const FAREWELL_MS = 1000;

/** A host that drowns answers late, and a new login costs it more; each reading has its own deadline besides. */
const STANDING_ALIVE_MS = 10_000;

export function createConnector(deps: ConnectorDeps): Connector {
  const sockets = createSlots(deps.connections);
  const bastions = createBastions(dialBastion);

  async function dial(
    to: Endpoint,
    credentials: Credentials,
    open: () => Promise<Duplex>,
    watch: Watch,
    far?: Far,
  ): Promise<Link> {
    for (let attempt = 0; ; attempt++) {
      try {
        watch.progress('tcp');
        const socket = await open();
        watch.progress('banner');
        const { client, guard } = await login(deps, to, socket, credentials, watch.progress, watch.stop, far);
        return {
          client,
          launch: () => guard.allow(Number.POSITIVE_INFINITY),
          end() {
            guard.end();
            endLink(client, socket);
          },
        };
      } catch (error) {
        if (!(error instanceof Unreached && error.dropped) || watch.standing || attempt >= RETRIES)
          throw error;
      }
      await backOff(attempt, watch.stop);
    }
  }

  /** A connection of our own, which waits for its place among the descriptors: that is not the host's fault. */
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
    const bad = refusal(bastion);
    if (bad) throw new Unreached(bad);
    refuseUncheckable(bastion, deps.knownHosts);
    const credentials = await credentialsOf(bastion, `bastion ${bastion.name}`, deps);
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
      // A firewall that forgot the connection says nothing: without questions each node would look dead.
      const { client } = await dial(bastion, credentials, open, watch, {
        aliveMs: deps.aliveMs,
        bastion: true,
      });
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
      const to = { address: target.address, port: target.port, user: target.ssh.user };
      refuseUncheckable(to, deps.knownHosts);
      // Opening a locked key takes its time.
      const resume = watch.pause();
      const credentials = await credentialsOf(target.ssh, target.name, deps);
      resume();
      const { jump } = target.ssh;
      const far = watch.standing ? { aliveMs: STANDING_ALIVE_MS } : {};
      if (!jump) return dial(to, credentials, () => ownSocket(to, watch), watch, far);
      // Asked for again at each try: it may have died in between.
      const through = async () => {
        watch.progress('bastion');
        const client = await bastions.open(jump, times, watch.stop);
        watch.progress('tcp');
        return openThrough(client, to, watch.stop);
      };
      return dial(to, credentials, through, watch, far);
    },
    close: () => bastions.close(),
  };
}

function endLink(client: Client, socket: Duplex): void {
  client.end();
  // A host that never closes its side must not hold a descriptor, nor one that takes nothing more.
  if ('destroySoon' in socket) (socket as Socket).destroySoon();
  else socket.destroy();
  setTimeout(() => socket.destroy(), FAREWELL_MS).unref();
}

async function credentialsOf(
  { identity, useAgent }: { identity?: string; useAgent?: boolean },
  where: string,
  deps: ConnectorDeps,
): Promise<Credentials> {
  const agent = useAgent ? deps.agent : undefined;
  if (identity === undefined) {
    if (agent !== undefined) return { agent };
    throw new Unreached({
      code: 'credentials',
      message: `no key to log in with at ${where}`,
      next: useAgent
        ? 'start an SSH agent (SSH_AUTH_SOCK is not set), or set ssh.identity in kit.yaml'
        : 'set ssh.identity (or ssh.useAgent) of the cluster in kit.yaml',
    });
  }
  try {
    const own = await deps.identities.get(identity);
    return agent === undefined ? own : { agent, ...own };
  } catch (error) {
    // The agent may hold what the file does not give.
    if (agent !== undefined) return { agent };
    throw error;
  }
}
