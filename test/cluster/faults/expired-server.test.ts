import { afterAll, beforeAll, expect, test } from 'vitest';
import { expired } from '../expired.ts';
import { Fireaxe, readingOf } from '../fireaxe.ts';
import { playbook } from '../gate.ts';
import { here } from '../here.ts';
import { eventually } from '../patience.ts';
import { Replaced } from '../replaced.ts';
import { machinePicture, objects, readyz, running } from '../truth.ts';
import { Watchers } from '../watchers.ts';
import { settled } from '../well.ts';

const AT = 'cp3';
const PKI = '/etc/kubernetes/pki';
const SAYS = 'x509: certificate has expired';

const cluster = here();
const fireaxe = new Fireaxe(cluster);
const files = new Replaced(cluster, AT);
const { address } = cluster.at(AT).spec;
let watchers: Watchers | undefined;

/** What curl says about the server's certificate. */
const checked = async () => {
  const ran = await cluster.at(AT).sh(`curl -sS --cacert ${PKI}/ca.crt https://${address}:6443/readyz`);
  return ran.stdout + ran.stderr;
};
const open = (count: number) =>
  eventually(`${count} watches are open`, async () => (await watchers?.open()) === count, 60_000);
const gate = (answering: string, within: string) =>
  playbook(cluster, 'gate', [{ id: 'gate', gate: { answering, for: '2s', within } }]);

// The server loads its certificate again when the file changes; connections that are open stay open.
beforeAll(async () => {
  await settled(cluster);
  await cluster.asked('create configmap spare -n default');
  watchers = await Watchers.start(cluster, 'w1', AT, 5);
  await open(5);
  const [cert, key] = await Promise.all(
    ['crt', 'key'].map((part) => cluster.sh(AT, `cat ${PKI}/apiserver.${part}`)),
  );
  await files.put(`${PKI}/apiserver.crt`, await expired(cluster, AT, cert!, key!));
  await eventually(
    'the certificate is expired',
    async () => (await checked()).includes('has expired'),
    90_000,
  );
});
afterAll(async () => {
  await fireaxe.restore();
  await files.restore();
  await eventually('the certificate is valid', async () => (await checked()) === 'ok', 90_000);
  await cluster.asked('delete configmap spare -n default --ignore-not-found');
  await open(5);
  await watchers?.stop();
  // It gave up while it could not trust the server of its own host.
  await eventually(
    'the controller-manager runs',
    async () => (await running(cluster, AT, 'kube-controller-manager')).length === 1,
    120_000,
  );
  await settled(cluster);
});

test('probe says that the server fails its clients, and why', async () => {
  expect((await readyz(cluster, AT)).status).toBe(200);
  const ended = await fireaxe.run('probe', '--output', 'json');
  expect(ended.code).toBe(3);
  const { answering, servers } = readingOf(ended);
  expect(answering).toBe(2);
  const server = servers.find(({ node }) => node === AT);
  expect(server).toMatchObject({ reached: true, livez: 'failing', readyz: 'failing', etcd: 'ok' });
  expect(server?.note).toContain(SAYS);
});

test('a gate for all servers stays shut and says why; one for two thirds opens', async () => {
  const shut = await fireaxe.change(['run', gate('100%', '6s'), '--yes'], 7);
  expect(shut.stderr).toContain(`2/3 API servers ready (3 needed), ${AT} failing:`);
  expect(shut.stderr).toContain(SAYS);
  await fireaxe.change(['run', gate('60%', '20s'), '--yes']);
});

test('kubectl deletes nothing there, and says why', async () => {
  const remove = {
    id: 'remove',
    action: 'kubectl',
    on: `name=${AT}`,
    timeout: '20s',
    with: { delete: '/api/v1/namespaces/default/configmaps/spare' },
  };
  const path = playbook(cluster, 'remove', [remove]);
  const ended = await fireaxe.change(['run', path, '--confirm', 'lab 1'], 7);
  expect(ended.stderr).toContain('nothing is changed: an object could not be saved');
  expect(ended.stderr).toContain(SAYS);
  const { items } = await objects(cluster, 'configmaps -n default');
  expect(items.map(({ metadata }) => metadata.name)).toContain('spare');
});

test('pause and fence work; undo restores the host', async () => {
  const before = await machinePicture(cluster, AT);
  await fireaxe.change(['fence', '--pause-controllers', '--nodes', AT, '--confirm', 'lab 3']);
  await open(0);
  expect(await running(cluster, AT, 'kube-controller-manager')).toEqual([]);
  await fireaxe.undo('--yes');
  expect(await machinePicture(cluster, AT)).toEqual(before);
});
