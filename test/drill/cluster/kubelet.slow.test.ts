import { expect, test } from 'vitest';
import { Kubelet } from '../../../src/drill/cluster/kubelet.ts';
import { COST } from '../../../src/drill/control-plane/capacity.ts';
import { ControlPlane } from '../../../src/drill/control-plane/control-plane.ts';
import { daemonSet, podOf } from '../../../src/drill/control-plane/objects.ts';
import { writeStaticPods } from '../../../src/drill/control-plane/static-pods.ts';
import { createRandom } from '../../../src/drill/random.ts';
import { LOAD } from '../../../src/drill/scenarios/telemetry-flood/about.ts';
import { loadFor } from '../../../src/drill/scenarios/telemetry-flood/load.ts';
import { Offender } from '../../../src/drill/scenarios/telemetry-flood/offender.ts';
import { type FakeMachine, fakeMachine, fakeNetwork, until } from '../fake-machine.ts';

type Finished = (end: () => void) => void;

/** One worker with its kubelet and its offender before a healthy control plane. */
async function worker(finished: Finished, fetched: () => boolean = () => true) {
  const masters = [1, 2, 3].map((i) => fakeMachine(`cp-${i}`, 'control-plane'));
  for (const node of masters) writeStaticPods(node.root);
  const node = fakeMachine('w1');
  const network = fakeNetwork();
  const load = loadFor(48, LOAD, 'm6i.xlarge', 3, 500, 750);
  const plane = new ControlPlane(
    masters,
    () => [node],
    createRandom(1, 'test'),
    {
      costs: { listUnits: 1, nodeListUnits: 1, listBytes: COST.list },
      wideWatchBytes: COST.smallWatch,
      now: () => performance.now(),
    },
    () => true,
    2500,
  );
  finished(() => plane.stop());
  plane.start();
  await until('ready', () => plane.ready() === 3);
  const set = plane.store.put(
    'daemonsets',
    daemonSet({ name: 'agent', namespace: 'mon', labels: { app: 'agent' }, image: 'i', args: [] }),
  );
  const pod = plane.store.put('pods', podOf(set, 'w1', 'a'));
  const active = { value: true };
  const client = { node, network, doors: plane.hosts, first: 0 };
  const kubelet = new Kubelet({
    ...client,
    everyMs: 500,
    leaseMs: 2000,
    beginAfterMs: 0,
    pods: [pod],
    random: createRandom(1, 'kubelet'),
    active: () => active.value,
    fetched,
    runs: (_, restart) =>
      new Offender({ ...client, load, comm: 'agent', args: [], cgroup: '/', phase: 0, restart }),
  });
  finished(() => kubelet.stop());
  await until('it reports', () => kubelet.leaseFresh());
  return {
    plane,
    node,
    network,
    kubelet,
    active,
    removeSet: () => plane.store.delete('daemonsets', 'mon', 'agent'),
  };
}

// On a busy machine a probe may have killed the first one already: another has taken its place, or will.
const offender = (kubelet: Kubelet<Offender>) => kubelet.containers()[0];
const running = (node: FakeMachine) => node.processes.findLast((process) => process.alive());

test.concurrent('the offender lists and watches by real HTTP, as ss would show', async ({
  onTestFinished,
}) => {
  const { plane, network, kubelet } = await worker(onTestFinished);
  const connections = () => [...network.open].filter((c) => c.pid === offender(kubelet)?.process.pid);
  await until('its watches are open', () => offender(kubelet)?.watches() === 3 && connections().length >= 3);
  await until('its lists are answered', () => plane.hosts[0]!.answers().good > 3);
});

test.concurrent('a killed offender is started again: at once, then after a wait', async ({
  onTestFinished,
}) => {
  const { kubelet, node } = await worker(onTestFinished);
  const killed = async () => {
    await until('it runs', () => running(node) !== undefined);
    const from = Date.now();
    const one = running(node)!;
    one.kill('SIGKILL');
    await until('the next runs', () => ![undefined, one].includes(running(node)));
    return Date.now() - from;
  };
  await killed();
  expect(await killed()).toBeGreaterThan(400);
  expect(kubelet.restarts()).toBe(node.processes.length - 1);
});

