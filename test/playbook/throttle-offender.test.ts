import { expect, test } from 'vitest';
import type { KubectlValues } from '../../src/actions/kubectl/fit.ts';
import { bindStep } from '../../src/plan/bound.ts';
import { actionSteps } from '../../src/plan/steps.ts';
import { compilePlaybook } from '../../src/playbook/compile.ts';
import { loadPlaybook } from '../../src/playbook/load.ts';
import { kitOf } from '../run/fake-fleet.ts';

async function planned(params: Record<string, string>) {
  const kit = kitOf(3);
  const cluster = kit.clusters.c!;
  for (const node of cluster.fleet.nodes) node.roles = ['control-plane'];
  const playbook = await loadPlaybook('throttle-offender', { playbooks: {} });
  const request = { kit, cluster, reason: 'test', now: new Date(), overrides: {}, params };
  const [step] = actionSteps(compilePlaybook(playbook, request));
  return { step: step!, params: bindStep(step!)?.params as KubectlValues };
}

const WHO = { namespace: 'monitoring', account: 'telemetry-agent' };
const FLOW = '/apis/flowcontrol.apiserver.k8s.io/v1';

test('applies a level of its own and what leads to it, by one server that answers', async () => {
  const { step, params } = await planned(WHO);
  expect(step).toMatchObject({ anyOf: true, danger: 'severe', targets: ['n1', 'n2', 'n3'] });
  const [level, schema] = params.apply!;
  expect(level).toMatchObject({
    path: `${FLOW}/prioritylevelconfigurations/fireaxe-throttle`,
    object: {
      spec: {
        type: 'Limited',
        // It neither lends its seats nor takes those that others leave free.
        limited: {
          ...{ nominalConcurrencyShares: 1, lendablePercent: 0, borrowingLimitPercent: 0 },
          limitResponse: { type: 'Reject' },
        },
      },
    },
  });
  expect(schema).toMatchObject({
    path: `${FLOW}/flowschemas/fireaxe-throttle`,
    object: {
      spec: {
        ...{ matchingPrecedence: 200, priorityLevelConfiguration: { name: 'fireaxe-throttle' } },
        rules: [
          {
            subjects: [
              {
                kind: 'ServiceAccount',
                serviceAccount: { name: 'telemetry-agent', namespace: 'monitoring' },
              },
            ],
            resourceRules: [{ resources: ['*'], namespaces: ['*'], clusterScope: true }],
            nonResourceRules: [{ nonResourceURLs: ['*'] }],
          },
        ],
      },
    },
  });
});

test('every account of a namespace, another name, version and share', async () => {
  const { params } = await planned({
    ...{ namespace: 'monitoring', account: '*', name: 'calm', shares: '0', version: 'v1beta3' },
  });
  expect(params.apply!.map(({ path }) => path)).toEqual([
    '/apis/flowcontrol.apiserver.k8s.io/v1beta3/prioritylevelconfigurations/calm',
    '/apis/flowcontrol.apiserver.k8s.io/v1beta3/flowschemas/calm',
  ]);
  expect(params.apply![0]!.object).toMatchObject({ spec: { limited: { nominalConcurrencyShares: 0 } } });
  expect(JSON.stringify(params.apply![1]!.object)).toContain('"name":"*","namespace":"monitoring"');
});

test('a value that would add to the manifest is refused', async () => {
  await expect(planned({ ...WHO, account: 'a"}\n  b: "c' })).rejects.toThrow();
});

test('needs the account and its namespace', async () => {
  await expect(planned({ namespace: 'monitoring' })).rejects.toThrow('needs account');
});
