import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Fireaxe, runOf } from '../fireaxe.ts';
import { full } from '../full.ts';
import { here } from '../here.ts';
import { CONTROL_PLANE, PORT } from '../layout.ts';
import { type Answers, oneInTen } from '../one-in-ten.ts';
import { eventually } from '../patience.ts';
import { etcdctl, objects } from '../truth.ts';
import { settled } from '../well.ts';

const cluster = here();
const fireaxe = new Fireaxe(cluster);
const AGENT = 'telemetry/daemonset/telemetry-agent';
const BINDING = 'clusterrolebinding/telemetry-agent';
const WITH_PODS = ['--pods', 'telemetry/app=telemetry-agent'];

const stored = async () =>
  (await etcdctl(cluster, 'cp1', 'get /registry/daemonsets/telemetry/telemetry-agent --keys-only')) !== '';
const pods = async () => (await objects(cluster, 'pods -n telemetry')).items.length;
const ALL_PODS = 2 + cluster.facts.hollow.length;

/** An object as kubectl reads it, without what the server sets; undefined where there is none. */
async function read(what: string): Promise<Record<string, unknown> | undefined> {
  const said = await cluster.asked(`get ${what} -o json --ignore-not-found`);
  return said === '' ? undefined : withoutServers(JSON.parse(said));
}
function withoutServers({ status: _, metadata, ...rest }: Record<string, unknown>): Record<string, unknown> {
  const own = { ...(metadata as Record<string, unknown>) };
  for (const name of ['uid', 'resourceVersion', 'creationTimestamp', 'generation', 'managedFields'])
    delete own[name];
  return { ...rest, metadata: own };
}
const daemonSet = () => read('daemonset -n telemetry telemetry-agent');
const deployment = () => read('deployment -n default web');
const mayList = async () => {
  const agent = 'system:serviceaccount:telemetry:telemetry-agent';
  const { stdout } = await cluster.kubectl(`auth can-i list pods --as ${agent}`);
  return stdout.trim();
};

/** Limits the agent to one seat of the API servers, and marks the DaemonSet. */
const THROTTLE = `
apiVersion: flowcontrol.apiserver.k8s.io/v1
kind: PriorityLevelConfiguration
metadata: { name: throttle }
spec: { type: Limited, limited: { nominalConcurrencyShares: 1, limitResponse: { type: Reject } } }
---
apiVersion: flowcontrol.apiserver.k8s.io/v1
kind: FlowSchema
metadata: { name: throttle }
spec:
  matchingPrecedence: 150
  priorityLevelConfiguration: { name: throttle }
  distinguisherMethod: { type: ByUser }
  rules:
    - resourceRules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'], namespaces: ['*'], clusterScope: true }]
      subjects: [{ kind: ServiceAccount, serviceAccount: { name: telemetry-agent, namespace: telemetry } }]
---
apiVersion: apps/v1
kind: DaemonSet
metadata: { name: telemetry-agent, namespace: telemetry, annotations: { example.com/throttled: "<yes> & more" } }
`;
const throttled = async () => [
  await read('flowschema throttle'),
  await read('prioritylevelconfiguration throttle'),
];
const manifest = join(cluster.facts.kit, 'throttle.yaml');

const CONFIRM = ['--confirm', 'lab 3'];
const kubectl = (...words: string[]) => fireaxe.change(['kubectl', ...words, ...CONFIRM]);

beforeAll(async () => {
  writeFileSync(manifest, THROTTLE);
  const text = readFileSync(join(import.meta.dirname, '../manifests/offender.yaml'), 'utf8');
  // Without load: these tests are about the objects.
  await cluster.apply(text.replace("-n, 'LOOPS'", "-n, '0'"));
  await cluster.asked('rollout status -n telemetry daemonset/telemetry-agent --timeout=180s', {
    timeoutMs: 190_000,
  });
});
afterAll(async () => {
  await cluster.asked('delete namespace telemetry', { timeoutMs: 120_000 });
  await cluster.asked('delete clusterrole,clusterrolebinding telemetry-agent --ignore-not-found');
  await settled(cluster);
});
afterEach(async () => {
  for (const at of CONTROL_PLANE) {
    expect(
      await cluster.sh(at, 'ls -d /run/fireaxe/fireaxe-api.* 2>/dev/null; pgrep -af [u]nix-socket='),
    ).toBe('');
  }
});

