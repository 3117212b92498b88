import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { execute } from '../../src/run/execute.ts';
import { journalPath } from '../../src/run/journal/run-order.ts';
import { readRun } from '../../src/run/journal/store.ts';
import { resumeRun } from '../../src/run/resume.ts';
import { undoRun } from '../../src/run/undo/undo.ts';
import { asIfKilled } from './as-if-killed.ts';
import { envFor, type Fate, fakeFleet, kitOf } from './fake-fleet.ts';
import { holdStep, planOf } from './plans.ts';

const total = (counts: Record<string, number>) => Object.values(counts).reduce((a, b) => a + b, 0);

describe('promise 4: after a crash at any moment, resume runs no step twice on any node', () => {
  it('and the totals are whole', async () => {
    const fates = fc.constantFrom<Fate>('ok', 'ok', 'ok', 'lost-before', 'lost-after', 'unreachable');
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 30 }),
        fc.array(fates, { minLength: 30, maxLength: 30 }),
        fc.boolean(),
        async (crashAt, fateOf, lossy) => {
          const kit = kitOf(6);
          let calls = 0;
          let healthy = false;
          const fleet = fakeFleet((op) => {
            if (healthy) return 'ok';
            calls++;
            if (calls === crashAt) return 'crash';
            return op === 'apply' ? fateOf[calls % fateOf.length]! : 'ok';
          });
          const plan = planOf(kit, [
            { name: 'a', steps: [holdStep(kit, 'one', { parallel: 3 }), holdStep(kit, 'two')] },
          ]);
          const env = envFor(kit, fleet.transport);
          const ended = await Promise.race([execute(plan, env), fleet.crashed]);
          // The disk as it is in this moment: what the dead client still has in hand does not reach it any more.
          const stateDir = `${env.stateDir}-then`;
          cpSync(env.stateDir, stateDir, { recursive: true });
          if (ended === true) {
            const { runId } = await readRun(stateDir, 'last');
            asIfKilled(journalPath(stateDir, runId));
            if (lossy) loseLastOutcomes(journalPath(stateDir, runId));
          } else if (ended.state === 'done') return;

          healthy = true;
          const again = fakeFleetOver(fleet);
          const verdict = await resumeRun('last', { ...env, stateDir, transport: async () => again });
          expect(verdict.state).toBe('done');
          expect(verdict.counts.ok).toBe(12);
          expect(total(verdict.counts)).toBe(verdict.planned);
          for (const node of fleet.nodes.values()) {
            expect([...node.ran.values()]).toEqual([1, 1]);
            // Nor was it only the node's own receipt that held it.
            expect(node.doubled).toBe(0);
          }
          expect((await readRun(stateDir, 'last')).intact).toBe(true);
        },
      ),
      { numRuns: 30 },
    );
  });
});

/** Outcomes are not waited for: a crash may lose those at the end, never an intent. */
function loseLastOutcomes(path: string): void {
  // A record that was cut off does not count.
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  while (JSON.parse(lines.at(-1)!).kind === 'outcome') lines.pop();
  writeFileSync(path, `${lines.join('\n')}\n`);
}

/** The same nodes, met by a new process. */
function fakeFleetOver(old: ReturnType<typeof fakeFleet>) {
  const fresh = fakeFleet();
  for (const [name, node] of old.nodes) fresh.nodes.set(name, node);
  return fresh.transport;
}

