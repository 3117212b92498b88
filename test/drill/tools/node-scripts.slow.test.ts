import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { actionNamed } from '../../../src/actions/registry.ts';
import { ClusterDns } from '../../../src/drill/dns/cluster-dns.ts';
import { fullName, SERVICES } from '../../../src/drill/dns/names.ts';
import { SYSTEM_POOL } from '../../../src/drill/machines.ts';
import type { SimulatedNode } from '../../../src/drill/node/node.ts';
import type { LabConnection } from '../../../src/drill/types.ts';
import { nodeScript } from '../../../src/node/script.ts';
import type { Op } from '../../../src/node/types.ts';
import { splitResult } from '../../../src/transport/node-output.ts';
import { context, fleetNode, target } from '../../node/sandbox.ts';
import { connect, run, type TestLab, testLab } from '../node/lab.ts';

// The very scripts that production nodes run, by real SSH and real sh, against a lab node's tools.
let lab: TestLab;
let server: SimulatedNode;
let worker: SimulatedNode;
let ssh: Awaited<ReturnType<typeof connect>>;
beforeEach(async () => {
  lab = await testLab();
  server = await lab.node({ address: '10.0.0.1', roles: ['control-plane'] });
  worker = await lab.node({ address: '10.0.1.5' });
  ssh = await connect(server);
});
afterEach(async () => {
  ssh.end();
  await lab.close();
});

async function act(
  node: SimulatedNode,
  op: Op,
  action: string,
  params: object,
  stepId = 's1',
  parsed = false,
) {
  const client = node === server ? ssh : await connect(node);
  const declared = actionNamed(action);
  const nodes = [server, worker].map(({ spec }) =>
    fleetNode({ name: spec.name, address: spec.address, roles: spec.roles, machineId: spec.machineId }),
  );
  const script = nodeScript({
    action: declared,
    params: parsed ? params : declared.params.parse(params),
    op,
    runId: 'r1',
    stepId,
    notAfter: new Date(Date.now() + 600_000),
    deadlineMs: 60_000,
    context: context(nodes),
  });
  const { machineId, instanceId } = node.spec;
  const text = script.textFor(target({ name: node.spec.name, machineId, instanceId }), 'ssh');
  const ran = await run(client, `exec /bin/sh -c 'eval "$(cat)"'`, text);
  if (client !== ssh) client.end();
  const { result } = splitResult(ran.stdout, script.nonce);
  expect(result, ran.stdout + ran.stderr).toBeDefined();
  return result!;
}

function open(from: SimulatedNode): { closed(): boolean } {
  let closed = false;
  const connection: LabConnection = {
    from,
    to: server,
    fromPort: 40_000,
    toPort: 6443,
    close() {
      closed = true;
      lab.network.untrack(connection);
    },
  };
  lab.network.track(connection);
  return { closed: () => closed };
}

const verdict = (from: SimulatedNode) => lab.network.verdict(from, server, 6443, 'new');

test('a fence cuts the worker off, keeps its own access, is kept, and is undone', async () => {
  const held = open(worker);
  expect(await act(server, 'check', 'fence', {})).toMatchObject({ state: 'would', data: { clients: '1' } });
  expect(verdict(worker)).toBe('accept');
  expect(await act(server, 'apply', 'fence', {})).toMatchObject({
    state: 'changed',
    data: { closed: '1', left: '0' },
  });
  expect(held.closed()).toBe(true);
  expect(verdict(worker)).toBe('reject');
  expect(verdict(server)).toBe('accept');
  expect(await act(server, 'keep', 'fence', {})).toMatchObject({ state: 'changed' });
  expect(await act(server, 'verify', 'fence', {})).toMatchObject({ state: 'ok', data: { armed: 'no' } });
  expect(await act(server, 'check', 'fence', {}, 's2')).toMatchObject({ state: 'already' });
  expect(await act(server, 'undo', 'fence', {})).toMatchObject({ state: 'changed' });
  expect(verdict(worker)).toBe('accept');
  expect((await run(ssh, 'nft list ruleset')).stdout).toBe('');
});

