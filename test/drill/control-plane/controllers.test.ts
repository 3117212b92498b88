import { expect, test } from 'vitest';
import { Controllers } from '../../../src/drill/control-plane/controllers.ts';
import { Etcd } from '../../../src/drill/control-plane/etcd.ts';
import { daemonSet } from '../../../src/drill/control-plane/objects.ts';
import { writeStaticPods } from '../../../src/drill/control-plane/static-pods.ts';
import { Store } from '../../../src/drill/control-plane/store.ts';
import { createRandom } from '../../../src/drill/random.ts';
import { CLOCKS } from '../../../src/drill/time-scale.ts';
import { fakeMachine } from '../fake-machine.ts';

/** Two controller-managers and a worker; `pods` lets them act until a time and counts the pods that are there then. */
function managers() {
  const random = createRandom(1, 'test');
  const store = new Store(random);
  const etcd = new Etcd([{ name: 'cp-1', running: () => true }], () => store.revision());
  const ready = new Set([1, 2]);
  const hosts = [1, 2].map((n) => {
    const node = fakeMachine(`cp-${n}`, 'control-plane');
    writeStaticPods(node.root);
    return { node, ready: () => ready.has(n) };
  });
  let now = 1000;
  const worker = fakeMachine('w1');
  const controllers = new Controllers(
    store,
    etcd,
    hosts,
    () => [worker],
    random,
    () => now,
    2500,
  );
  controllers.sync();
  store.put('daemonsets', daemonSet({ name: 'a', namespace: 'm', labels: {}, image: 'i', args: [] }));
  const pods = (after: number) => {
    for (const end = now + after; now < end; ) {
      now += CLOCKS.controllerPeriod;
      controllers.sync();
    }
    return store.list('pods').length;
  };
  return { ready, pods };
}

test('the leader acts at once', () => {
  expect(managers().pods(CLOCKS.controllerPeriod)).toBe(1);
});

test('another one takes over only when the lease of a dead leader has run out', () => {
  const { ready, pods } = managers();
  ready.delete(1);
  expect(pods(CLOCKS.leaderLease - CLOCKS.controllerPeriod)).toBe(0);
  expect(pods(CLOCKS.controllerPeriod)).toBe(1);
});

test('a leader that comes back within its lease stays the leader', () => {
  const { ready, pods } = managers();
  ready.delete(1);
  expect(pods(CLOCKS.controllerPeriod)).toBe(0);
  ready.add(1);
  expect(pods(CLOCKS.controllerPeriod)).toBe(1);
});