describe('resume', () => {
  it('refuses a run that is done', async () => {
    const kit = kitOf(2);
    const env = envFor(kit, fakeFleet().transport);
    await execute(planOf(kit, [{ name: 'a', steps: [holdStep(kit, 'one')] }]), env);
    await expect(resumeRun('last', env)).rejects.toMatchObject({
      kind: 'usage',
      message: expect.stringContaining('is done'),
    });
  });

  it('launches again only where it is certain that nothing left', async () => {
    const kit = kitOf(4);
    let first = true;
    const fleet = fakeFleet((op, _step, node) =>
      first && op === 'apply' && node === 'n2' ? 'unreachable' : 'ok',
    );
    const env = envFor(kit, fleet.transport);
    const verdict = await execute(planOf(kit, [{ name: 'a', steps: [holdStep(kit, 'one')] }]), env);
    expect(verdict).toMatchObject({ state: 'partial', counts: { ok: 3, unreachable: 1 } });
    first = false;
    expect(await resumeRun('last', env)).toMatchObject({ state: 'done', counts: { ok: 4 } });
  });

  it('launches again what arrived incomplete, and undo has nothing to do there', async () => {
    const kit = kitOf(3);
    let first = true;
    const fleet = fakeFleet((op, _step, node) =>
      first && op === 'apply' && node === 'n2' ? 'incomplete' : 'ok',
    );
    const run = async () => {
      const env = envFor(kit, fleet.transport);
      const verdict = await execute(planOf(kit, [{ name: 'a', steps: [holdStep(kit, 'one')] }]), env);
      expect(verdict).toMatchObject({ state: 'partial', counts: { ok: 2, failed: 1 } });
      return env;
    };
    expect((await undoRun('last', await run())).planned).toBe(2);
    const env = await run();
    first = false;
    expect(await resumeRun('last', env)).toMatchObject({ state: 'done', counts: { ok: 3 } });
  });

  it('asks those that an earlier resume may have sent it to, whatever was known of them before', async () => {
    const kit = kitOf(3);
    let fate: Fate = 'incomplete';
    const ops: string[] = [];
    const fleet = fakeFleet((op, _step, node) => {
      if (node !== 'n2') return 'ok';
      ops.push(op);
      return fate;
    });
    const env = envFor(kit, fleet.transport);
    const { runId } = await execute(planOf(kit, [{ name: 'a', steps: [holdStep(kit, 'one')] }]), env);
    fate = 'crash';
    await Promise.race([resumeRun('last', env), fleet.crashed]);
    const stateDir = `${env.stateDir}-then`;
    cpSync(env.stateDir, stateDir, { recursive: true });
    asIfKilled(journalPath(stateDir, runId));
    ops.length = 0;
    const again = fakeFleet((op, _step, node) => {
      if (node === 'n2') ops.push(op);
      return 'ok';
    });
    await resumeRun('last', { ...env, stateDir, transport: async () => again.transport });
    expect(ops).toEqual(['receipt', 'apply']);
  });

  it('asks before it sends again: what may have left is never sent blindly', async () => {
    const kit = kitOf(3);
    let before = true;
    const ops: string[] = [];
    const fleet = fakeFleet((op, _step, node) => {
      if (!before) ops.push(`${op} ${node}`);
      if (!before) return 'ok';
      if (op === 'receipt') return 'unreachable';
      return node === 'n1' ? 'lost-after' : node === 'n2' ? 'lost-before' : 'ok';
    });
    const env = envFor(kit, fleet.transport);
    const first = await execute(planOf(kit, [{ name: 'a', steps: [holdStep(kit, 'one')] }]), env);
    expect(first.counts).toMatchObject({ ok: 1, unknown: 2 });
    before = false;
    expect(await resumeRun('last', env)).toMatchObject({ state: 'done', counts: { ok: 3 } });
    expect(ops).toEqual(['receipt n1', 'receipt n2', 'apply n2']);
  });

  it('does not go on past a budget that is used up, and does not say that it could', async () => {
    const kit = kitOf(4);
    const steps: string[] = [];
    const fleet = fakeFleet((op, step, node) => {
      if (op === 'apply') steps.push(step);
      return step === 'one' && node === 'n1' ? 'fails' : 'ok';
    });
    const env = envFor(kit, fleet.transport);
    const plan = planOf(kit, [
      { name: 'a', steps: [holdStep(kit, 'one', { maxFailures: '0' }), holdStep(kit, 'two')] },
    ]);
    const first = await execute(plan, env);
    expect(first).toMatchObject({ state: 'guard', next: `fireaxe timeline ${first.runId}` });
    expect(await resumeRun('last', env)).toMatchObject({ state: 'guard' });
    expect(steps).not.toContain('two');
  });

  it('is offered only where something is left to do', async () => {
    const kit = kitOf(2);
    const env = envFor(kit, fakeFleet((op) => (op === 'apply' ? 'fails' : 'ok')).transport);
    const verdict = await execute(planOf(kit, [{ name: 'a', steps: [holdStep(kit, 'one')] }]), env);
    expect(verdict).toMatchObject({ state: 'partial', next: `fireaxe timeline ${verdict.runId}` });
  });

  it('writes nothing to a run that is done', async () => {
    const kit = kitOf(1);
    const env = envFor(kit, fakeFleet().transport);
    await execute(planOf(kit, [{ name: 'a', steps: [holdStep(kit, 'one')] }]), env);
    const { records } = await readRun(env.stateDir, 'last');
    await expect(resumeRun('last', env)).rejects.toMatchObject({ kind: 'usage' });
    expect((await readRun(env.stateDir, 'last')).records).toHaveLength(records.length);
  });

  it('does not pass a gate between waves that stays closed', async () => {
    const fleet = fakeFleet();
    const kit = kitOf(6);
    // There is no control plane here that could answer.
    const gate = { answering: '100%', holdsMs: 0, withinMs: 0, everyMs: 1 };
    const step = { ...holdStep(kit, 'one'), waves: [2, 2, 2], gate };
    const env = envFor(kit, fleet.transport);
    const plan = planOf(kit, [{ name: 'a', steps: [step] }]);
    const closed = { state: 'guard', counts: { ok: 2, 'not-attempted': 4 } };
    expect(await execute(plan, env)).toMatchObject(closed);
    for (let i = 0; i < 2; i++) {
      const again = await resumeRun('last', env);
      expect(again).toMatchObject(closed);
      expect(again.workstreams[0]!.why).toContain('gate between waves did not open');
    }
    expect([...fleet.nodes].filter(([, node]) => node.ran.size > 0)).toHaveLength(2);
  });

  it('does not count as done what its own gate undid', async () => {
    const kit = kitOf(2);
    const fleet = fakeFleet();
    const env = envFor(kit, fleet.transport);
    const gate = { answering: '100%', holdsMs: 0, withinMs: 0, everyMs: 1 };
    const step = { ...holdStep(kit, 'one'), gate, rollBack: true };
    expect(await execute(planOf(kit, [{ name: 'a', steps: [step] }]), env)).toMatchObject({ state: 'guard' });
    expect(fleet.nodeOf('n1').undone).toEqual(['one']);
    const again = await resumeRun('last', env);
    expect(again).toMatchObject({ state: 'guard', next: `fireaxe timeline ${again.runId}` });
    expect(again.workstreams[0]!.why).toMatch(/was undone; make a new plan/);
  });
});
