import { describe, expect, it } from 'vitest';
import { execute } from '../../src/run/execute.ts';
import { readRun } from '../../src/run/journal/store.ts';
import { undoRun } from '../../src/run/undo/undo.ts';
import { envFor, fakeFleet, kitOf } from './fake-fleet.ts';
import { holdStep, planOf } from './plans.ts';

describe('promise 2: what runs is the plan', () => {
  it('the plan is on the disk before anything is launched, an intent before each launch', async () => {
    const kit = kitOf(3);
    const order: string[] = [];
    const fleet = fakeFleet((op, _s, node) => {
      order.push(`${op} ${node}`);
      return 'ok';
    });
    const env = envFor(kit, fleet.transport, {
      onEvent: (e) => void (e.kind === 'intent' && order.push(`intent ${e.targets}`)),
    });
    await execute(planOf(kit, [{ name: 'a', steps: [holdStep(kit, 'one', { parallel: 1 })] }]), env);
    expect(order).toEqual(['intent n1', 'apply n1', 'intent n2', 'apply n2', 'intent n3', 'apply n3']);
    const { records } = await readRun(env.stateDir, 'last');
    expect(records[0]!.kind).toBe('plan');
    expect(records.findIndex((r) => r.kind === 'intent')).toBeLessThan(
      records.findIndex((r) => r.kind === 'outcome'),
    );
  });
});

describe('promise 3: every change carries its undo', () => {
  it('undo restores what was changed, once, newest step first', async () => {
    const kit = kitOf(2);
    const fleet = fakeFleet();
    const env = envFor(kit, fleet.transport);
    await execute(planOf(kit, [{ name: 'a', steps: [holdStep(kit, 'one'), holdStep(kit, 'two')] }]), env);
    expect(await undoRun('last', env)).toMatchObject({ state: 'done', planned: 4, counts: { ok: 4 } });
    expect(fleet.nodeOf('n1').undone).toEqual(['two', 'one']);
    expect(await undoRun('last', env)).toMatchObject({ state: 'done', planned: 0 });
    expect(fleet.nodeOf('n1').undone).toEqual(['two', 'one']);
  });

  it('leaves alone what was never launched, and asks what may have been', async () => {
    const kit = kitOf(3);
    const fleet = fakeFleet((op, _s, node) =>
      op === 'undo' ? 'ok' : node === 'n1' ? 'unreachable' : node === 'n2' ? 'lost-before' : 'ok',
    );
    const env = envFor(kit, fleet.transport);
    await execute(planOf(kit, [{ name: 'a', steps: [holdStep(kit, 'one')] }]), env);
    expect(await undoRun('last', env)).toMatchObject({ planned: 2 });
    expect(fleet.nodeOf('n1').undone).toEqual([]);
  });

  it('can be limited to steps and nodes', async () => {
    const kit = kitOf(3);
    const fleet = fakeFleet();
    const env = envFor(kit, fleet.transport);
    await execute(planOf(kit, [{ name: 'a', steps: [holdStep(kit, 'one'), holdStep(kit, 'two')] }]), env);
    await undoRun('last', env, { steps: ['one'], targets: ['n2'] });
    expect([...fleet.nodes].map(([name, n]) => [name, n.undone])).toEqual([
      ['n1', []],
      ['n2', ['one']],
      ['n3', []],
    ]);
  });
});