describe('on an API that answers', () => {
  test('get prints the object as kubectl reads it', async () => {
    const ended = await fireaxe.run('kubectl', 'get', AGENT, '--output', 'json');
    expect(ended.code).toBe(0);
    const [outcome] = ended.json.outcomes as unknown as { stdout: string }[];
    expect(withoutServers(JSON.parse(outcome!.stdout))).toEqual(await daemonSet());
  });

  test('deletes a DaemonSet with its pods; undo re-creates it field by field', async () => {
    const before = await daemonSet();
    expect(await stored()).toBe(true);
    expect(await pods()).toBe(ALL_PODS);
    await kubectl('delete', AGENT, ...WITH_PODS);
    expect(await stored()).toBe(false);
    await eventually('no pod of it', async () => (await pods()) === 0, 90_000);

    await fireaxe.undo('--confirm', 'lab 1');
    expect(await stored()).toBe(true);
    expect(await daemonSet()).toEqual(before);
    await eventually('all pods', async () => (await pods()) === ALL_PODS, 90_000);
  });

  test('unbinds a service account, whose requests are then denied; undo binds it exactly again', async () => {
    const before = await read(BINDING);
    expect(await mayList()).toBe('yes');
    await kubectl('delete', BINDING);
    await eventually('denied', async () => (await mayList()) === 'no', 20_000);
    await fireaxe.undo('--confirm', 'lab 1');
    expect(await read(BINDING)).toEqual(before);
    await eventually('allowed', async () => (await mayList()) === 'yes', 20_000);
  });

  test('applies a manifest: creates two objects and changes one; undo deletes and restores them', async () => {
    const before = await daemonSet();
    expect(await throttled()).toEqual([undefined, undefined]);
    const applied = await kubectl('apply', '-f', manifest);
    expect(await throttled()).toMatchObject([
      { spec: { matchingPrecedence: 150 } },
      { spec: { type: 'Limited' } },
    ]);
    expect(await daemonSet()).toMatchObject({
      metadata: {
        annotations: { 'example.com/throttled': '<yes> & more', 'example.com/owner': 'team observability' },
      },
    });
    const managers = await cluster.asked(
      'get flowschema throttle --show-managed-fields -o jsonpath={.metadata.managedFields[*].manager}',
    );
    expect(managers.split(' ')).toContain('fireaxe');
    expect((await fireaxe.run('verify', 'last')).code).toBe(0);
    const again = await fireaxe.run('kubectl', 'apply', '-f', manifest, '--reason', 'again', ...CONFIRM);
    expect(again.stdout).toContain('is so already');

    await fireaxe.change(['undo', runOf(applied), '--confirm', 'lab 1']);
    expect(await throttled()).toEqual([undefined, undefined]);
    expect(await daemonSet()).toEqual(before);
  });

  test('the playbook throttle-offender: most of many requests at once are rejected; undo is exact', async () => {
    const objects = () => cluster.asked('get flowschema,prioritylevelconfiguration -o name');
    const before = await objects();
    const token = await cluster.asked('create token telemetry-agent -n telemetry');
    const { address } = cluster.at('cp1').spec;
    const ask = `curl -sk -o /dev/null -w '%{http_code}\\n' -H 'Authorization: Bearer ${token}' https://${address}:${PORT}/api/v1/pods`;
    const rejected = async () =>
      Number(await cluster.sh('cp1', `seq 200 | xargs -P 40 -I{} ${ask} | grep -c 429`));
    expect(await rejected()).toBe(0);

    const of = ['-p', 'namespace=telemetry', '-p', 'account=telemetry-agent', '-p', 'shares=0'];
    const ran = await fireaxe.change(['run', 'throttle-offender', ...of, ...CONFIRM]);
    await eventually('throttled', async () => (await rejected()) > 50, 20_000);
    await fireaxe.change(['undo', runOf(ran), '--confirm', 'lab 1']);
    expect(await objects()).toBe(before);
    await eventually('no longer throttled', async () => (await rejected()) === 0, 20_000);
  });

  test('refuses fields that another manager owns, unless it is told to take them over', async () => {
    const before = await deployment();
    const zero = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', namespace: 'default' },
      spec: { replicas: 0 },
    };
    const file = join(cluster.facts.kit, 'zero.json');
    writeFileSync(file, JSON.stringify(zero));
    const refused = await fireaxe.change(['kubectl', 'apply', '-f', file, ...CONFIRM], 7);
    expect(refused.stderr + refused.stdout).toMatch(/conflict with .*\.spec\.replicas/);
    expect(await deployment()).toEqual(before);
    await kubectl('apply', '-f', file, '--force-conflicts');
    expect(await deployment()).toMatchObject({ spec: { replicas: 0 } });
    await fireaxe.undo('--confirm', 'lab 1');
    expect(await deployment()).toEqual(before);
  });

  test('patches by each kind of patch; undo restores the fields and leaves those of others', async () => {
    const before = await deployment();
    const patches = [
      [
        '--type',
        'strategic',
        '-p',
        '{"spec":{"replicas":0,"minReadySeconds":1},"metadata":{"annotations":{"a/b":"<1>"}}}',
      ],
      ['--type', 'merge', '-p', '{"spec":{"replicas":1,"strategy":null},"metadata":{"labels":{"new":"1"}}}'],
      ['--type', 'json', '-p', '[{"op":"replace","path":"/spec/replicas","value":3}]'],
    ];
    for (const patch of patches) {
      await kubectl('patch', 'default/deployment/web', ...patch);
      expect(await deployment()).not.toEqual(before);
      await cluster.asked('annotate deployment web someone=else');
      await fireaxe.undo('--confirm', 'lab 1');
      expect(await deployment()).toMatchObject({ metadata: { annotations: { someone: 'else' } } });
      await cluster.asked('annotate deployment web someone-');
      expect(await deployment()).toEqual(before);
    }
  });

  test('does not overwrite what somebody else changed since', async () => {
    const before = await deployment();
    await kubectl('patch', 'default/deployment/web', '-p', '{"spec":{"replicas":0}}');
    await cluster.asked('scale deployment/web --replicas=1');
    const ended = await fireaxe.run('undo', 'last', '--confirm', 'lab 1', '--reason', 'cluster test');
    expect(ended.code).toBe(3);
    expect(ended.stdout).toContain('.spec.replicas');
    expect(await deployment()).toMatchObject({ spec: { replicas: 1 } });
    await cluster.asked('scale deployment/web --replicas=0');
    await fireaxe.undo('--confirm', 'lab 1');
    expect(await deployment()).toEqual(before);
  });
});

