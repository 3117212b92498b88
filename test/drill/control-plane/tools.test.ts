import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { curlTool } from '../../../src/drill/control-plane/tools/curl.ts';
import { kubectlTool } from '../../../src/drill/control-plane/tools/kubectl.ts';
import { fakeMachine } from '../fake-machine.ts';

const { root } = fakeMachine('cp', 'control-plane');
const call = { cwd: root };
const seen: { method?: string; url?: string; group?: unknown; body: string }[] = [];
const server = createServer((req, res) => {
  let body = '';
  req.on('data', (chunk) => {
    body += chunk;
  });
  req.on('end', () => {
    seen.push({ method: req.method ?? '', url: req.url ?? '', group: req.headers['x-remote-group'], body });
    if (req.url === '/slow') return;
    if (req.url === '/reset') return void req.socket.resetAndDestroy();
    if (req.url === '/gone') {
      const status = { kind: 'Status', reason: 'NotFound', message: 'daemonsets.apps "x" not found' };
      return void res.writeHead(404).end(JSON.stringify(status));
    }
    res.end('hello');
  });
});
let port = 0;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
  mkdirSync(join(root, 'etc/kubernetes'), { recursive: true });
  for (const name of ['admin', 'super-admin']) writeFileSync(join(root, `etc/kubernetes/${name}.conf`), '');
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const curl = (...argv: string[]) =>
  curlTool({
    apiPort: () => port,
    etcd: (url) => (url.pathname === '/health' ? { code: 200, body: '{"health":"true"}' } : undefined),
  })(argv, () => '', call);
const kubectl = (...argv: string[]) =>
  kubectlTool({ root, apiPort: () => port })(argv, () => 'from stdin', call);

test('curl reads the host’s own API server and etcd member, and no other host', async () => {
  expect(await curl('-sSk', '-m', '50', 'https://127.0.0.1:6443/readyz')).toMatchObject({
    code: 0,
    stdout: 'hello',
  });
  expect(await curl('-s', 'http://127.0.0.1:2381/health')).toMatchObject({ stdout: '{"health":"true"}' });
  expect(await curl('-s', 'https://10.0.0.9:6443/readyz')).toMatchObject({ code: 7, stderr: '' });
});

test('curl fails as curl does', async () => {
  const api = 'https://127.0.0.1:6443';
  expect(await curl('-sS', '-m', '0.2', `${api}/slow`)).toMatchObject({ code: 28 });
  expect(await curl('-s', `${api}/reset`)).toMatchObject({ code: 56 });
  expect(await curl('-sf', `${api}/gone`)).toMatchObject({ code: 22, stdout: '' });
  expect(await curl('-s', '-o', '/dev/null', '-w', '%{http_code}\\n', `${api}/gone`)).toMatchObject({
    stdout: '404\n',
  });
  expect(await curl('--frobnicate', api)).toMatchObject({ code: 2 });
});

test('kubectl sends one raw request, as the user of its kubeconfig', async () => {
  const config = '/etc/kubernetes/super-admin.conf';
  const answer = await kubectl(
    '--kubeconfig',
    config,
    '--request-timeout=50s',
    'delete',
    '--raw',
    '/apis/x?labelSelector=a%3Db',
  );
  expect(answer).toEqual({ code: 0, stdout: 'hello', stderr: '' });
  expect(seen.at(-1)).toMatchObject({
    method: 'DELETE',
    url: '/apis/x?labelSelector=a%3Db',
    group: 'system:masters',
  });
  await kubectl('--kubeconfig=/etc/kubernetes/admin.conf', 'create', '--raw', '/y', '-f', '-');
  expect(seen.at(-1)).toMatchObject({ method: 'POST', url: '/y', group: undefined, body: 'from stdin' });
});

test('kubectl fails as kubectl does', async () => {
  const raw = (path: string, within = '50s') => kubectl('--request-timeout', within, 'get', '--raw', path);
  expect((await raw('/gone')).stderr).toBe('Error from server (NotFound): daemonsets.apps "x" not found\n');
  expect((await raw('/slow', '200ms')).stderr).toContain('Client.Timeout exceeded');
  expect((await raw('/reset')).stderr).toContain('connection reset by peer');
  expect((await kubectl('get', 'pods')).stderr).toContain('only --raw');
  expect((await kubectl('--kubeconfig', '/nowhere', 'get', '--raw', '/x')).stderr).toContain('no such file');
  const refused = await kubectlTool({ root, apiPort: () => 0 })(['get', '--raw', '/x'], () => '', call);
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('was refused') });
});
