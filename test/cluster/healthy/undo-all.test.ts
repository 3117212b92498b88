import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { Fireaxe, runOf } from '../fireaxe.ts';
import { playbook } from '../gate.ts';
import { here } from '../here.ts';
import { CONTROL_PLANE, WORKERS } from '../layout.ts';
import { offenderGone, offenderOn } from '../offender.ts';
import { eventually } from '../patience.ts';
import { objectsPicture } from '../picture.ts';
import { etcdctl, freshLeases, machinePicture, objects, peersOf, readyz, running } from '../truth.ts';
import { settled } from '../well.ts';

const cluster = here();
const fireaxe = new Fireaxe(cluster);
const REAL = ['-l', 'role=worker,kind!=hollow'];
const PATH = '/apis/apps/v1/namespaces/telemetry/daemonsets/telemetry-agent';
const KEY = '/registry/daemonsets/telemetry/telemetry-agent';

const stored = async () => (await etcdctl(cluster, 'cp1', `get ${KEY} --keys-only`)) !== '';
/** Rules of the CNI plugin name the address of each pod, and a new pod has a new one. */
const RULES = "nft -s list ruleset | sed '/chain CNI-/,/}/d; /jump CNI-/d'";
const machines = async () =>
  Object.fromEntries(
    await Promise.all(
      [...CONTROL_PLANE, ...WORKERS].map(async (at) => [
        at,
        `${await machinePicture(cluster, at)}\n${await cluster.sh(at, `${RULES}; systemctl is-active kubelet containerd`)}`,
      ]),
    ),
  );
/** The cluster's objects, once all pods of the offender run again. */
const picture = async () => {
  await settled(cluster);
  await cluster.asked('rollout status -n telemetry daemonset/telemetry-agent --timeout=120s', {
    timeoutMs: 130_000,
  });
  // A kubelet that was held confirms deletions late.
  await eventually('no pod is being deleted', async () =>
    (await objects(cluster, 'pods -n telemetry')).items.every(({ metadata }) => !metadata.deletionTimestamp),
  );
  // A paused component is a container that ended.
  return objectsPicture(cluster, ['kube-controller-manager']);
};

beforeAll(() => offenderOn(cluster, ['telemetryd', '-n', '0']));
afterAll(() => offenderGone(cluster));
beforeEach(() => settled(cluster));
afterEach(async () => {
  await fireaxe.restore();
  await settled(cluster);
});

test('the undo of every run, newest first, leaves the cluster and its machines as they were', async () => {
  const before = { objects: await picture(), machines: await machines() };
  const remove = {
    id: 'remove',
    action: 'kubectl',
    on: 'role=control-plane',
    anyOf: true,
    with: { delete: PATH, pods: 'telemetry/app=telemetry-agent' },
  };
  const changes: string[][] = [
    ['pause', '--yes'],
    ['fence', '--confirm', 'lab 3'],
    ['stop', ...REAL, '--pods', 'telemetry/app=telemetry-agent', '--yes'],
    ['shrink', ...REAL, '--share', '100%', '--yes'],
    ['run', playbook(cluster, 'remove-cause', [remove]), '--confirm', 'lab 3'],
  ];
  const runs: string[] = [];
  for (const words of changes) runs.unshift(runOf(await fireaxe.change(words)));

  // All five hold at the same time.
  expect(await running(cluster, 'cp2', 'kube-controller-manager')).toEqual([]);
  for (const { spec } of cluster.workers) expect(await peersOf(cluster, 'cp1')).not.toContain(spec.address);
  for (const at of WORKERS) {
    expect(await cluster.sh(at, 'systemctl is-active kubelet')).toBe('inactive');
    expect(
      await cluster.sh(
        at,
        'find /sys/fs/cgroup/freezer -name freezer.state -exec grep -l FROZEN {} + | wc -l',
      ),
    ).not.toBe('0');
  }
  expect(await stored()).toBe(false);
  expect((await readyz(cluster, 'cp1')).status).toBe(200);

  const [removal, ...others] = runs;
  await fireaxe.change(['undo', removal!, '--include', 'remove', '--confirm', 'lab 1']);
  expect(await stored()).toBe(true);
  for (const run of others) {
    // Before the controllers run again, the kubelets must have reported.
    if (run === others.at(-1)) await eventually('all kubelets report', reported, 90_000);
    await fireaxe.change(['undo', run, '--yes']);
  }
  expect(await picture()).toEqual(before.objects);
  expect(await machines()).toEqual(before.machines);
});

const reported = async () => (await freshLeases(cluster)).length === 5 + cluster.facts.hollow.length;
