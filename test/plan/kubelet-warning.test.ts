import { describe, expect, it } from 'vitest';
import { singleStepPlan } from '../../src/plan/single-step.ts';
import type { Plan } from '../../src/plan/types.ts';
import { compilePlaybook } from '../../src/playbook/compile.ts';
import { loadPlaybook } from '../../src/playbook/load.ts';
import { kitOf } from '../run/fake-fleet.ts';

const kit = kitOf(3);
const cluster = kit.clusters.c!;
cluster.fleet.nodes[0]!.roles = ['control-plane'];
const request = { kit, cluster, reason: "Ann's outage", now: new Date(), overrides: {} };
const plan = (action: string, actionParams: Record<string, unknown>, more: object = {}) =>
  singleStepPlan({ ...request, action, actionParams, targets: ['n1'], ...more });
const warnings = (of: Plan) =>
  of.workstreams.flatMap((w) => w.steps.flatMap((s) => (s.kind === 'action' ? (s.warnings ?? []) : [])));

describe('a plan that keeps kubelets from reporting', () => {
  it.each<[string, Record<string, unknown>]>([
    ['fence', {}],
    ['fence', { on: 'nodes', except: 'sshd' }],
    ['fence', { on: 'nodes', only: 'kubelet.service' }],
    ['shrink', {}],
    ['stop', { unit: 'kubelet.service' }],
  ])('%s %j says what becomes of the endpoints, and what to type first', (action, params) => {
    expect(warnings(plan(action, params))).toEqual([
      expect.stringContaining('marks their nodes NotReady, and services lose their endpoints'),
      expect.stringContaining(
        `pause it first: fireaxe pause -c c --reason 'Ann'\\''s outage'; where it is neither a static pod`,
      ),
    ]);
  });

  it.each<[string, Record<string, unknown>]>([
    ['fence', { on: 'nodes', except: 'kubelet' }],
    ['fence', { on: 'nodes', only: 'telemetry-agent' }],
    ['shrink', { kubelet: 'none', process: 'agent' }],
    ['stop', { process: 'agent' }],
    ['cordon', {}],
  ])('%s %j does not', (action, params) => {
    expect(warnings(plan(action, params))).toEqual([]);
  });

  it('says nothing where the controller-manager is paused in the same plan', () => {
    const before = { action: 'pause', params: {}, targets: ['n1'] };
    const both = plan('fence', {}, { before });
    expect(both.workstreams[0]!.steps.map((step) => step.id)).toEqual(['pause', 'fence']);
    expect(warnings(both)).toEqual([]);
    const another = { ...before, params: { component: 'kube-scheduler' } };
    expect(warnings(plan('fence', {}, { before: another }))).toHaveLength(2);
  });

  it('says it of a shipped playbook that is told not to pause', async () => {
    const playbook = await loadPlaybook('fence-apiserver', { playbooks: {} });
    const compiled = (params: Record<string, string>) => compilePlaybook(playbook, { ...request, params });
    expect(warnings(compiled({}))).toEqual([]);
    expect(warnings(compiled({ 'pause-controllers': 'false' }))).toHaveLength(2);
  });
});
