import type { Socket } from 'node:net';
import ssh2 from 'ssh2';
import type { LabExec, LabNodeSpec, NetworkVerdict } from '../types.ts';
import type { BastionGate } from './gate.ts';
import { createKeyPair } from './key-pair.ts';
import { type Listener, listen } from './listen.ts';
import { acceptKey } from './ssh-auth.ts';
import { serveExec } from './ssh-exec.ts';

const SLOW_MS = 3000;

/** The SSH server of a node. */
export interface NodeSsh {
  /** What known_hosts says of it, which is not always what it presents. */
  hostKey: string;
  open(port: number): Promise<Listener>;
  /** Judges the open connections again, after the machine's packet filter has changed. */
  judge(): void;
}

export function createNodeSsh(options: {
  spec: LabNodeSpec;
  authorizedKey: string;
  gate?: BastionGate;
  /** What the machine's packet filter decides about the operator's packets. */
  verdict(packet: 'new' | 'established'): NetworkVerdict;
  exec(command: string, stdin: NodeJS.ReadableStream, clientPort: number): LabExec;
}): NodeSsh {
  const { spec, gate } = options;
  const known = createKeyPair();
  const presented = spec.fault === 'changed-host-key' ? createKeyPair() : known;
  const server = new ssh2.Server(
    { hostKeys: [presented.private], ident: 'OpenSSH_9.2p1' },
    (client, info) => {
      client.on('error', () => undefined);
      acceptKey(client, 'root', options.authorizedKey);
      client.on('ready', () =>
        serveExec(client, async (command, stdin) => {
          if (spec.fault === 'slow') await new Promise((wake) => setTimeout(wake, SLOW_MS));
          return options.exec(command, stdin, info.port);
        }),
      );
    },
  );

  const sockets = new Set<Socket>();

  async function meet(socket: Socket): Promise<void> {
    if (spec.behindBastion && !(await gate?.knows(socket.remotePort ?? 0))) return void socket.destroy();
    const verdict = options.verdict('new');
    if (verdict === 'reject') return void socket.destroy();
    // Dropped: the client never gets an answer.
    if (verdict === 'drop') return void socket.resume();
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    // It sends its banner, and then nothing more.
    if (spec.fault === 'kex-hang') return void socket.resume().write('SSH-2.0-OpenSSH_9.2p1\r\n');
    server.injectSocket(socket);
  }

  return {
    hostKey: known.public,
    open: (port) => listen(port, (socket) => void meet(socket)),
    judge() {
      const verdict = options.verdict('established');
      for (const socket of sockets) {
        if (verdict === 'reject') socket.destroy();
        else if (verdict === 'drop') hold(socket);
        else release(socket);
      }
    },
  };
}

/** TCP sends dropped packets again for a long time: a held connection continues once the filter lets it. */
function hold(socket: Socket): void {
  if (socket.writableCorked > 0) return;
  socket.pause();
  socket.cork();
}

function release(socket: Socket): void {
  if (socket.writableCorked === 0) return;
  socket.uncork();
  socket.resume();
}
