import { newCertificate } from '../node/control-plane/certificate.ts';
import { unit } from './streams.ts';

const YEAR_MS = 365 * 86_400_000;
const authority = newCertificate({ name: 'kubernetes', until: new Date(Date.now() + YEAR_MS) });

/** As kube-apiserver: over TLS, health for everybody, the rest for a client certificate that is valid; run by the machine's node. */
const api = `
import { createServer } from 'node:https';
import { readFileSync } from 'node:fs';
process.title = 'kube-apiserver';
const [host, port] = process.argv.slice(2);
const pem = (name) => readFileSync('/opt/api/' + name);
const tls = { key: pem('key'), cert: pem('cert'), ca: pem('ca'), requestCert: true, rejectUnauthorized: false };
createServer(tls, (req, res) => {
  const shown = Object.keys(req.socket.getPeerCertificate()).length > 0;
  const say = (code, text) => { res.writeHead(code, { 'content-type': 'text/plain' }); res.end(text); };
  if (shown && !req.socket.authorized) return say(401, 'Unauthorized');
  if (/^.(livez|readyz)/.test(req.url)) return say(200, 'ok');
  say(403, 'Forbidden');
}).listen(Number(port), host);
`;

/** DNS: knows the API's service, and denies every other name. */
export const dnsScript = `
import { createSocket } from 'node:dgram';
const server = createSocket('udp4', (packet, from) => {
  const answer = Buffer.from(packet);
  answer[2] = 0x81;
  answer[3] = 0x80 | (packet.includes('kubernetes') ? 0 : 3);
  server.send(answer, from.port, from.address);
}).bind(53, process.argv[2]);
`;

/** A client that keeps connections open, by the name of its process. */
const client = `
import { connect } from 'node:net';
process.title = 'telemetryd';
const [host, port, n] = process.argv.slice(2);
for (let i = 0; i < n; i++) connect({ host, port }).on('error', () => {});
setInterval(() => {}, 60_000);
`;

/** A proxy on the host, from every address to the server at loopback. */
const proxy = `
import { connect, createServer } from 'node:net';
const [from, to] = process.argv.slice(2);
createServer((c) => {
  const u = connect(Number(to), '127.0.0.1');
  for (const s of [c, u]) s.on('error', () => { c.destroy(); u.destroy(); });
  c.pipe(u).pipe(c);
}).listen(Number(from), '0.0.0.0');
`;

const program = (name: string, ...words: (string | number)[]) =>
  unit(`${process.execPath} /opt/${name}.mjs ${words.join(' ')}`);

/** The files of a host with an API server at this address and port. */
export function apiHost(address: string, port: number, names: string[]): Record<string, string> {
  const own = newCertificate({
    ...{ name: 'kube-apiserver', by: authority, for: [...names, 'kubernetes'] },
    until: new Date(Date.now() + 10 * 86_400_000),
  });
  return {
    '/opt/api.mjs': api,
    '/opt/api/key': own.key,
    '/opt/api/cert': own.cert,
    '/opt/api/ca': authority.cert,
    '/etc/systemd/system/api.service': program('api', address, port),
  };
}

export const dnsServer = (address: string): Record<string, string> => ({
  '/opt/dns.mjs': dnsScript,
  '/etc/systemd/system/dns.service': program('dns', address),
});

export const proxyTo = (from: number, to: number): Record<string, string> => ({
  '/opt/proxy.mjs': proxy,
  '/etc/systemd/system/proxy.service': program('proxy', from, to),
});

export const clientOf = (host: string, port: number, connections: number): Record<string, string> => ({
  '/opt/client.mjs': client,
  '/etc/systemd/system/client.service': program('client', host, port, connections),
});

/** A kubeconfig whose client certificate ends then. */
export function kubeconfig(until: Date): string {
  const client = newCertificate({ name: 'kubernetes-admin', by: authority, until });
  const base64 = (pem: string) => Buffer.from(pem).toString('base64');
  return `apiVersion: v1
kind: Config
clusters: [{name: k, cluster: {server: "https://127.0.0.1:6443", certificate-authority-data: ${base64(authority.cert)}}}]
users:
- name: admin
  user:
    client-certificate-data: ${base64(client.cert)}
    client-key-data: ${base64(client.key)}
contexts: [{name: k, context: {cluster: k, user: admin}}]
current-context: k
`;
}
