import { describe, expect, it } from 'vitest';
import { ACTION_NAMES, actionNamed } from '../../../src/actions/registry.ts';
import { planActionStep } from '../../../src/plan/draft.ts';
import { execute } from '../../../src/run/execute.ts';
import { listRuns, readRun } from '../../../src/run/journal/store.ts';
import { RunMemory } from '../../../src/run/memory.ts';
import { chooseUndo, type UndoScope, undoOf } from '../../../src/run/undo/choice.ts';
import { undoRun } from '../../../src/run/undo/undo.ts';
import { envFor, fakeFleet, kitOf } from '../fake-fleet.ts';
import { planOf } from '../plans.ts';

const kit = kitOf(2);
const cluster = kit.clusters.c!;
const targets = ['n1', 'n2'];
const draft = (id: string, action: string, params: Record<string, unknown>, rest: object = {}) =>
  planActionStep(
    { id, action, params, targets, place: 'test', maxFailures: '100%', ...rest },
    { kit, cluster, reason: 'test', now: new Date(), overrides: {} },
  );
const REMOVE = {
  delete: '/apis/apps/v1/namespaces/monitoring/daemonsets/agent',
  pods: 'monitoring/app=agent',
};

/** A recovery: held, fenced, removed, readmitted, and what was held and fenced undone again but for `kept`. */
async function recovery(kept: string[] = []) {
  const fleet = fakeFleet();
  const env = envFor(kit, fleet.transport);
  const steps = [
    draft('hold', 'stop', { process: 'agent' }),
    draft('fence', 'fence', {}),
    draft('remove', 'kubectl', REMOVE, { anyOf: true, removesCause: true }),
    draft('readmit.1', 'readmit', { clients: '10.0.0.1' }),
  ];
  const undo = ['hold', 'fence'].filter((id) => !kept.includes(id));
  const back = undo.length > 0 ? [{ kind: 'undo' as const, id: 'back', title: 'back', steps: undo }] : [];
  const plan = planOf(kit, [{ name: 'w', steps: [...steps, ...back] }]);
  expect((await execute(plan, env)).state).toBe('done');
  const choose = async (scope: UndoScope = {}) => {
    const memory = RunMemory.of((await readRun(env.stateDir, 'last')).records)!;
    const { chosen, left } = chooseUndo(memory, scope);
    return { chosen: chosen.map(({ step }) => step.id), left: left.map(({ step, why }) => [step.id, why]) };
  };
  return {
    env,
    choose,
    undone: (id: string) => [...fleet.nodes.values()].flatMap((n) => n.undone).includes(id),
  };
}

describe('the undo of a recovery', () => {
  it('leaves out what removed the cause, and is left with nothing', async () => {
    const { env, choose, undone } = await recovery();
    expect(await choose()).toEqual({ chosen: [], left: [['remove', { cause: true }]] });
    expect(await undoRun('last', env)).toMatchObject({ state: 'done', planned: 0 });
    expect(undone('remove')).toBe(false);
  });

  it('is not called undone for what its playbook undid itself', async () => {
    const { env } = await recovery();
    const summary = async () => (await listRuns(env.stateDir, () => {}))[0];
    expect(await summary()).toMatchObject({ state: 'done', undone: 'no' });
    await undoRun('last', env, { steps: ['remove'] });
    expect(await summary()).toMatchObject({ undone: 'yes' });
  });

  it('brings the cause back where it is named', async () => {
    for (const scope of [{ include: ['remove'] }, { steps: ['remove'] }]) {
      const { env, choose, undone } = await recovery();
      expect((await choose(scope)).chosen).toEqual(['remove']);
      expect(await undoRun('last', env, scope)).toMatchObject({ state: 'done', planned: 1 });
      expect(undone('remove')).toBe(true);
    }
  });

  it('still undoes what is in force, and does not fence out again the clients that the fence let in', async () => {
    const { env, choose, undone } = await recovery(['hold', 'fence']);
    expect(await choose()).toEqual({
      chosen: ['fence', 'hold'],
      left: [
        ['readmit.1', { endsWith: ['fence'] }],
        ['remove', { cause: true }],
      ],
    });
    await undoRun('last', env);
    expect(['fence', 'hold', 'readmit.1', 'remove'].map(undone)).toEqual([true, true, false, false]);
  });

  it('fences out again where asked to, and where another run made the fence', async () => {
    expect((await (await recovery(['fence'])).choose({ steps: ['readmit'] })).chosen).toEqual(['readmit.1']);
    const env = envFor(kit, fakeFleet().transport);
    const plan = planOf(kit, [{ name: 'w', steps: [draft('readmit', 'readmit', { clients: 'all' })] }]);
    await execute(plan, env);
    expect(await undoRun('last', env)).toMatchObject({ planned: 2 });
  });

  it('undoes nothing that was not shown', async () => {
    const { env, undone } = await recovery(['hold', 'fence']);
    await undoRun('last', env, { shown: ['hold'] });
    expect([undone('hold'), undone('fence')]).toEqual([true, false]);
  });
});

describe('an undo is a change of its own', () => {
  const PARAMS: Record<string, Record<string, unknown>> = {
    stop: { process: 'agent' },
    readmit: { clients: 'all' },
    scale: { type: 'm7i.4xlarge' },
    kubectl: REMOVE,
    exec: { command: 'true' },
  };

  it.each(ACTION_NAMES)('%s says what its undo does and how severe that is, or that it has none', (name) => {
    const { undo, irreversible } = actionNamed(name);
    expect(undo === undefined).toBe(irreversible !== undefined);
  });

  it.each([
    ['stop', 'change', 'release held processes named agent'],
    [
      'pause',
      'change',
      'start kube-controller-manager again: put the manifest back where the kubelet reads it, or unmask the unit',
    ],
    [
      'fence',
      'change',
      'remove the fence: API clients get through again, unless an earlier fence still holds',
    ],
    ['readmit', 'severe', 'fence all clients again'],
    ['cordon', 'change', 'accept new connections to ports 10256, 30000-32767 again'],
    ['scale', 'severe', 'm7i.4xlarge → m6i.large: stop and start each machine, one at a time'],
    ['shrink', 'change', 'unmask and start kubelet.service'],
    ['kubectl', 'severe', 're-create DaemonSet monitoring/agent'],
  ] as const)('%s: %s', (action, danger, summary) => {
    const step = draft('it', action, PARAMS[action] ?? {});
    const memory = new RunMemory(planOf(kit, [{ name: 'w', steps: [step] }]));
    for (const target of targets)
      memory.learn({ kind: 'before', step: 'it', target, before: { type: 'm6i.large' } }, '');
    expect(undoOf(memory, step)).toEqual({ danger, summary });
  });

  it('has nothing to undo where only pods were deleted, or something was read', () => {
    const readOnly = [{ pods: 'ns/app=x' }, { get: '/readyz' }];
    for (const params of readOnly) {
      const plan = planOf(kit, [{ name: 'w', steps: [draft('it', 'kubectl', params, { anyOf: true })] }]);
      const memory = new RunMemory(plan);
      memory.learn({ kind: 'intent', step: 'it', op: 'apply', targets: ['n1'], via: 'ssh', wave: 1 }, '');
      expect(chooseUndo(memory)).toEqual({ chosen: [], left: [] });
    }
  });
});
