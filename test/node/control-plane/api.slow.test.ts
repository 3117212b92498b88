import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseParams } from '../../../src/actions/params.ts';
import { actionNamed } from '../../../src/actions/registry.ts';
import type { ClusterKit } from '../../../src/kit/types.ts';
import { nodeScript } from '../../../src/node/script.ts';
import type { Op } from '../../../src/node/types.ts';
import { probeScript } from '../../../src/probe/script.ts';
import { context, Sandbox, SHELLS, target } from '../sandbox.ts';
import { type ApiStandIn, apiStandIn, OBJECT } from './api-server.ts';
import { newCertificate } from './certificate.ts';

const where = (name: string) =>
  ['/usr/local/bin', '/usr/bin', '/snap/bin'].map((dir) => `${dir}/${name}`).find((path) => existsSync(path));
const KUBECTL = where('kubectl');
const CURL = where('curl');
for (const [name, path] of Object.entries({ kubectl: KUBECTL, curl: CURL }))
  if (!path) console.log(`skipped: tests with a real ${name} (it is not on this machine)`);

/** A first word on standard error, as wrappers and exec plugins have it. */
const WARNS = `echo 'time="now" level=warning msg="not readable"' >&2`;

const PAST = new Date('2025-11-02T12:00:00Z');
const FUTURE = new Date(Date.now() + 300 * 86_400_000);
const NODE = '127.0.0.9';

let box: Sandbox;
let api: ApiStandIn | undefined;
beforeEach(() => {
  box = new Sandbox();
});
afterEach(async () => {
  box.remove();
  await api?.close();
});

const kubernetes = (over: Partial<ClusterKit['kubernetes']> = {}) =>
  context([], { apiserverPort: api!.port, ...over });

async function probe(shell: string[], over?: Partial<ClusterKit['kubernetes']>, name = '127.0.0.1') {
  const text = probeScript(kubernetes(over), new Date()).textFor(target({ name }), 'ssh');
  return (await box.run(text, shell)).result!;
}

function act(
  op: Op,
  shell: string[],
  params: Record<string, unknown>,
  over?: Partial<ClusterKit['kubernetes']>,
  stdin?: string,
) {
  const action = actionNamed('kubectl');
  const script = nodeScript({
    action,
    params: parseParams(action, params, 'params'),
    op,
    runId: 'r1',
    stepId: 's1',
    notAfter: new Date(Date.now() + 600_000),
    deadlineMs: 20_000,
    context: kubernetes(over),
  });
  return box.run(script.textFor(target(), 'ssh'), shell, stdin === undefined ? {} : { stdin });
}

/** What listens where, as ss tells it. */
const listens = (...lines: string[]) =>
  box.tool(
    'ss',
    `case "$*" in *l*sport*${api!.port}*) printf '%s\\n' ${lines.map((line) => `'${line}'`).join(' ')} ;; esac`,
  );