test('readmission opens the fence for the clients it names, and closes it again', async () => {
  await act(server, 'apply', 'fence', {});
  expect(await act(server, 'apply', 'readmit', { clients: [worker.spec.address] }, 's3')).toMatchObject({
    state: 'changed',
  });
  expect(verdict(worker)).toBe('accept');
  expect(await act(server, 'undo', 'readmit', { clients: [worker.spec.address] }, 's3')).toMatchObject({
    state: 'changed',
  });
  expect(verdict(worker)).toBe('reject');
});

test('a fence that is not kept is reverted by the node', async () => {
  // Shorter than a person may ask for.
  const fence = { ...(actionNamed('fence').params.parse({}) as object), timer: 4 };
  const applied = act(server, 'apply', 'fence', fence, 's1', true);
  const timer = () => server.systemd.units().find((unit) => unit.name.endsWith('.timer'));
  await expect.poll(timer).toMatchObject({ active: 'active', sub: 'waiting' });
  expect(await applied).toMatchObject({ state: 'changed' });
  await expect.poll(() => verdict(worker)).toBe('accept');
  await expect.poll(() => existsSync(join(server.root, 'run/fireaxe/r1/s1/fired'))).toBe(true);
});

test('a held process is frozen, its successor too, until it is released', async () => {
  const spawn = () =>
    worker.spawn({ comm: 'telemetry-agent', args: ['/bin/telemetry-agent'], cgroup: '/pods/a' });
  const other = worker.spawn({ comm: 'kubelet', args: ['kubelet'], cgroup: '/' });
  const first = spawn();
  expect(await act(worker, 'check', 'stop', { process: 'telemetry-agent' })).toMatchObject({
    state: 'would',
    data: { running: '1' },
  });
  expect(await act(worker, 'apply', 'stop', { process: 'telemetry-agent' })).toMatchObject({
    state: 'changed',
    data: { running: '0', held: '1' },
  });
  expect(await first.turn()).toBe(false);
  expect(await other.turn()).toBe(true);
  first.kill('SIGKILL');
  const second = spawn();
  await expect.poll(() => second.turn(), { interval: 100 }).toBe(false);
  expect(await act(worker, 'verify', 'stop', { process: 'telemetry-agent' })).toMatchObject({ state: 'ok' });
  expect(await act(worker, 'check', 'stop', { process: 'telemetry-agent' }, 's2')).toMatchObject({
    state: 'already',
  });
  expect(await act(worker, 'undo', 'stop', { process: 'telemetry-agent' })).toMatchObject({
    state: 'changed',
  });
  await expect.poll(() => second.turn()).toBe(true);
  expect(worker.systemd.units()).toEqual([]);
});

const PATIENT = { timeout: 15_000 };

test('a CoreDNS that restarts without the API is held and answers, until it is freed', {
  timeout: 30_000,
}, async () => {
  let code = 200;
  const api = createServer((_request, response) => response.writeHead(code).end('{}'));
  await new Promise<void>((listening) => api.listen(0, '127.0.0.1', listening));
  const door = { node: server, port: () => (api.address() as AddressInfo).port };
  worker.spec.labels.pool = SYSTEM_POOL;
  const dns = new ClusterDns({
    seed: 1,
    network: 0,
    nodes: [server, worker],
    kubeletActive: () => true,
    client: (node) => ({ node, network: lab.network, doors: [door], first: 0 }),
  });
  dns.start();
  try {
    await expect.poll(() => dns.resolve(0), PATIENT).toEqual({ now: true, unheld: true });
    expect(await act(worker, 'check', 'dns-hold', {}, 's1')).toMatchObject({
      data: { own: '1', fails: '0' },
    });
    code = 503;
    dns.kill(0);
    const asked = `dig @10.244.0.53 ${fullName('cart.shop')}`;
    await expect.poll(async () => (await run(ssh, asked)).stdout, PATIENT).toContain('SERVFAIL');
    expect(await act(worker, 'apply', 'dns-hold', { untilSynced: 'true' }, 's2')).toMatchObject({
      state: 'changed',
      note: expect.stringContaining(`${SERVICES.length} names answered at 1 CoreDNS`),
    });
    expect(dns.resolve(0)).toEqual({ now: true, unheld: false });
    expect(await act(worker, 'verify', 'dns-hold', {}, 's2')).toMatchObject({ data: { held: '1' } });
    expect(await act(server, 'check', 'dns-hold', {}, 's2')).toMatchObject({ state: 'already' });
    // One that restarts again is held by the watch on its node.
    dns.kill(0);
    await expect.poll(() => dns.resolve(0).now, PATIENT).toBe(true);
    code = 200;
    await expect.poll(() => dns.resolve(0).unheld, PATIENT).toBe(true);
    expect(await act(worker, 'undo', 'dns-hold', {}, 's2')).toMatchObject({ state: 'changed' });
    expect(dns.held()).toEqual({ now: 0, of: 1 });
    await expect.poll(() => dns.resolve(0).now, PATIENT).toBe(true);
  } finally {
    dns.stop();
    api.close();
  }
});