test.concurrent('a stopped offender asks nothing, keeps its watches, and is killed by its liveness probe', async ({
  onTestFinished,
}) => {
  const { kubelet, node } = await worker(onTestFinished);
  await until(
    'it turns, with its watches',
    () => offender(kubelet)?.turns() === true && offender(kubelet)?.watches() === 3,
  );
  const first = offender(kubelet)!;
  first.process.kill('SIGSTOP');
  await until('the probe killed it', () => {
    if (first.process.alive()) expect(first.watches()).toBe(3);
    return !first.process.alive();
  });
  await until('another runs', () => running(node) !== undefined);
});

test.concurrent('the end of the DaemonSet is learnt through the API and ends the offender for good', async ({
  onTestFinished,
}) => {
  const { kubelet, node, removeSet } = await worker(onTestFinished);
  await until('it turns', () => offender(kubelet)?.turns() === true);
  removeSet();
  await until('nothing is wanted', () => kubelet.wanted() === 0 && !running(node));
  const before = node.processes.length;
  await new Promise((resolve) => setTimeout(resolve, 700));
  expect(node.processes).toHaveLength(before);
});

test.concurrent('a fenced kubelet learns nothing, and catches up when it is let in', async ({
  onTestFinished,
}) => {
  const { kubelet, network, removeSet } = await worker(onTestFinished);
  network.verdicts.new = network.verdicts.established = 'reject';
  await until('it is fenced', () => kubelet.fenced());
  removeSet();
  await new Promise((resolve) => setTimeout(resolve, 1200));
  expect(kubelet.wanted()).toBe(1);
  network.verdicts.new = network.verdicts.established = 'accept';
  await until('it knows', () => kubelet.wanted() === 0);
  expect(kubelet.fenced()).toBe(false);
});

test.concurrent('a kubelet whose lease is refused still lists and watches its pods', async ({
  onTestFinished,
}) => {
  const { plane, kubelet, network, removeSet } = await worker(onTestFinished);
  network.verdicts.new = network.verdicts.established = 'reject';
  await until('its lease is stale', () => !kubelet.leaseFresh());
  removeSet();
  plane.etcd.stopCompacting();
  plane.etcd.grow(plane.etcd.quotaBytes);
  plane.store.delete('pods', 'mon', 'agent-a');
  network.verdicts.new = network.verdicts.established = 'accept';
  await until('it knows', () => kubelet.wanted() === 0, 10_000);
  expect(kubelet.leaseFresh()).toBe(false);
});

test.concurrent('a fenced client is gone, but the server still holds its watches until they are closed there', async ({
  onTestFinished,
}) => {
  const { kubelet, network } = await worker(onTestFinished);
  await until('its watches are open', () => offender(kubelet)?.watches() === 3);
  const first = offender(kubelet)!;
  const { pid } = first.process;
  network.verdicts.new = network.verdicts.established = 'reject';
  await until('the client gave up', () => first.watches() === 0);
  const left = () => [...network.open].filter((c) => c.pid === pid);
  expect(left().length).toBeGreaterThanOrEqual(3);
  for (const connection of left()) connection.close();
  await until('closed at the server', () => left().length === 0);
});

test.concurrent('a stopped kubelet neither restarts nor probes the offender', async ({ onTestFinished }) => {
  const { active, node } = await worker(onTestFinished);
  active.value = false;
  running(node)?.kill('SIGKILL');
  const before = node.processes.length;
  await new Promise((resolve) => setTimeout(resolve, 1000));
  expect(node.processes).toHaveLength(before);
});

test.concurrent('a pod waits without a container until its images are there', async ({ onTestFinished }) => {
  let here = false;
  const { kubelet } = await worker(onTestFinished, () => here);
  // Its first lease came several looks later.
  expect(kubelet.pods()).toMatchObject([{ container: undefined, restarts: 0 }]);
  here = true;
  await until('it runs', () => kubelet.containers().length === 1);
  expect(kubelet.pods()).toMatchObject([{ container: kubelet.containers()[0] }]);
});
