import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Client } from 'ssh2';
import { Unreached } from '../unreached.ts';
import { dropped, socketReason } from './connection-reasons.ts';
import type { Endpoint } from './phase.ts';

/** A direct TCP connection. */
export function openSocket(to: Endpoint, stop: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: to.address, port: to.port, noDelay: true });
    const settle = () => {
      socket.removeListener('connect', connected);
      socket.removeListener('error', failed);
      stop.removeEventListener('abort', abandon);
    };
    const connected = () => {
      settle();
      resolve(socket);
    };
    const failed = (error: NodeJS.ErrnoException) => {
      settle();
      reject(socketReason(error, to));
    };
    const abandon = () => {
      settle();
      // An error that comes while it is torn down has no other listener.
      socket.on('error', () => undefined);
      socket.destroy();
      reject(stop.reason);
    };
    socket.once('connect', connected).once('error', failed);
    if (stop.aborted) {
      abandon();
      return;
    }
    stop.addEventListener('abort', abandon, { once: true });
  });
}

/** A connection that a bastion opens to the target, inside the shared one. */
export function openThrough(bastion: Client, to: Endpoint, stop: AbortSignal): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    let settled = false;
    const settle = () => {
      settled = true;
      stop.removeEventListener('abort', abandon);
    };
    const abandon = () => {
      settle();
      reject(stop.reason);
    };
    if (stop.aborted) {
      abandon();
      return;
    }
    stop.addEventListener('abort', abandon, { once: true });
    const opened = (error: (Error & { reason?: number | string }) | undefined, channel: Duplex) => {
      if (settled) {
        channel?.destroy();
        return;
      }
      settle();
      if (error) reject(forwardReason(error, to));
      else resolve(channel);
    };
    try {
      bastion.forwardOut('127.0.0.1', 0, to.address, to.port, opened as never);
    } catch (error) {
      opened(error as Error, undefined as never);
    }
  });
}

function forwardReason(error: Error & { reason?: number | string }, to: Endpoint): Unreached {
  const where = `${to.address} port ${to.port}`;
  // Reasons of RFC 4254, section 5.1.
  switch (Number(error.reason)) {
    case 1:
      return new Unreached({
        code: 'bastion-forbids',
        message: `the bastion does not forward to ${where}`,
        next: 'allow TCP forwarding for this login on the bastion',
      });
    case 2:
      return new Unreached({
        code: 'refused',
        message: `the bastion cannot connect to ${where}: ${error.message}`,
      });
    case 4:
      return new Unreached(
        {
          code: 'bastion-full',
          message: `the bastion opens no further connection to ${where}: ${error.message}`,
          next: 'lower --parallel',
        },
        { dropped: true },
      );
    default:
      return dropped(to, `the bastion's connection is gone (${error.message})`);
  }
}
