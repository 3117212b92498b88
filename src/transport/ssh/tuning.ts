import type { Duplex } from 'node:stream';
import type { Client } from 'ssh2';

/**
 * OpenSSH tells all its host keys after the login, and ssh2 then has it prove each: work at both ends for
 * nothing, as keys are only ever learnt by hand. It asks those alone that it takes for OpenSSH.
 */
export function spareHostKeyProofs(client: Client): void {
  const known = client as unknown as { _remoteVer?: string };
  if (typeof known._remoteVer === 'string') known._remoteVer = '';
}

/** Nothing more is read of what ssh2 tells of each packet. */
export function stopListening(client: Client): void {
  const known = client as unknown as { _protocol?: { _debug?: unknown } };
  if (known._protocol?._debug) known._protocol._debug = undefined;
}

/** What one packet makes ssh2 write leaves in one system call: they are a good part of a login's cost. */
export function gatherWrites(socket: Duplex): void {
  socket.cork();
  process.nextTick(uncork, socket);
}

function uncork(socket: Duplex): void {
  socket.uncork();
}
