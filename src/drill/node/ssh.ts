import type { Socket } from 'node:net';
import ssh2 from 'ssh2';
import type { LabExec, LabNodeSpec } from '../types.ts';
import type { BastionGate } from './gate.ts';
import { createKeyPair } from './key-pair.ts';
import { type Listener, listen } from './listen.ts';
import { acceptKey } from './ssh-auth.ts';
import { serveExec } from './ssh-exec.ts';

const SLOW_MS = 3000;

/** A node's way in. */
export interface NodeSsh {
  /** What known_hosts says of it, which is not always what it presents. */
  hostKey: string;
  open(port: number): Promise<Listener>;
}

export function createNodeSsh(options: {
  spec: LabNodeSpec;
  authorizedKey: string;
  gate?: BastionGate;
  /** The machine's firewall; false turns the connection away. */
  admit(socket: Socket): boolean;
  exec(command: string, stdin: NodeJS.ReadableStream): LabExec;
}): NodeSsh {
  const { spec, gate } = options;
  const known = createKeyPair();
  const presented = spec.fault === 'changed-host-key' ? createKeyPair() : known;
  const server = new ssh2.Server({ hostKeys: [presented.private], ident: 'OpenSSH_9.2p1' }, (client) => {
    client.on('error', () => undefined);
    acceptKey(client, 'root', options.authorizedKey);
    client.on('ready', () =>
      serveExec(client, async (command, stdin) => {
        if (spec.fault === 'slow') await new Promise((wake) => setTimeout(wake, SLOW_MS));
        return options.exec(command, stdin);
      }),
    );
  });

  async function meet(socket: Socket): Promise<void> {
    if (spec.behindBastion && !(await gate?.knows(socket.remotePort ?? 0))) return void socket.destroy();
    if (!options.admit(socket)) return void socket.destroy();
    // It says who it is, and then nothing more for ever.
    if (spec.fault === 'kex-hang') return void socket.resume().write('SSH-2.0-OpenSSH_9.2p1\r\n');
    server.injectSocket(socket);
  }

  return { hostKey: known.public, open: (port) => listen(port, (socket) => void meet(socket)) };
}
