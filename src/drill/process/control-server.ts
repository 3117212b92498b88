import { timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** `GET /status` and `POST /stop`, for the holder of the token. */
export async function serveControl(options: {
  token: string;
  status(): unknown;
  stop(): void;
}): Promise<{ port: number; close(): void }> {
  const server = createServer((request, response) => {
    const reply = (code: number, body: unknown) => {
      response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    if (!authorized(request, options.token)) return reply(401, { error: 'wrong token' });
    if (request.method === 'GET' && request.url === '/status') return reply(200, options.status());
    if (request.method === 'POST' && request.url === '/stop') {
      response.once('finish', options.stop);
      return reply(202, { stopping: true });
    }
    return reply(404, { error: 'GET /status or POST /stop' });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function authorized(request: IncomingMessage, token: string): boolean {
  const given = Buffer.from(request.headers.authorization ?? '');
  const wanted = Buffer.from(`Bearer ${token}`);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}
