import { chmodSync, existsSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { parseParams } from '../../../src/actions/params.ts';
import { scaleFlags } from '../../../src/actions/scale-flags/action.ts';
import type { FleetNode } from '../../../src/fleet/types.ts';
import { nodeScript } from '../../../src/node/script.ts';
import type { Op } from '../../../src/node/types.ts';
import { context, Sandbox, SHELLS, target } from '../../node/sandbox.ts';

const PATH = 'etc/kubernetes/manifests/kube-apiserver.yaml';
const KUBECTL = readFileSync(join(import.meta.dirname, '../../node/tools/kubectl.sh'), 'utf8');
const MANIFEST = `apiVersion: v1
kind: Pod
metadata:
  name: kube-apiserver
  namespace: kube-system
spec:
  containers:
  - command:
    - kube-apiserver
    - --request-timeout=1m0s
    image: registry.k8s.io/kube-apiserver:v1.31.0
    name: kube-apiserver
`;

let node: Sandbox;
let kubelet: NodeJS.Timeout;
/** Flags with which the server exits at once, as one that does not know them. */
let dies: RegExp;
let pid: number;
let before: Record<string, string> | undefined;

beforeEach(() => {
  node = new Sandbox();
  node.tool('kubectl', KUBECTL);
  node.file(PATH, MANIFEST);
  node.file('etc/kubernetes/admin.conf', 'admin\n');
  chmodSync(join(node.root, PATH), 0o600);
  utimesSync(join(node.root, PATH), 1_700_000_000, 1_700_000_000);
  dies = /never/;
  pid = 100;
  before = undefined;
  let ran = '';
  const follow = () => {
    const text = readFileSync(join(node.root, PATH), 'utf8');
    if (text === ran) return;
    rmSync(join(node.root, `proc/${pid}`), { recursive: true, force: true });
    rmSync(join(node.root, 'api'), { recursive: true, force: true });
    ran = text;
    pid++;
    if (dies.test(text)) return;
    const words = [...text.matchAll(/^ {4}- (\S+)$/gm)].map(([, word]) => word);
    node.file(`proc/${pid}/stat`, `${pid} (kube-apiserver) S ${'0 '.repeat(18)}${pid}\n`);
    node.file(`proc/${pid}/cmdline`, `${words.join('\0')}\0`);
    node.file(`proc/${pid}/comm`, 'kube-apiserver\n');
    node.file('api/_readyz', 'ok');
  };
  follow();
  // What a kubelet does about a manifest that changed.
  kubelet = setInterval(follow, 200);
});
afterEach(() => {
  clearInterval(kubelet);
  node.remove();
});

async function run(
  op: Op,
  flag: string,
  more: { run?: string; deadlineMs?: number; others?: FleetNode[]; lastServer?: boolean } = {},
) {
  const text = nodeScript({
    action: scaleFlags,
    params: parseParams(scaleFlags, { flag, wait: '3s', lastServer: more.lastServer }, 'scale'),
    op,
    runId: more.run ?? 'r1',
    stepId: 's1',
    notAfter: new Date(Date.now() + 600_000),
    deadlineMs: more.deadlineMs ?? 60_000,
    context: context([{ ...target(), machineId: target().machineId! }, ...(more.others ?? [])]),
    before: () => before,
  }).textFor(target(), 'ssh');
  const { result, stderr } = await node.run(text, SHELLS[0]!);
  if (more.deadlineMs === undefined) expect(stderr).toBe('');
  if (op === 'apply') before = result?.before;
  return result!;
}
const manifest = () => readFileSync(join(node.root, PATH), 'utf8');
const file = () => {
  const { ino, mode, mtimeMs, uid } = statSync(join(node.root, PATH));
  return { ino, mode, mtimeMs, uid, text: manifest() };
};

it('waits for the restarted server, and undo restores the very file', async () => {
  const was = file();
  const done = await run('apply', 'request-timeout=90s,goaway-chance=0.001');
  expect(done).toMatchObject({ state: 'changed' });
  expect(done.note).toContain('is ready');
  expect(manifest()).toBe(
    MANIFEST.replace('1m0s', '90s').replace(
      '- kube-apiserver\n',
      '- kube-apiserver\n    - --goaway-chance=0.001\n',
    ),
  );
  expect(file()).toMatchObject({ mode: was.mode, uid: was.uid });
  expect(pid).toBe(102);
  expect((await run('verify', 'request-timeout=90s,goaway-chance=0.001')).state).toBe('ok');
  const back = await run('undo', 'request-timeout=90s,goaway-chance=0.001');
  expect(back).toMatchObject({ state: 'changed', note: expect.stringContaining('the server is ready') });
  expect(file()).toEqual(was);
  expect(pid).toBe(103);
});

it('puts the former manifest back where the server does not come back with the flags', async () => {
  const was = file();
  dies = /inflight/;
  const result = await run('apply', 'max-requests-inflight=800');
  expect(result).toMatchObject({ state: 'failed', code: 'not-started' });
  expect(result.note).toBe(
    'no kube-apiserver runs within 3s; the former manifest is back, and the server is ready again',
  );
  expect(file()).toEqual(was);
});

it('overwrites nothing that somebody changed since', async () => {
  await run('apply', 'max-requests-inflight=800');
  const theirs = manifest().replace('v1.31.0', 'v1.31.1');
  writeFileSync(join(node.root, PATH), theirs);
  const result = await run('undo', 'max-requests-inflight=800');
  expect(result).toMatchObject({ state: 'failed', code: 'changed-since' });
  expect(result.note).toMatch(/the former one is kept as .*fireaxe-flags\/kube-apiserver\.yaml\.r1\.s1$/);
  expect(manifest()).toBe(theirs);
});

it('undoes two runs one after the other, the later one first', async () => {
  const was = file();
  await run('apply', 'max-requests-inflight=800');
  const first = before;
  await run('apply', 'max-requests-inflight=1600', { run: 'r2' });
  const second = before;
  before = first;
  expect((await run('undo', 'max-requests-inflight=800')).code).toBe('changed-since');
  before = second;
  expect((await run('undo', 'max-requests-inflight=1600', { run: 'r2' })).state).toBe('changed');
  before = first;
  rmSync(join(node.root, 'run/fireaxe'), { recursive: true });
  expect((await run('undo', 'max-requests-inflight=800')).state).toBe('changed');
  expect(file()).toEqual(was);
});

it('keeps the very first file where a reboot took the receipt, and undo restores it', async () => {
  const was = file();
  await run('apply', 'max-requests-inflight=800');
  rmSync(join(node.root, 'run/fireaxe'), { recursive: true });
  const again = await run('apply', 'max-requests-inflight=800');
  expect(again).toMatchObject({ state: 'changed', note: expect.stringContaining('is ready') });
  expect((await run('undo', 'max-requests-inflight=800')).state).toBe('changed');
  expect(file()).toEqual(was);
});

it('undoes what it did where a reboot took the receipt before the outcome was heard', async () => {
  const was = file();
  await run('apply', 'max-requests-inflight=800');
  rmSync(join(node.root, 'run/fireaxe'), { recursive: true });
  before = undefined;
  expect((await run('undo', 'max-requests-inflight=800')).state).toBe('changed');
  expect(file()).toEqual(was);
  expect(existsSync(join(node.root, 'etc/kubernetes/fireaxe-flags'))).toBe(false);
  rmSync(join(node.root, 'run/fireaxe'), { recursive: true });
  expect((await run('undo', 'max-requests-inflight=800')).state).toBe('already');
});

it('says where the kubelet restarts nothing', async () => {
  clearInterval(kubelet);
  expect((await run('apply', 'max-requests-inflight=800')).note).toBe(
    'kube-apiserver runs without --max-requests-inflight=800 within 3s; the former manifest is back, but 3s later ' +
      'the server from before still runs: the kubelet has restarted nothing',
  );
});

it('says of a server whose manifest is only just back that it has not started again yet', async () => {
  dies = /inflight/;
  setTimeout(() => clearInterval(kubelet), 1500);
  expect((await run('apply', 'max-requests-inflight=800')).note).toBe(
    'no kube-apiserver runs within 3s; the former manifest is back, but 3s later the server has not started again yet',
  );
});

it('puts the former manifest back at its deadline, where kubectl hangs', async () => {
  const was = file();
  node.tool('kubectl', '#!/bin/sh\nexec sleep 100\n');
  const result = await run('apply', 'max-requests-inflight=800', { deadlineMs: 18_000 });
  expect(result).toMatchObject({ state: 'failed', code: 'deadline' });
  expect(result.note).toContain('the former manifest is back');
  expect(file()).toEqual(was);
});

it('undoes the later of two runs first, even if it set what was there at first', async () => {
  writeFileSync(join(node.root, PATH), MANIFEST.replace('1m0s', '60s'));
  const was = file();
  await run('apply', 'request-timeout=90s');
  const first = before;
  await run('apply', 'request-timeout=60s', { run: 'r2' });
  const second = before;
  expect(manifest()).toBe(was.text);
  before = first;
  expect(await run('undo', 'request-timeout=90s')).toMatchObject({ state: 'failed', code: 'changed-since' });
  before = second;
  expect((await run('undo', 'request-timeout=60s', { run: 'r2' })).state).toBe('changed');
  before = first;
  expect((await run('undo', 'request-timeout=90s')).state).toBe('changed');
  expect(file()).toEqual(was);
});

it('leaves the flags of other containers of the pod alone', async () => {
  const sidecar = '  - args:\n    - --request-timeout=5s\n    name: proxy\n';
  writeFileSync(join(node.root, PATH), MANIFEST + sidecar);
  expect((await run('apply', 'request-timeout=90s')).state).toBe('changed');
  expect(manifest()).toBe(MANIFEST.replace('1m0s', '90s') + sidecar);
});

it('finds the flags where the program and its arguments are two lists', async () => {
  const apart = MANIFEST.replace('  - command:\n    - kube-apiserver\n', '  - args:\n').replace(
    '    image:',
    '    command:\n    - kube-apiserver\n    image:',
  );
  writeFileSync(join(node.root, PATH), apart);
  await run('apply', 'request-timeout=90s');
  expect(manifest()).toBe(apart.replace('1m0s', '90s'));
});

const OTHERS = ['10.0.9.1', '10.0.9.2'].map(
  (address, n): FleetNode => ({
    ...{ name: `cp-${n + 7}`, cluster: 'c', roles: ['control-plane'], address, labels: {} },
  }),
);
const servers = (...states: string[]) => {
  for (const [n, state] of states.entries()) node.file(`servers/${OTHERS[n]!.address}`, state);
};

it('restarts a server while another one is ready', async () => {
  servers('down', 'ready');
  expect((await run('apply', 'request-timeout=90s', { others: OTHERS })).state).toBe('changed');
});

it('does not restart the last server that is ready, and changes nothing', async () => {
  servers('down', 'down');
  const was = file();
  for (const op of ['check', 'apply'] as const)
    expect(await run(op, 'request-timeout=90s', { others: OTHERS })).toMatchObject({
      state: 'refused',
      code: 'last-server',
      note: expect.stringContaining('no other API server is ready (10.0.9.1 10.0.9.2)'),
    });
  expect(file()).toEqual(was);
  expect((await run('apply', 'request-timeout=90s', { others: OTHERS, lastServer: true })).state).toBe(
    'changed',
  );
}, 60_000);

it('restarts a server that is not ready itself, whatever the others are', async () => {
  servers('down', 'down');
  rmSync(join(node.root, 'api'), { recursive: true });
  expect((await run('apply', 'request-timeout=90s', { others: OTHERS })).state).toBe('changed');
});

it('waits some seconds for another one that is about to be ready', async () => {
  servers('down', 'down');
  setTimeout(() => servers('ready'), 2500);
  expect((await run('apply', 'request-timeout=90s', { others: OTHERS })).state).toBe('changed');
});

it('goes back although no other one is ready, and says so', async () => {
  servers('ready', 'down');
  await run('apply', 'request-timeout=90s', { others: OTHERS });
  servers('down', 'down');
  const back = await run('undo', 'request-timeout=90s', { others: OTHERS });
  expect(back).toMatchObject({
    state: 'changed',
    note: expect.stringContaining('no other API server is ready'),
  });
}, 60_000);