describe('workstreams', () => {
  const run = async (fails: string[], needs: object) => {
    const kit = kitOf(2);
    const fleet = fakeFleet((op, step) => (op === 'apply' && fails.includes(step) ? 'fails' : 'ok'));
    const plan = planOf(kit, [
      { name: 'first', steps: [holdStep(kit, 'one', { maxFailures: '0' })] },
      { name: 'second', steps: [holdStep(kit, 'two', { maxFailures: '0' })] },
      { name: 'after', needs, steps: [holdStep(kit, 'three')] },
    ]);
    const verdict = await execute(plan, envFor(kit, fleet.transport));
    return verdict.workstreams.find((w) => w.name === 'after')!.state;
  };

  it('wait for all', async () => {
    expect(await run([], { all: ['first', 'second'] })).toBe('done');
    expect(await run(['two'], { all: ['first', 'second'] })).toBe('skipped');
  });
  it('wait for any', async () => {
    expect(await run(['two'], { any: ['first', 'second'] })).toBe('done');
    expect(await run(['one', 'two'], { any: ['first', 'second'] })).toBe('skipped');
  });
  it('wait for an end, whichever', async () => {
    expect(await run(['one', 'two'], { ended: ['first', 'second'] })).toBe('done');
    const kit = kitOf(3);
    const steps: string[] = [];
    const fleet = fakeFleet((op, step) => {
      if (op === 'apply') steps.push(step);
      return 'ok';
    });
    const plan = planOf(kit, [
      { name: 'after', needs: { ended: ['first'] }, steps: [holdStep(kit, 'late')] },
      { name: 'first', steps: [holdStep(kit, 'early', { parallel: 1 })] },
    ]);
    await execute(plan, envFor(kit, fleet.transport));
    expect(steps).toEqual(['early', 'early', 'early', 'late', 'late', 'late']);
  });

  it('run side by side', async () => {
    const kit = kitOf(1);
    let free = () => {};
    const held = new Promise<void>((resolve) => {
      free = resolve;
    });
    const fleet = fakeFleet();
    const slow = {
      ...fleet.transport,
      async *run(...args: Parameters<typeof fleet.transport.run>) {
        const step = /FX_STEP=(\w+)/.exec(args[1].textFor(args[0][0]!, 'ssh'))![1];
        if (step === 'one') await held;
        else free();
        yield* fleet.transport.run(...args);
      },
    };
    const plan = planOf(kit, [
      { name: 'a', steps: [holdStep(kit, 'one')] },
      { name: 'b', steps: [holdStep(kit, 'two')] },
    ]);
    expect((await execute(plan, envFor(kit, slow))).state).toBe('done');
  });
});

describe('a fault in one workstream', () => {
  it.each([
    [{ waves: undefined as never }, 'internal error'],
    [{ params: { nonsense: true } }, 'step one: unknown action or parameters of stop'],
  ])('ends only that one, and says why: %j', async (broken, why) => {
    const kit = kitOf(2);
    const fleet = fakeFleet();
    const first = holdStep(kit, 'one');
    const plan = planOf(kit, [{ name: 'other', steps: [holdStep(kit, 'two')] }]);
    plan.workstreams.unshift({
      name: 'broken',
      title: '',
      needs: {},
      steps: [{ ...first, ...broken }],
    });
    const verdict = await execute(plan, envFor(kit, fleet.transport));
    expect(verdict.workstreams.map((w) => [w.name, w.state])).toEqual([
      ['broken', 'failed'],
      ['other', 'done'],
    ]);
    expect(verdict.workstreams[0]!.why).toContain(why);
  });
});

describe('interrupts', () => {
  it('the first launches nothing more and names the resume line', async () => {
    const kit = kitOf(10);
    const stop = new AbortController();
    const fleet = fakeFleet((_op, _s, node) => {
      if (node === 'n3') stop.abort();
      return 'ok';
    });
    const env = envFor(kit, fleet.transport, { stop: stop.signal });
    const verdict = await execute(
      planOf(kit, [{ name: 'a', steps: [holdStep(kit, 'one', { parallel: 1 }), holdStep(kit, 'two')] }]),
      env,
    );
    expect(verdict).toMatchObject({
      state: 'interrupted',
      planned: 20,
      counts: { ok: 3, 'not-attempted': 17 },
    });
    expect(verdict.next).toBe(`fireaxe resume ${verdict.runId}`);
    const { records } = await readRun(env.stateDir, 'last');
    expect(records.some((r) => r.kind === 'operator' && r.what === 'interrupt')).toBe(true);
  });
});

describe('a breached budget', () => {
  it('is a guard, and what hangs on it is not run', async () => {
    const kit = kitOf(10);
    const fleet = fakeFleet((_op, step) => (step === 'one' ? 'fails' : 'ok'));
    const plan = planOf(kit, [
      { name: 'a', steps: [holdStep(kit, 'one', { maxFailures: '2', parallel: 1 }), holdStep(kit, 'two')] },
    ]);
    const verdict = await execute(plan, envFor(kit, fleet.transport));
    expect(verdict).toMatchObject({
      state: 'guard',
      planned: 20,
      counts: { failed: 3, 'not-attempted': 17 },
    });
  });

  it('counts a lost outcome only after its receipt was read', async () => {
    const kit = kitOf(3);
    const fleet = fakeFleet((op) => (op === 'apply' ? 'lost-after' : 'ok'));
    const step = holdStep(kit, 'one', { maxFailures: '0', parallel: 1 });
    const verdict = await execute(planOf(kit, [{ name: 'a', steps: [step] }]), envFor(kit, fleet.transport));
    expect(verdict).toMatchObject({ state: 'done', counts: { ok: 3 } });
    expect([...fleet.nodes.values()].map(({ doubled }) => doubled)).toEqual([0, 0, 0]);
  });
});