describe.skipIf(!KUBECTL || !CURL)('by a real kubectl and curl', () => {
  const shell = SHELLS[0]!;
  beforeEach(() => {
    box.tool('curl', `exec ${CURL} "$@"`);
    box.tool('kubectl', `${WARNS}\nHOME=$SANDBOX exec ${KUBECTL} "$@"`);
  });

  test('a server that is bound to an address of the node is asked there', async () => {
    api = await apiStandIn(NODE);
    box.file('/etc/kubernetes/admin.conf', api.kubeconfig(FUTURE));
    listens(`LISTEN 0 4096 ${NODE}:${api.port} 0.0.0.0:* users:(("kube-apiserver",pid=7,fd=3))`);
    expect((await probe(shell)).data).toMatchObject({
      livez: 'ok',
      readyz: 'ok',
      address: NODE,
      requests: '100',
    });
    const read = await act('apply', shell, { get: OBJECT });
    expect(read).toMatchObject({
      stdout: '{"kind":"DaemonSet","metadata":{"name":"agent"}}\n',
      result: { state: 'ok' },
    });
  });

  test.each(SHELLS.map((one) => [one[0]!, one] as const))(
    'a patch goes through a proxy of kubectl, whole, and leaves nothing: %s',
    async (_name, one) => {
      api = await apiStandIn(NODE, { names: ['kubernetes'] });
      box.file('/etc/kubernetes/admin.conf', api.kubeconfig(FUTURE));
      listens(`LISTEN 0 4096 ${NODE}:${api.port} 0.0.0.0:* users:(("kube-apiserver",pid=7,fd=3))`);
      const body = JSON.stringify({ text: `\\n %s "$HOME" \`id\` 'ü' ${'x'.repeat(150_000)}` });
      const orders = `dry merge ${OBJECT}?dryRun=All\n${body}\nend - -\n\n`;
      const { stdout, result } = await act('fetch', one, { patch: OBJECT, body: '{}' }, undefined, orders);
      expect(result).toMatchObject({ state: 'ok' });
      const type = 'application/merge-patch+json';
      expect(JSON.parse(stdout.split('\n')[1]!)).toEqual({
        url: `${OBJECT}?dryRun=All`,
        type,
        agent: 'fireaxe',
        body,
      });
      expect(readdirSync(join(box.root, 'run/fireaxe'))).toEqual([]);
      // The command that limits its time looks every second whether it still runs.
      await expect
        .poll(() => spawnSync('pgrep', ['-f', `unix-socket=${box.root}`]).status, { timeout: 20_000 })
        .toBe(1);
    },
  );

  test("a balancer's address is not taken for the server's", async () => {
    api = await apiStandIn(NODE);
    box.file('/etc/kubernetes/admin.conf', api.kubeconfig(FUTURE));
    listens(`LISTEN 0 4096 ${NODE}:${api.port} 0.0.0.0:* users:(("haproxy",pid=7,fd=3))`);
    expect((await probe(shell)).data).toMatchObject({ readyz: 'no-answer' });
  });

  test('without ss the addresses of the machine are asked; the kit may name one', async () => {
    api = await apiStandIn(NODE, { names: ['kubernetes'] });
    box.file('/etc/kubernetes/admin.conf', api.kubeconfig(FUTURE));
    expect((await probe(shell)).data).toMatchObject({ readyz: 'no-answer' });
    expect((await probe(shell, { apiserverAddress: NODE })).data).toMatchObject({
      readyz: 'ok',
      requests: '100',
    });
    box.tool(
      'ip',
      `echo '1: lo    inet 127.0.0.1/8 scope host lo'\necho '2: eth0    inet ${NODE}/24 scope global eth0'`,
    );
    expect((await probe(shell)).data).toMatchObject({ readyz: 'ok', address: NODE });
  });

  test('expired credentials: the next kubeconfig is tried, and the day is told', async () => {
    api = await apiStandIn('127.0.0.1');
    box.file('/etc/kubernetes/super-admin.conf', api.kubeconfig(PAST));
    box.file('/etc/kubernetes/admin.conf', api.kubeconfig(FUTURE));
    const why =
      '/etc/kubernetes/super-admin.conf: 401 Unauthorized, its client certificate expired on 2025-11-02';
    const well = await probe(shell);
    expect(well).toMatchObject({ data: { readyz: 'ok', requests: '100' }, note: why });
    const fetched = await act('fetch', shell, { delete: OBJECT });
    expect(fetched.stdout).toBe('{"kind":"DaemonSet","metadata":{"name":"agent"}}\n');
    expect(fetched.result?.note).toContain(why);
    expect(fetched.result?.note).toContain('kubectl says: time="now"');
  });

  test('with none that is any good, health is asked without; a request that needs them says why not', async () => {
    api = await apiStandIn('127.0.0.1');
    const another = newCertificate({ name: 'another', until: FUTURE });
    box.file('/etc/kubernetes/super-admin.conf', api.kubeconfig(PAST));
    box.file('/etc/kubernetes/admin.conf', api.kubeconfig(FUTURE, another));
    const read = await probe(shell);
    expect(read.data).toMatchObject({
      livez: 'ok',
      readyz: 'ok',
      unmeasured: expect.stringContaining('expired on 2025-11-02'),
    });
    expect(read.data?.requests).toBeUndefined();
    expect(read.note).toContain('asked without credentials');
    expect(read.note).toContain('admin.conf: 401 Unauthorized, its client certificate is valid until');
    const refused = await act('check', shell, { delete: OBJECT });
    expect(refused.result).toMatchObject({
      state: 'refused',
      code: 'denied',
      note: expect.stringContaining('expired on 2025-11-02'),
    });
  });

  test('without curl kubectl asks without credentials', async () => {
    api = await apiStandIn('127.0.0.1');
    rmSync(join(box.root, 'tools/curl'));
    box.file('/etc/kubernetes/admin.conf', api.kubeconfig(PAST));
    const read = await probe(shell);
    expect(read.data).toMatchObject({ livez: 'ok', readyz: 'ok' });
    expect(read.note).toContain('asked without credentials');
  });

  test('a server that tells nothing without credentials answers all the same', async () => {
    api = await apiStandIn('127.0.0.1', { anonymous: false });
    box.file('/etc/kubernetes/admin.conf', api.kubeconfig(PAST));
    const read = await probe(shell);
    expect(read.data).toMatchObject({ livez: 'denied', readyz: 'denied' });
    expect(read.note).toContain('401 Unauthorized, its client certificate expired on 2025-11-02');
    expect(read.note).toContain('without credentials: 401 Unauthorized');
  });

  test('a server whose own certificate has expired counts as failing', async () => {
    api = await apiStandIn('127.0.0.1', { expired: true });
    box.file('/etc/kubernetes/admin.conf', api.kubeconfig(FUTURE));
    const read = await probe(shell);
    expect(read.data).toMatchObject({ readyz: 'failing' });
    expect(read.note).toContain('certificate has expired');
    for (const op of ['check', 'apply'] as const) {
      const { result } = await act(op, shell, { get: OBJECT });
      expect(result?.code).toBe('certificate-expired');
      expect(result?.note).toContain('certificate has expired');
    }
  });

  test('a server on another port than the kit names is told from one that is down', async () => {
    api = await apiStandIn(NODE);
    box.file('/etc/kubernetes/admin.conf', api.kubeconfig(FUTURE));
    const listener = (at: string) =>
      box.tool(
        'ss',
        `[ "$*" != -Htnlp ] || echo 'LISTEN 0 4096 ${at} *:* users:(("kube-apiserver",pid=7,fd=3))'`,
      );
    const wrong = { apiserverPort: 1 };
    const other = `connection refused (127.0.0.1 port 1): kube-apiserver listens on port ${api.port} here: set kubernetes.apiserverPort in kit.yaml`;
    listener(`*:${api.port}`);
    const read = await probe(shell, wrong);
    expect(read.data).toMatchObject({ readyz: 'no-answer' });
    expect(read.note).toBe(other);
    const act1 = await act('check', shell, { get: OBJECT }, wrong);
    expect(act1.result?.note).toContain(other);
    // Loopback alone: not the port of its clients.
    listener(`127.0.0.1:${api.port}`);
    expect((await probe(shell, wrong)).note).not.toContain('kube-apiserver listens');
  });

  test('a proxy of the login is not asked', async () => {
    api = await apiStandIn(NODE);
    box.file('/etc/kubernetes/admin.conf', api.kubeconfig(FUTURE));
    const text = probeScript(kubernetes({ apiserverAddress: '127.0.0.9' }), new Date()).textFor(
      target(),
      'ssh',
    );
    const { result } = await box.run(text, shell, { env: { HTTPS_PROXY: 'http://192.0.2.1:3128' } });
    expect(result?.data).toMatchObject({ readyz: 'ok' });
  });
});

const SS = existsSync('/usr/bin/ss') || existsSync('/bin/ss') || existsSync('/sbin/ss');
if (!SS) console.log('skipped: a test with the real ss (it is not on this machine)');

test.skipIf(!SS || !CURL)("by this machine's own ss and curl: found where it listens", async () => {
  api = await apiStandIn(NODE);
  rmSync(join(box.root, 'tools'), { recursive: true });
  const text = probeScript(kubernetes({ kubeconfigs: ['/nowhere'] }), new Date()).textFor(
    target({ machineId: '' }),
    'ssh',
  );
  const { result } = await box.run(text, SHELLS[0]!, { env: { FIREAXE_ROOT: '' } });
  expect(result?.data).toMatchObject({ livez: 'ok', readyz: 'ok', address: NODE });
});