test('a held unit stays down under Restart=always, and comes back', async () => {
  worker.systemd.install({
    name: 'agent.service',
    restart: 'always',
    process: { comm: 'agent', args: ['agent'] },
  });
  await worker.systemd.start('agent.service');
  expect(await act(worker, 'apply', 'stop', { unit: 'agent' })).toMatchObject({
    state: 'changed',
    before: { unit: 'agent.service:active:loaded:enabled' },
  });
  expect(worker.processes()).toEqual([]);
  expect(await act(worker, 'verify', 'stop', { unit: 'agent' })).toMatchObject({ state: 'ok' });
  expect(await act(worker, 'undo', 'stop', { unit: 'agent' })).toMatchObject({ state: 'changed' });
  expect(worker.systemd.unit('agent.service').active).toBe('active');
  expect(worker.systemd.files.state('agent.service')).toBe('enabled');
});

test('a transient unit is held and comes back as it was', async () => {
  await run(
    ssh,
    'systemd-run -q --unit=odd --property=Restart=always sh -c "echo $$ >>\\"$FIREAXE_ROOT/run/odd\\"; sleep 60"',
  );
  const starts = () => readFileSync(join(server.root, 'run/odd'), 'utf8').trim().split('\n').length;
  await expect.poll(() => existsSync(join(server.root, 'run/odd')) && starts()).toBe(1);
  expect(await act(server, 'apply', 'stop', { unit: 'odd.service' })).toMatchObject({ state: 'changed' });
  expect(server.systemd.unit('odd.service').active).toBe('inactive');
  expect(await act(server, 'undo', 'stop', { unit: 'odd.service' })).toMatchObject({ state: 'changed' });
  await expect.poll(starts).toBe(2);
});

test('a cordon refuses new users, lets the running ones finish, and is undone', async () => {
  const at = (port: number, packet: 'new' | 'established') =>
    lab.network.verdict(worker, server, port, packet);
  expect(await act(server, 'apply', 'cordon', { port: ['10256', '30000-32767'] })).toMatchObject({
    state: 'changed',
  });
  expect([at(30_443, 'new'), at(30_443, 'established'), at(10_256, 'new'), at(6443, 'new')]).toEqual([
    'reject',
    'accept',
    'reject',
    'accept',
  ]);
  expect(await act(server, 'keep', 'cordon', { port: ['10256', '30000-32767'] })).toMatchObject({
    state: 'changed',
  });
  expect(await act(server, 'undo', 'cordon', { port: ['10256', '30000-32767'] })).toMatchObject({
    state: 'changed',
  });
  expect(at(30_443, 'new')).toBe('accept');
});

test('a check leaves the machine as it was', async () => {
  worker.systemd.install({ name: 'agent.service', process: { comm: 'agent', args: ['agent'] } });
  await worker.systemd.start('agent.service');
  const client = await connect(worker);
  const picture = async () =>
    (
      await run(
        client,
        'nft list ruleset; systemctl list-units --all --plain; cd "$FIREAXE_ROOT"; find . | sort; cat proc/*/stat',
      )
    ).stdout;
  const before = await picture();
  await act(worker, 'check', 'fence', {});
  await act(worker, 'check', 'stop', { unit: 'agent' });
  await act(worker, 'check', 'stop', { process: 'agent' });
  await act(worker, 'check', 'cordon', {});
  expect(await picture()).toBe(before);
  client.end();
});
