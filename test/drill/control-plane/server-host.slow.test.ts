import { rmSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { COST } from '../../../src/drill/control-plane/capacity.ts';
import { ControlPlane } from '../../../src/drill/control-plane/control-plane.ts';
import { writeStaticPods } from '../../../src/drill/control-plane/static-pods.ts';
import { createRandom } from '../../../src/drill/random.ts';
import { fakeMachine, until } from '../fake-machine.ts';

async function started(finished: (end: () => void) => void) {
  const nodes = [1, 2, 3].map((i) => fakeMachine(`cp-${i}`, 'control-plane'));
  for (const node of nodes) writeStaticPods(node.root);
  const made = new ControlPlane(
    nodes,
    () => [],
    createRandom(1, 'test'),
    {
      costs: { listUnits: 6, nodeListUnits: 1, listBytes: COST.list },
      wideWatchBytes: COST.watch,
      now: () => performance.now(),
    },
    () => true,
    2500,
  );
  finished(() => made.stop());
  made.start();
  await until('all ready', () => made.ready() === 3);
  return { plane: made, nodes, host: made.hosts[0]! };
}

/** The code, or why there was none. */
function get(port: number, path: string): Promise<number | string> {
  return new Promise((resolve) => {
    const req = request({ host: '127.0.0.1', port, path, agent: false }, (res) => {
      res.resume().once('end', () => resolve(res.statusCode ?? 0));
    });
    req.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'error'));
    req.end();
  });
}

test.concurrent('answers health checks and lists by real HTTP', async ({ onTestFinished }) => {
  const { host } = await started(onTestFinished);
  expect(await get(host.port(), '/readyz')).toBe(200);
  expect(await get(host.port(), '/api/v1/pods')).toBe(200);
  expect(await get(host.port(), '/api/v9')).toBe(404);
});

test.concurrent('a flood of lists kills it, and it comes back', async ({ onTestFinished }) => {
  const { host } = await started(onTestFinished);
  const codes: unknown[] = [];
  // The clients never give up, so the server is saturated however slow this machine is.
  const client = async () => {
    while (host.view().deaths === 0) codes.push(await get(host.port(), '/api/v1/pods'));
  };
  await Promise.all(Array.from({ length: 80 }, client));
  expect(codes).toContain('ECONNRESET');
  await until('it is ready again', () => host.ready());
});

test.concurrent('more cheap requests than it has seats: the rest gets 429, and it lives', async ({
  onTestFinished,
}) => {
  const { host } = await started(onTestFinished);
  const path = '/apis/apps/v1/namespaces/a/daemonsets/b';
  const codes = await Promise.all(Array.from({ length: 600 }, () => get(host.port(), path)));
  expect(codes).toContain(429);
  expect(codes).toContain(404);
  expect(host.answers().bad).toBeGreaterThan(0);
  expect(host.view().deaths).toBe(0);
});

test.concurrent('two machines of three without power: no quorum, no server is ready', async ({
  onTestFinished,
}) => {
  const { plane: all, nodes, host } = await started(onTestFinished);
  await nodes[1]!.powerOff();
  await until('two are left', () => all.ready() === 2);
  await nodes[2]!.powerOff();
  await until('none is ready', () => all.ready() === 0);
  expect(await get(host.port(), '/readyz')).toBe(500);
  expect(await get(host.port(), '/api/v1/pods')).toBe(500);
});

test.concurrent('a bigger machine has more memory and starts at once', async ({ onTestFinished }) => {
  const { host, nodes } = await started(onTestFinished);
  const before = host.view().memoryLimit;
  await nodes[0]!.powerOff();
  await until('it is gone', () => host.port() === 0);
  nodes[0]!.spec.instanceType = 'm6i.8xlarge';
  await nodes[0]!.powerOn();
  await until('it is back', () => host.ready());
  expect(host.view().memoryLimit).toBeGreaterThan(7 * before);
});

test.concurrent('without its manifest it stops', async ({ onTestFinished }) => {
  const { host, nodes } = await started(onTestFinished);
  rmSync(join(nodes[0]!.root, 'etc/kubernetes/manifests/kube-apiserver.yaml'));
  await until('it stopped', () => host.port() === 0);
});

test.concurrent('after many crashes it waits in the longest back-off, until its exited container is removed', async ({
  onTestFinished,
}) => {
  const { host } = await started(onTestFinished);
  host.crashLoop();
  expect([host.stateOf('kube-apiserver'), host.view().deaths, host.ready()]).toEqual(['waiting', 1, false]);
  host.forgetExited('kube-apiserver');
  await until('ready again', () => host.ready());
});
