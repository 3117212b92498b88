import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Client } from 'ssh2';
import type { OnTrace } from '../../base/trace.ts';
import { backOff, RETRIES } from '../back-off.ts';
import { startTrace } from '../tracer.ts';
import { Unreached } from '../unreached.ts';
import type { Credentials } from './auth-methods.ts';
import { Untaken } from './eager-auth.ts';
import { type Far, type LoginDeps, login } from './login.ts';
import type { Endpoint, Phase } from './phase.ts';

export interface DialDeps extends LoginDeps {
  onTrace?: OnTrace | undefined;
}

/** How a target's clock follows the connection. */
export interface Watch {
  stop: AbortSignal;
  progress(phase: Phase): void;
  /** Stands still until the returned function is called: the wait is Fireaxe's own, not the host's. */
  pause(): () => void;
  /** The far end refused for want of room, and is asked again. */
  crowded?(): void;
  /** It stays open for later readings: checked by keepalives, and not opened again at once after a drop. */
  standing?: boolean;
}

/** A connection that is logged in. */
export interface Link {
  client: Client;
  /** The command is sent: from now on the far end may send without limit. */
  launch(): void;
  /** Closes it without waiting for the far end. */
  end(): void;
}

export interface Call {
  /** The node or bastion, for people. */
  name: string;
  to: Endpoint;
  credentials: Credentials;
  /** Opens the stream to talk over: a socket, or a channel of a bastion. */
  open(): Promise<Duplex>;
  far?: Far;
}

/** How long the disconnect message gets to be sent. */
const FAREWELL_MS = 1000;

/** Connects and logs in. A far end that hangs up before the key exchange ended is tried again. */
export async function dial(
  deps: DialDeps,
  { name, to, credentials, open, far }: Call,
  watch: Watch,
): Promise<Link> {
  let patient = false;
  for (let attempt = 0; ; attempt++) {
    let phase: Phase = 'tcp';
    const progress = (now: Phase) => {
      phase = now;
      watch.progress(now);
    };
    const address = `${to.address} port ${to.port}`;
    const trace = startTrace(deps.onTrace, { transport: 'ssh', target: name, address });
    try {
      progress('tcp');
      const socket = await open();
      progress('banner');
      const { client, guard } = await login(deps, to, socket, credentials, progress, watch.stop, {
        ...far,
        patient,
      });
      trace(phase);
      return {
        client,
        launch: () => guard.allow(Number.POSITIVE_INFINITY),
        end() {
          guard.end();
          endLink(client, socket);
        },
      };
    } catch (error) {
      trace(phase, error);
      if (error instanceof Untaken && !watch.stop.aborted) {
        patient = true;
        continue;
      }
      if (!(error instanceof Unreached && error.dropped) || watch.standing || attempt >= RETRIES) throw error;
      watch.crowded?.();
    }
    await backOff(attempt, watch.stop);
  }
}

function endLink(client: Client, socket: Duplex): void {
  client.end();
  // A host that never closes its side, or reads nothing more, must not hold a descriptor.
  if ('destroySoon' in socket) (socket as Socket).destroySoon();
  else socket.destroy();
  setTimeout(() => socket.destroy(), FAREWELL_MS).unref();
}
