import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { execute } from '../../src/run/execute.ts';
import { journalPath } from '../../src/run/journal/run-order.ts';
import { readRun } from '../../src/run/journal/store.ts';
import { RunMemory } from '../../src/run/memory.ts';
import { undoRun } from '../../src/run/undo/undo.ts';
import { holdsBy, type VerifyScope, verifyRun } from '../../src/run/verify.ts';
import { envFor, type Fate, fakeFleet, kitOf } from './fake-fleet.ts';
import { holdStep, planOf } from './plans.ts';

/** A run of two steps on six nodes, and the way to verify it. */
async function held(fates: Record<string, Fate>) {
  const kit = kitOf(6);
  const asked: string[] = [];
  const fleet = fakeFleet((op, step, node) => {
    if (op === 'verify') asked.push(`${step} ${node}`);
    return fates[`${op} ${node}`] ?? 'ok';
  });
  const plan = planOf(kit, [{ name: 'w', steps: [holdStep(kit, 'one'), holdStep(kit, 'two')] }]);
  const env = envFor(kit, fleet.transport);
  await execute(plan, env);
  const verify = async (scope: VerifyScope = {}) => {
    const { runId, records } = await readRun(env.stateDir, 'last');
    const run = { runId, dir: dirname(journalPath(env.stateDir, runId)), records };
    return verifyRun(run, RunMemory.of(records)!, env, scope);
  };
  return { env, asked, verify };
}

describe('verify', () => {
  it('tells for each node whether the change of each step holds', async () => {
    const { verify } = await held({
      'verify n2': 'fails',
      'verify n3': 'unreachable',
      'verify n4': 'lost-before',
    });
    const [one, two] = await verify();
    expect(one).toMatchObject({ step: 'one', notAsked: [] });
    expect(Object.fromEntries(one!.targets.map(({ target, state }) => [target, state]))).toEqual({
      n1: 'holds',
      n2: 'partly',
      n3: 'unreachable',
      n4: 'unknown',
      n5: 'holds',
      n6: 'holds',
    });
    expect(one!.targets.find(({ target }) => target === 'n2')).toMatchObject({ note: 'no' });
    expect(two!.targets).toHaveLength(6);
  });

  it('says where the node will revert a change, because it was not kept', async () => {
    const { verify } = await held({ 'verify n1': 'armed' });
    const [one] = await verify({ steps: ['one'], targets: ['n1', 'n2'] });
    expect(one!.targets).toEqual([
      { target: 'n1', state: 'holds', note: 'not kept; the node will revert it' },
      { target: 'n2', state: 'holds' },
    ]);
  });

  it('does not ask nodes that the run did not change', async () => {
    const { verify, asked } = await held({ 'apply n1': 'fails', 'apply n2': 'unreachable' });
    const [one] = await verify({ steps: ['one'] });
    expect(one!.notAsked).toEqual([
      { target: 'n1', why: 'failed' },
      { target: 'n2', why: 'unreachable' },
    ]);
    expect(asked.sort()).toEqual(['one n3', 'one n4', 'one n5', 'one n6']);
  });

  it('does not ask nodes whose change was undone, and does not ask others than those that are named', async () => {
    const { env, verify, asked } = await held({});
    await undoRun('last', env, { targets: ['n1'] });
    const [one] = await verify({ steps: ['one'], targets: ['n1', 'n2'] });
    expect(one).toMatchObject({ notAsked: [{ target: 'n1', why: 'undone' }] });
    expect(asked).toEqual(['one n2']);
  });

  it('writes nothing', async () => {
    const { env, verify } = await held({});
    const { runId } = await readRun(env.stateDir, 'last');
    const dir = join(env.stateDir, runId);
    const all = () => readdirSync(dir).map((name) => [name, readFileSync(join(dir, name), 'utf8')]);
    const before = all();
    await verify();
    expect(all()).toEqual(before);
  });
});

describe('what a node answers', () => {
  const answer = (state: 'ok' | 'failed' | 'refused', code?: string, data?: Record<string, string>) => ({
    state: state === 'ok' ? ('ok' as const) : ('failed' as const),
    result: { fireaxe: 1 as const, op: 'verify', state, ...(code && { code }), ...(data && { data }) },
  });

  it.each([
    ['holds', answer('ok')],
    ['gone', answer('failed', 'gone')],
    ['gone', answer('failed', 'not-held', { held: '0', running: '2' })],
    ['partly', answer('failed', 'not-held', { held: '1', running: '1' })],
    ['partly', answer('failed', 'no-watch', { held: '2' })],
    ['unknown', answer('refused', 'no-tool')],
    ['unknown', { state: 'timed-out' as const, result: undefined }],
    ['unreachable', { state: 'unreachable' as const, result: undefined }],
  ])('is %s: %j', (holds, outcome) => expect(holdsBy(outcome as never)).toBe(holds));
});
