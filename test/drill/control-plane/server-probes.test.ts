import { setImmediate as turnOfLoop } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { COST } from '../../../src/drill/control-plane/capacity.ts';
import { Etcd } from '../../../src/drill/control-plane/etcd.ts';
import { ServerHost } from '../../../src/drill/control-plane/server-host.ts';
import { writeStaticPods } from '../../../src/drill/control-plane/static-pods.ts';
import { Store } from '../../../src/drill/control-plane/store.ts';
import { createRandom } from '../../../src/drill/random.ts';
import { CLOCKS } from '../../../src/drill/time-scale.ts';
import { fakeMachine } from '../fake-machine.ts';

/** A host whose clock stands still between probes; its server answers only when it is given a turn. */
function host(finished: (end: () => void) => void) {
  const node = fakeMachine('cp-1', 'control-plane');
  writeStaticPods(node.root);
  const store = new Store(createRandom(1, 'test'));
  const etcd = new Etcd([{ name: 'cp-1', running: () => true }], () => store.revision());
  let now = 1000;
  const deps = {
    ...{ store, etcd, wideWatchBytes: COST.watch, now: () => now },
    costs: { listUnits: 1, listBytes: COST.list, nodeListUnits: 1 },
  };
  const host = new ServerHost(node, deps, () => true);
  finished(() => host.stop());
  const probe = () => {
    now += CLOCKS.healthTimeout;
    host.sync();
  };
  host.sync();
  probe();
  return {
    host,
    pass(ms: number) {
      now += ms;
      host.sync();
    },
    async answer() {
      now += 20;
      host.tick();
      await turnOfLoop();
    },
    /** Unanswered probes in a row until it is killed. */
    failures() {
      const { deaths } = host.view();
      for (let count = 1; count < 100; count++) {
        probe();
        if (host.view().deaths > deaths) return count;
      }
      return undefined;
    },
  };
}

test('a server that has not answered yet is killed after 24 probes', ({ onTestFinished }) => {
  expect(host(onTestFinished).failures()).toBe(24);
});

test('a server that has answered once is killed after 8 probes', async ({ onTestFinished }) => {
  const { answer, failures } = host(onTestFinished);
  await answer();
  // The first step only begins the next probe.
  expect(failures()).toBe(9);
});

test('without its exited container a server starts when the kubelet looks next, before its back-off is over', ({
  onTestFinished,
}) => {
  const { host: server, pass, failures } = host(onTestFinished);
  // At once, after one look, after two looks.
  for (const looks of [0, 1, 2]) {
    expect(failures()).toBeDefined();
    if (looks < 2) pass(looks * CLOCKS.backoffLook);
  }
  pass(100);
  expect(server.stateOf('kube-apiserver')).toBe('waiting');
  server.forgetExited('kube-apiserver');
  pass(CLOCKS.backoffLook - 101);
  expect(server.stateOf('kube-apiserver')).toBe('waiting');
  pass(1);
  expect(server.stateOf('kube-apiserver')).toBe('running');
});
