import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { asBefore, restarted } from '../api-server.ts';
import { Fireaxe, outcomeOf, readingOf } from '../fireaxe.ts';
import { playbook } from '../gate.ts';
import { here } from '../here.ts';
import { kitCopy } from '../kit-copy.ts';
import { PORT } from '../layout.ts';
import { eventually } from '../patience.ts';
import { Replaced } from '../replaced.ts';
import { machinePicture, metrics, objects } from '../truth.ts';
import { Watchers } from '../watchers.ts';
import { settled } from '../well.ts';

const AT = 'cp3';
const OTHER = 7443;
const FENCE = ['fence', '--nodes', AT, '--confirm', 'lab 1'];

const cluster = here();
const blind = new Fireaxe(cluster);
const kit = kitCopy(cluster, 'kit-other-port', {
  kit: ({ clusters }) => {
    clusters.lab!.kubernetes = { apiserverPort: OTHER };
  },
});
const told = new Fireaxe(cluster, kit);
const files = new Replaced(cluster, AT);
const end = `${cluster.at(AT).spec.address}:${OTHER}`;
const moved = (text: string) => text.replaceAll(String(PORT), String(OTHER));
let watchers: Watchers | undefined;

const open = (count: number) =>
  eventually(`${count} watches are open`, async () => (await watchers?.open()) === count, 60_000);
/** Where clients inside of the cluster find the servers. */
const service = async () =>
  (await objects<{ subsets: unknown }>(cluster, 'endpoints -n default')).items.find(
    ({ metadata }) => metadata.name === 'kubernetes',
  )?.subsets;
const ask = () =>
  playbook(cluster, 'ask', [
    { id: 'ask', action: 'kubectl', on: `name=${AT}`, timeout: '10s', with: { get: '/version' } },
  ]);

let before: unknown;
beforeAll(async () => {
  await settled(cluster);
  before = await service();
  await files.edit('/etc/kubernetes/admin.conf', moved);
  await restarted(cluster, AT, files, moved, `*:${OTHER}`);
  watchers = await Watchers.start(cluster, 'w1', end, 5);
  await open(5);
});
afterAll(async () => {
  await told.restore();
  await blind.restore();
  await watchers?.stop();
  await asBefore(cluster, AT, files);
  await eventually('the service is as before', async () => {
    expect(await service()).toEqual(before);
    return true;
  });
  await settled(cluster);
});

describe('with a kit that names the usual port', () => {
  const says = `kube-apiserver listens on port ${OTHER} here: set kubernetes.apiserverPort in kit.yaml`;

  test('probe names the port where the server listens', async () => {
    const ended = await blind.run('probe', '--output', 'json');
    expect(ended.code).toBe(3);
    const { answering, servers } = readingOf(ended);
    expect(answering).toBe(2);
    const server = servers.find(({ node }) => node === AT);
    expect(server).toMatchObject({ readyz: 'no-answer', etcd: 'ok' });
    expect(server?.note).toContain(says);
  });

  test('fence is refused, and no client is cut off', async () => {
    const picture = await machinePicture(cluster, AT);
    const ended = await blind.change(FENCE, 3);
    expect(outcomeOf(ended).result).toMatchObject({
      state: 'refused',
      code: 'other-port',
      note: `kube-apiserver listens on port ${OTHER} here, and nothing on ${PORT}: set kubernetes.apiserverPort in kit.yaml`,
    });
    expect(await machinePicture(cluster, AT)).toEqual(picture);
    expect(await watchers?.open()).toBe(5);
  });

  test('kubectl says the same', async () => {
    const ended = await blind.change(['run', ask(), '--yes'], 3);
    expect(outcomeOf(ended).result?.note).toContain(says);
  });
});

describe('with a kit that names the port', () => {
  test('probe agrees with /metrics there', async () => {
    const low = await metrics(cluster, AT, OTHER);
    const ended = await told.run('probe', '--nodes', AT, '--output', 'json');
    const high = await metrics(cluster, AT, OTHER);
    expect(ended.code).toBe(0);
    const server = readingOf(ended).servers[0]!;
    expect(server).toMatchObject({ livez: 'ok', readyz: 'ok' });
    expect(server.requests).toBeGreaterThanOrEqual(low.sum('apiserver_request_total'));
    expect(server.requests).toBeLessThanOrEqual(high.sum('apiserver_request_total'));
    expect(server.connections).toBeGreaterThanOrEqual(5);
  });

  test('kubectl is answered', async () => {
    const outcome = outcomeOf(await told.change(['run', ask(), '--yes']));
    expect(outcome.stdout).toContain('"gitVersion": "v1.34.');
  });

  test('fence cuts the clients; undo lets them in again', async () => {
    const picture = await machinePicture(cluster, AT);
    await told.change(FENCE);
    await open(0);
    await told.undo('--yes');
    await open(5);
    expect(await machinePicture(cluster, AT)).toEqual(picture);
  });
});
