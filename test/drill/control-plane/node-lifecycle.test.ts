import { expect, test } from 'vitest';
import { carried } from '../../../src/drill/cluster/services.ts';
import { NodeLifecycle } from '../../../src/drill/control-plane/node-lifecycle.ts';
import { lease } from '../../../src/drill/control-plane/objects.ts';
import { Store } from '../../../src/drill/control-plane/store.ts';
import { createRandom } from '../../../src/drill/random.ts';

/** Nodes a and b, whose kubelets report when told to. */
function nodes() {
  const store = new Store(createRandom(1, 'test'));
  const lifecycle = new NodeLifecycle(store, 2500);
  let count = 0;
  const report = (...names: string[]) => {
    for (const name of names) store.put('leases', lease(name, `t${count++}`, 2));
  };
  report('a', 'b');
  lifecycle.sync(0);
  const at = (now: number) => {
    lifecycle.sync(now);
    return lifecycle.notReady();
  };
  return { store, lifecycle, report, at };
}

test('a node that is silent for the grace period is not ready, and ready again once it reports', () => {
  const { store, report, at } = nodes();
  report('a');
  expect([at(2000), at(2500), at(3000)]).toEqual([0, 1, 1]);
  expect(store.get('nodes', '', 'b')?.status).toEqual({ conditions: [{ type: 'Ready', status: 'Unknown' }] });
  report('b');
  expect(at(3500)).toBe(0);
});

test('a new leader grants a full grace period, and keeps earlier marks', () => {
  const { lifecycle, report, at } = nodes();
  report('a');
  expect(at(2500)).toBe(1);
  lifecycle.newLeader();
  expect([at(4000), at(6000), at(6500)]).toEqual([1, 1, 2]);
});

test('half of the endpoints carry every request, a quarter carries half, none carries none', () => {
  expect([carried(48, 960), carried(24, 960), carried(12, 960), carried(0, 960), carried(0, 0)]).toEqual([
    1, 1, 0.5, 0, 1,
  ]);
});
