import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ServerReading } from '../../../src/probe/types.ts';
import { expiredKubeconfig } from '../expired.ts';
import { Fireaxe, outcomeOf, readingOf } from '../fireaxe.ts';
import { playbook } from '../gate.ts';
import { here } from '../here.ts';
import { eventually } from '../patience.ts';
import { Replaced } from '../replaced.ts';
import { machinePicture, metrics, objects, readyz, running } from '../truth.ts';
import { Watchers } from '../watchers.ts';
import { settled } from '../well.ts';

const AT = 'cp3';
const SUPER = '/etc/kubernetes/super-admin.conf';
const ADMIN = '/etc/kubernetes/admin.conf';

const cluster = here();
const fireaxe = new Fireaxe(cluster);
const files = new Replaced(cluster, AT);
const { address } = cluster.at(AT).spec;

/** What kubectl on the host says with one kubeconfig. */
const said = async (config: string) => {
  const ran = await cluster
    .at(AT)
    .sh(`kubectl --kubeconfig ${config} --server https://${address}:6443 get --raw /readyz`);
  return ran.stdout + ran.stderr;
};
/** The day on which openssl says that a kubeconfig's client certificate expired. */
const lastDay = (config: string) =>
  cluster.sh(
    AT,
    `date -u +%F -d "$(sed -n 's/.*client-certificate-data: //p' ${config} | base64 -d | openssl x509 -noout -enddate | cut -d= -f2)"`,
  );
const refusal = async (config: string) =>
  `${config}: 401 Unauthorized, its client certificate expired on ${await lastDay(config)}`;

const probe = async (): Promise<{ code: number | null; server: ServerReading }> => {
  const ended = await fireaxe.run('probe', '--nodes', AT, '--output', 'json');
  return { code: ended.code, server: readingOf(ended).servers[0]! };
};
const ask = (what: Record<string, string>) =>
  playbook(cluster, 'ask', [{ id: 'ask', action: 'kubectl', on: `name=${AT}`, timeout: '20s', with: what }]);

beforeAll(async () => {
  await settled(cluster);
  await cluster.asked('create configmap spare -n default');
});
afterAll(async () => {
  await fireaxe.restore();
  await files.restore();
  await cluster.asked('delete configmap spare -n default --ignore-not-found');
  await settled(cluster);
});

describe('an expired super-admin.conf', () => {
  beforeAll(async () => {
    const text = await cluster.sh('cp1', `cat ${SUPER}`);
    await files.put(SUPER, await expiredKubeconfig(cluster, AT, `${text}\n`));
    expect(await said(SUPER)).toContain('Unauthorized');
    expect(await said(ADMIN)).toBe('ok');
  });

  test('admin.conf is used, and probe says why', async () => {
    const before = await metrics(cluster, AT);
    const { code, server } = await probe();
    expect(code).toBe(0);
    expect(server).toMatchObject({ livez: 'ok', readyz: 'ok', note: await refusal(SUPER) });
    expect(server.requests).toBeGreaterThanOrEqual(before.sum('apiserver_request_total'));
  });

  test('kubectl asks with admin.conf, and says why', async () => {
    const outcome = outcomeOf(await fireaxe.change(['run', ask({ get: '/version' }), '--yes']));
    expect(outcome.stdout).toContain('"gitVersion": "v1.34.');
    expect(outcome.result?.note).toContain(await refusal(SUPER));
  });
});

describe('an expired super-admin.conf and admin.conf', () => {
  beforeAll(async () => {
    const text = await cluster.sh(AT, `cat ${ADMIN}`);
    await files.put(ADMIN, await expiredKubeconfig(cluster, AT, `${text}\n`));
    expect(await said(ADMIN)).toContain('Unauthorized');
    expect((await readyz(cluster, AT)).status).toBe(200);
  });

  test('probe reads health without credentials, and says why it has no counters', async () => {
    const { code, server } = await probe();
    expect(code).toBe(0);
    expect(server).toMatchObject({ livez: 'ok', readyz: 'ok' });
    expect(server.note).toContain('asked without credentials');
    for (const config of [SUPER, ADMIN]) expect(server.note).toContain(await refusal(config));
    expect(server).not.toHaveProperty('requests');
    expect(server.unmeasured).toContain(await refusal(SUPER));
  });

  test('a gate opens on the health of all servers', async () => {
    const gate = { answering: '100%', maxErrors: '50%', for: '2s', within: '30s' };
    await fireaxe.change(['run', playbook(cluster, 'gate', [{ id: 'gate', gate }]), '--yes']);
  });

  test('kubectl deletes nothing, and says what was wrong with each', async () => {
    const path = ask({ delete: '/api/v1/namespaces/default/configmaps/spare' });
    const ended = await fireaxe.change(['run', path, '--confirm', 'lab 1'], 7);
    expect(ended.stderr).toContain('nothing is changed: an object could not be saved');
    expect(ended.stderr).toContain(await refusal(SUPER));
    expect(ended.stderr).toContain(await refusal(ADMIN));
    const { items } = await objects(cluster, 'configmaps -n default');
    expect(items.map(({ metadata }) => metadata.name)).toContain('spare');
  });

  test('pause and fence need no credentials; undo restores the host', async () => {
    const watchers = await Watchers.start(cluster, 'w1', AT, 5);
    const open = (count: number) =>
      eventually(`${count} watches are open`, async () => (await watchers.open()) === count, 30_000);
    try {
      await open(5);
      const before = await machinePicture(cluster, AT);
      await fireaxe.change(['fence', '--pause-controllers', '--nodes', AT, '--confirm', 'lab 3']);
      await open(0);
      expect(await running(cluster, AT, 'kube-controller-manager')).toEqual([]);
      await fireaxe.undo('--yes');
      await open(5);
      expect(await machinePicture(cluster, AT)).toEqual(before);
    } finally {
      await watchers.stop();
    }
  });
});
