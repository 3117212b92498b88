import { describe, expect, it } from 'vitest';
import { planActionStep } from '../../../src/plan/draft.ts';
import { execute } from '../../../src/run/execute.ts';
import { readRun } from '../../../src/run/journal/store.ts';
import { undoRun } from '../../../src/run/undo/undo.ts';
import type { Transport } from '../../../src/transport/types.ts';
import { envFor, type Fate, fakeFleet, kitOf } from '../fake-fleet.ts';
import { planOf } from '../plans.ts';

function setUp(
  action: string,
  params: Record<string, unknown>,
  fate: (op: string, node: string) => Fate,
  rest: object = {},
) {
  const kit = kitOf(3);
  const cluster = kit.clusters.c!;
  for (const node of cluster.fleet.nodes) node.roles = ['control-plane'];
  const ops: string[] = [];
  const fleet = fakeFleet((op, _step, node) => {
    ops.push(`${op} ${node}`);
    return fate(op, node);
  });
  const request = { kit, cluster, reason: 'test', now: new Date(), overrides: {} };
  const targets = cluster.fleet.nodes.map((n) => n.name);
  const step = planActionStep(
    { id: 'it', action, params, targets, place: 'test', maxFailures: '100%', ...rest },
    request,
  );
  return { plan: planOf(kit, [{ name: 'a', steps: [step] }]), env: envFor(kit, fleet.transport), ops, fleet };
}

describe('a change that can cut us off', () => {
  it('is kept by a second call after each wave', async () => {
    const { plan, env, ops } = setUp('fence', {}, () => 'ok', { canary: '1' });
    expect((await execute(plan, env)).state).toBe('done');
    expect(ops).toEqual(['apply n1', 'keep n1', 'apply n2', 'apply n3', 'keep n2', 'keep n3']);
  });

  it('is kept while others of its wave hang: its timer runs', async () => {
    const { plan, env, ops, fleet } = setUp('fence', {}, () => 'ok');
    const kept = async () => {
      while (!ops.includes('keep n1') || !ops.includes('keep n2'))
        await new Promise((later) => setTimeout(later, 20));
    };
    const transport: Transport = {
      ...fleet.transport,
      async *run([target], script, options) {
        if (target!.name === 'n3' && !ops.includes('keep n1')) await kept();
        yield* fleet.transport.run([target!], script, options);
      },
    };
    expect((await execute(plan, { ...env, transport: async () => transport })).state).toBe('done');
    expect(ops).toEqual(['apply n1', 'apply n2', 'keep n1', 'keep n2', 'apply n3', 'keep n3']);
  }, 5_000);

  it('is kept also where nothing more is to be launched, as after a first Ctrl-C', async () => {
    const interrupt = new AbortController();
    const { plan, env, ops } = setUp(
      'fence',
      {},
      (op, node) => {
        if (op === 'apply' && node === 'n2') interrupt.abort();
        return 'ok';
      },
      { wave: '1' },
    );
    expect((await execute(plan, { ...env, stop: interrupt.signal })).state).toBe('interrupted');
    expect(ops).toEqual(['apply n1', 'keep n1', 'apply n2', 'keep n2']);
  });

  it('that cannot be kept fails: the node reverts it', async () => {
    const { plan, env } = setUp('fence', {}, (op, node) =>
      op === 'keep' && node === 'n2' ? 'unreachable' : 'ok',
    );
    const verdict = await execute(plan, env);
    expect(verdict).toMatchObject({ state: 'partial', counts: { ok: 2, failed: 1 } });
    const { records } = await readRun(env.stateDir, 'last');
    expect(records.filter((r) => r.kind === 'kept').map((r) => [r.target, r.ok])).toEqual([
      ['n1', true],
      ['n2', false],
      ['n3', true],
    ]);
  });
});

describe('what is deleted is saved first', () => {
  const remove = { delete: '/apis/apps/v1/namespaces/ns/daemonsets/agent' };

  it('nothing is deleted where it could not be saved', async () => {
    const { plan, env, ops } = setUp('kubectl', remove, (op) => (op === 'fetch' ? 'fails' : 'ok'), {
      anyOf: true,
    });
    expect(await execute(plan, env)).toMatchObject({ state: 'guard' });
    expect(ops.filter((o) => o.startsWith('apply'))).toEqual([]);
  });

  it('one node that succeeds is enough, and that one is undone', async () => {
    const { plan, env, ops } = setUp(
      'kubectl',
      remove,
      (op, node) => (op === 'apply' && node === 'n1' ? 'unreachable' : 'ok'),
      { anyOf: true },
    );
    expect(await execute(plan, env)).toMatchObject({
      state: 'done',
      counts: { ok: 1, unreachable: 1, 'not-attempted': 1 },
    });
    expect(await undoRun('last', env)).toMatchObject({ state: 'done', planned: 1 });
    expect(ops).toEqual(['fetch n1', 'apply n1', 'apply n2', 'undo n2']);
  });
});
