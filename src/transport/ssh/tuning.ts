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

/** Sends what ssh2 writes for one packet in one system call: system calls are a good part of a login's cost. */
export function gatherWrites(socket: Duplex): void {
  socket.cork();
  process.nextTick(uncork, socket);
}

function uncork(socket: Duplex): void {
  socket.uncork();
}
