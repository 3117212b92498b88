import { expect, test } from 'vitest';
import { here } from './here.ts';
import { endpoints, etcdctl, nodes, onControlPlane, readyz } from './truth.ts';

const cluster = here();

test('a new cluster is healthy', async () => {
  const ready = await onControlPlane((at) => readyz(cluster, at));
  for (const { status } of Object.values(ready)) expect(status).toBe(200);
  const members = JSON.parse(await etcdctl(cluster, 'cp1', 'endpoint health --cluster -w json'));
  expect(members.map(({ health }: { health: boolean }) => health)).toEqual([true, true, true]);
  expect(await nodes(cluster)).toMatchObject({ notReady: [], tainted: [] });
  expect((await nodes(cluster)).ready).toHaveLength(25);
  expect(await endpoints(cluster, 'shop')).toEqual({ ready: 40, notReady: 0 });
  expect(await endpoints(cluster, 'web')).toEqual({ ready: 2, notReady: 0 });
});
