import { connect } from 'node:net';
import ssh2, { type Connection } from 'ssh2';
import type { BastionGate } from './gate.ts';
import { createKeyPair } from './key-pair.ts';
import { listen } from './listen.ts';
import { acceptKey } from './ssh-auth.ts';

export interface LabBastion {
  port: number;
  /** OpenSSH public host key line. */
  hostKey: string;
  close(): Promise<void>;
}

/** An SSH server that runs nothing and forwards to the nodes behind it. */
export async function createBastion(options: {
  user: string;
  authorizedKey: string;
  gate: BastionGate;
  /** Whether this loopback port may be reached through here. */
  allow(host: string, port: number): boolean;
}): Promise<LabBastion> {
  const keys = createKeyPair();
  const server = new ssh2.Server({ hostKeys: [keys.private] }, (client) => {
    client.on('error', () => undefined);
    acceptKey(client, options.user, options.authorizedKey);
    client.on('ready', () => forward(client, options));
  });
  const listener = await listen(0, (socket) => server.injectSocket(socket));
  return { port: listener.port, hostKey: keys.public, close: () => listener.close() };
}

function forward(
  client: Connection,
  { gate, allow }: { gate: BastionGate; allow(host: string, port: number): boolean },
): void {
  client.on('tcpip', (accept, reject, { destIP, destPort }) => {
    if (!allow(destIP, destPort)) return reject();
    let open = false;
    const connected = gate.connecting();
    const socket = connect({ host: '127.0.0.1', port: destPort, noDelay: true });
    socket.once('connect', () => {
      const port = socket.localPort!;
      open = true;
      connected(port);
      const channel = accept();
      socket.pipe(channel).pipe(socket);
      channel.on('error', () => undefined);
      channel.once('close', () => socket.destroy());
      socket.once('close', () => {
        gate.left(port);
        channel.destroy();
      });
    });
    socket.on('error', () => {
      if (open) return;
      connected();
      reject();
    });
  });
}