describe('on an API that answers one request in ten', () => {
  const onOne = ['--nodes', 'cp1', '--confirm', 'lab 1', '--timeout', '4m'];
  /** Saved files of the newest run. */
  const saved = () => {
    const state = join(cluster.facts.kit, 'state');
    const run = join(state, readdirSync(state).sort().at(-1)!, 'saved/kubectl');
    return readdirSync(run).map((name) => readFileSync(join(run, name), 'utf8'));
  };
  const sick = async (work: () => Promise<void>) => {
    const answers: Answers = await oneInTen(cluster, 'cp1', work);
    expect(answers.answered).toBeGreaterThan(0);
    expect(answers.lost + answers.reset).toBeGreaterThanOrEqual(8 * answers.answered);
    expect(answers.lost).toBeGreaterThan(1);
  };

  // Each takes two minutes, most of them between two tries.
  if (full) {
    test('delete, and undo field by field', async () => {
      const before = await daemonSet();
      await sick(async () => {
        await fireaxe.change(['kubectl', 'delete', AGENT, ...onOne]);
        expect(await daemonSet()).toBeUndefined();
        expect(saved()).toEqual([expect.stringContaining('"team observability"')]);
        await fireaxe.change(['undo', 'last', '--confirm', 'lab 1', '--timeout', '4m']);
      });
      expect(await daemonSet()).toEqual(before);
      await eventually('all pods', async () => (await pods()) === ALL_PODS, 90_000);
    });

    test('apply, and undo field by field', async () => {
      const before = await daemonSet();
      await sick(async () => {
        await fireaxe.change(['kubectl', 'apply', '-f', manifest, ...onOne]);
        expect(await throttled()).toMatchObject([
          { spec: { matchingPrecedence: 150 } },
          { spec: { type: 'Limited' } },
        ]);
        expect(saved()[0]).toMatch(/^absent\n/);
        expect(saved()[0]).toContain('"team observability"');
        await fireaxe.change(['undo', 'last', '--confirm', 'lab 1', '--timeout', '4m']);
      });
      expect(await throttled()).toEqual([undefined, undefined]);
      expect(await daemonSet()).toEqual(before);
    });
  }

  test('patch, and undo field by field', async () => {
    const before = await deployment();
    await sick(async () => {
      const patch = '{"spec":{"replicas":0},"metadata":{"annotations":{"note":"<scaled>"}}}';
      await fireaxe.change(['kubectl', 'patch', 'default/deployment/web', '-p', patch, ...onOne]);
      expect(await deployment()).toMatchObject({ spec: { replicas: 0 } });
      await fireaxe.change(['undo', 'last', '--confirm', 'lab 1', '--timeout', '4m']);
    });
    expect(await deployment()).toEqual(before);
  });
});
