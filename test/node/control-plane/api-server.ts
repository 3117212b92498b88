import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { type Certificate, newCertificate } from './certificate.ts';

export interface ApiStandIn {
  port: number;
  /** A kubeconfig with a client certificate of its own authority, or of another one. */
  kubeconfig(until: Date, by?: Certificate): string;
  close(): Promise<void>;
}

const YEAR_MS = 365 * 86_400_000;

/** Answers as kube-apiserver does: 401 to an invalid client certificate, anonymous access without one. */
export async function apiStandIn(
  address: string,
  options: { anonymous?: boolean; expired?: boolean; names?: string[] } = {},
): Promise<ApiStandIn> {
  const authority = newCertificate({ name: 'kubernetes', until: new Date(Date.now() + YEAR_MS) });
  const own = newCertificate({
    name: 'kube-apiserver',
    by: authority,
    for: options.names ?? [address, 'kubernetes'],
    until: new Date(Date.now() + (options.expired ? -86_400_000 : YEAR_MS)),
  });
  const tls = { key: own.key, cert: own.cert, ca: authority.cert };
  const server = createServer({ ...tls, requestCert: true, rejectUnauthorized: false }, (req, res) => {
    const socket = req.socket as TLSSocket;
    const shown = Object.keys(socket.getPeerCertificate()).length > 0;
    const status = (code: number, reason: string) => {
      res.writeHead(code, { 'content-type': 'application/json' });
      res.end(
        JSON.stringify({
          kind: 'Status',
          apiVersion: 'v1',
          status: 'Failure',
          message: reason,
          reason,
          code,
        }),
      );
    };
    if (shown ? !socket.authorized : options.anonymous === false) return status(401, 'Unauthorized');
    const [path] = req.url!.split('?');
    if (path === '/readyz' || path === '/livez') return void res.end('[+]ping ok\nreadyz check passed\n');
    if (!shown) return status(403, 'Forbidden');
    if (path === '/metrics') return void res.end(METRICS);
    if (req.method === 'PATCH') return echo(req, res);
    if (path === OBJECT) return void res.end('{"kind":"DaemonSet","metadata":{"name":"agent"}}\n');
    status(404, 'NotFound');
  });
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  return {
    port: (server.address() as AddressInfo).port,
    kubeconfig: (until, by = authority) =>
      kubeconfig(authority, newCertificate({ name: 'kubernetes-admin', by, until })),
    close: () => closed(server),
  };
}

/** Answers a PATCH with what arrived of it. */
function echo(req: IncomingMessage, res: ServerResponse): void {
  const chunks: Buffer[] = [];
  req.on('data', (chunk: Buffer) => chunks.push(chunk));
  req.on('end', () => {
    const { url, headers } = req;
    const body = Buffer.concat(chunks).toString();
    res.end(
      `${JSON.stringify({ url, type: headers['content-type'], agent: headers['user-agent'], body })}\n`,
    );
  });
}

export const OBJECT = '/apis/apps/v1/namespaces/ns/daemonsets/agent';
const METRICS = [
  'process_start_time_seconds 1.7e+09',
  'apiserver_current_inflight_requests{request_kind="mutating"} 3',
  'apiserver_request_total{code="200",verb="GET"} 100',
  '',
].join('\n');

function kubeconfig(authority: Certificate, client: Certificate): string {
  const text = (pem: string) => Buffer.from(pem).toString('base64');
  return `apiVersion: v1
kind: Config
clusters:
- cluster:
    certificate-authority-data: ${text(authority.cert)}
    server: https://10.0.0.1:6443
  name: kubernetes
contexts:
- context: { cluster: kubernetes, user: admin }
  name: admin
current-context: admin
users:
- name: admin
  user:
    client-certificate-data: ${text(client.cert)}
    client-key-data: ${text(client.key)}
`;
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}
