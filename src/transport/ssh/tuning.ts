import type { Duplex } from 'node:stream';
import type { Client } from 'ssh2';

/**
 * OpenSSH sends all its host keys after the login, and ssh2 then has it prove each: wasted work at both ends,
 * as host keys are never learned from a server. ssh2 asks only servers that it takes for OpenSSH.
 */
export function spareHostKeyProofs(client: Client): void {
  const known = client as unknown as { _remoteVer?: string };
  if (typeof known._remoteVer === 'string') known._remoteVer = '';
}

/** Stops ssh2's debug text for each packet: nothing reads it any more. */
export function stopListening(client: Client): void {
  const known = client as unknown as { _protocol?: { _debug?: unknown } };
  if (known._protocol?._debug) known._protocol._debug = undefined;
}

/**
 * Sends what is written in one turn of the event loop in one system call: system calls are a good part of a login's
 * cost. The turn is over when the promises that it settles have been served, too.
 */
export function gatherWrites(socket: Duplex): void {
  const write = socket.write.bind(socket) as (...args: unknown[]) => boolean;
  socket.write = ((...args: unknown[]) => {
    if (socket.writableCorked === 0) {
      socket.cork();
      process.nextTick(afterPromises, socket);
    }
    return write(...args);
  }) as Duplex['write'];
}

function afterPromises(socket: Duplex): void {
  queueMicrotask(() => process.nextTick(uncork, socket));
}

function uncork(socket: Duplex): void {
  socket.uncork();
}
