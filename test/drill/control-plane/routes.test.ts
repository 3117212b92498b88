import { expect, test } from 'vitest';
import { COST } from '../../../src/drill/control-plane/capacity.ts';
import { daemonSet, podOf } from '../../../src/drill/control-plane/objects.ts';
import { perform } from '../../../src/drill/control-plane/perform.ts';
import { type ApiRequest, routeOf } from '../../../src/drill/control-plane/routes.ts';
import { Store } from '../../../src/drill/control-plane/store.ts';
import { createRandom } from '../../../src/drill/random.ts';

const costs = { listUnits: 6, nodeListUnits: 1, listBytes: COST.list };
const ask = (method: string, url: string): ApiRequest => ({ method, url, masters: false });

function filled(): Store {
  const store = new Store(createRandom(1, 'store'));
  const set = store.put(
    'daemonsets',
    daemonSet({ name: 'agent', namespace: 'mon', labels: { app: 'agent' }, image: 'i', args: [] }),
  );
  for (const node of ['w1', 'w2']) store.put('pods', podOf(set, node, node));
  store.put('pods', { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'other', namespace: 'mon' } });
  return store;
}

function answer(store: Store, method: string, url: string, body = '') {
  const route = routeOf(ask(method, url), costs);
  if (!route) throw new Error('no such path');
  return perform(route, store, body) as { code: number; body: Record<string, never> & { items: unknown[] } };
}

const SET = '/apis/apps/v1/namespaces/mon/daemonsets';

test('get, delete, and not found afterwards', () => {
  const store = filled();
  expect(answer(store, 'GET', `${SET}/agent`).body).toMatchObject({
    kind: 'DaemonSet',
    metadata: { name: 'agent' },
  });
  expect(answer(store, 'DELETE', `${SET}/agent`)).toMatchObject({ code: 200, body: { status: 'Success' } });
  expect(answer(store, 'GET', `${SET}/agent`)).toMatchObject({
    code: 404,
    body: { reason: 'NotFound', message: 'daemonsets.apps "agent" not found' },
  });
});

test('a saved object can be created again, but not with its former version, and not twice', () => {
  const store = filled();
  const saved = answer(store, 'GET', `${SET}/agent`).body as unknown as {
    metadata: { resourceVersion?: string };
  };
  answer(store, 'DELETE', `${SET}/agent`);
  expect(answer(store, 'POST', SET, JSON.stringify(saved)).code).toBe(500);
  delete saved.metadata.resourceVersion;
  expect(answer(store, 'POST', SET, JSON.stringify(saved)).code).toBe(201);
  expect(answer(store, 'POST', SET, JSON.stringify(saved)).code).toBe(409);
});

test('pods are deleted by labels alone, and stay until they are deleted with no grace period', () => {
  const store = filled();
  const pods = '/api/v1/namespaces/mon/pods';
  const gone = answer(store, 'DELETE', `${pods}?labelSelector=app%3Dagent`);
  expect(gone.body.items).toHaveLength(2);
  const marked = store.list('pods').filter((pod) => pod.metadata.deletionTimestamp !== undefined);
  expect(marked.map((pod) => pod.metadata.name)).toEqual(['agent-w1', 'agent-w2']);
  answer(store, 'DELETE', `${pods}/agent-w1`);
  expect(store.list('pods')).toHaveLength(3);
  answer(store, 'DELETE', `${pods}/agent-w1?gracePeriodSeconds=0`);
  expect(store.list('pods').map((pod) => pod.metadata.name)).toEqual(['agent-w2', 'other']);
});

test('fields choose the pods of one node', () => {
  const list = answer(filled(), 'GET', '/api/v1/pods?fieldSelector=spec.nodeName%3Dw2');
  expect(list.body.items).toMatchObject([{ spec: { nodeName: 'w2' } }]);
});

test('a list of everything is expensive, one of a node is not, and a lease is cheap', () => {
  const units = (url: string, method = 'GET') => routeOf(ask(method, url), costs)?.cost.units;
  expect(units('/api/v1/pods')).toBe(6);
  expect(units('/api/v1/pods?fieldSelector=spec.nodeName%3Dw2')).toBe(1);
  expect(units('/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/w1', 'PUT')).toBeLessThan(1);
});

test('unknown paths and verbs have no route; system:masters are exempt', () => {
  expect(routeOf(ask('GET', '/api/v2/pods'), costs)).toBeUndefined();
  expect(routeOf(ask('BREW', '/api/v1/pods'), costs)).toBeUndefined();
  expect(routeOf({ ...ask('DELETE', `${SET}/agent`), masters: true }, costs)?.kind).toBe('exempt');
  expect(routeOf(ask('DELETE', `${SET}/agent`), costs)?.kind).toBe('mutating');
});
