import { createServer, type Server, type Socket } from 'node:net';
import ssh2 from 'ssh2';
import { createKeyPair } from '../../src/drill/node/key-pair.ts';

/** A TCP server on loopback that misbehaves as told; everything it read is kept. */
export interface Faulty {
  port: number;
  heard(): Buffer;
  connections(): number;
  close(): void;
}

export async function faulty(serve: (socket: Socket, nth: number) => void): Promise<Faulty> {
  const sockets = new Set<Socket>();
  const heard: Buffer[] = [];
  let connections = 0;
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('data', (chunk) => heard.push(chunk)).on('error', () => undefined);
    serve(socket, connections++);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as { port: number }).port,
    heard: () => Buffer.concat(heard),
    connections: () => connections,
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

/** An SSH server of ssh2 that lets everyone in; what a session does is up to the test. */
export async function sshStub(
  session: (channel: ssh2.ServerChannel, client: ssh2.Connection, command: string) => void,
  hooks: {
    auth?: (context: ssh2.AuthContext) => void;
    attend?: (client: ssh2.Connection) => void;
    refuseExec?: boolean;
  } = {},
): Promise<Faulty & { hostKey: string }> {
  const key = createKeyPair();
  const clients = new Set<ssh2.Connection>();
  let connections = 0;
  const server = new ssh2.Server({ hostKeys: [key.private] }, (client) => {
    connections++;
    clients.add(client);
    hooks.attend?.(client);
    client.on('error', () => undefined);
    client.on('authentication', hooks.auth ?? ((context) => context.accept()));
    client.on('session', (accept) => {
      accept().on('exec', (acceptExec, reject, info) => {
        if (hooks.refuseExec) reject();
        else session(acceptExec(), client, info.command);
      });
    });
  });
  // Without a delay of its own: ssh2 writes small packets.
  const tcp = createServer({ noDelay: true }, (socket) => server.injectSocket(socket));
  await new Promise<void>((resolve) => tcp.listen(0, '127.0.0.1', resolve));
  return {
    port: (tcp.address() as { port: number }).port,
    hostKey: key.public.split(' ').slice(0, 2).join(' '),
    heard: () => Buffer.alloc(0),
    connections: () => connections,
    close() {
      for (const client of clients) client.end();
      tcp.close();
    },
  };
}
