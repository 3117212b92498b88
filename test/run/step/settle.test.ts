import { expect, it } from 'vitest';
import { execute } from '../../../src/run/execute.ts';
import { resumeRun } from '../../../src/run/resume.ts';
import type { RunEnv } from '../../../src/run/types.ts';
import { undoRun } from '../../../src/run/undo/undo.ts';
import { makeOutcome } from '../../../src/transport/outcome.ts';
import type { Transport } from '../../../src/transport/types.ts';
import { envFor, fakeFleet, kitOf } from '../fake-fleet.ts';
import { holdStep, planOf } from '../plans.ts';

/** A gate that cannot open: no control-plane node is in this fleet. */
const SHUT = { answering: '100%', holdsMs: 0, withinMs: 0, everyMs: 1 };

it.each<['already' | 'changed', string]>([
  ['already', 'done'],
  ['changed', 'guard'],
])(
  'after a batch whose nodes say %s, its gate is waited for only where something changed',
  async (did, state) => {
    const kit = kitOf(2);
    const { transport } = fakeFleet();
    const told: Transport = {
      ...transport,
      async *run(batch, script, options) {
        for await (const outcome of transport.run(batch, script, options)) {
          if (outcome.result?.op === 'apply') outcome.result.state = did;
          yield outcome;
        }
      },
    };
    const step = { ...holdStep(kit, 'batch'), gate: SHUT, rollBack: true };
    const plan = planOf(kit, [{ name: 'a', steps: [step] }]);
    expect(await execute(plan, envFor(kit, told))).toMatchObject({ state });
  },
);

it('what was interrupted while the gate of its batch was waited for can be resumed', async () => {
  const kit = kitOf(2);
  const stop = new AbortController();
  const env: RunEnv = {
    ...envFor(kit, fakeFleet().transport),
    stop: stop.signal,
    onEvent: ({ kind }) => kind === 'gate' && stop.abort(),
  };
  const step = { ...holdStep(kit, 'batch'), gate: { ...SHUT, withinMs: 60_000 }, rollBack: true };
  expect(await execute(planOf(kit, [{ name: 'a', steps: [step] }]), env)).toMatchObject({
    state: 'interrupted',
    counts: { ok: 2 },
    next: expect.stringContaining('fireaxe resume'),
  });
});

it('what its closed gate could not undo everywhere is not called undone, nor on a resume: the undo is named', async () => {
  const kit = kitOf(2);
  const { transport } = fakeFleet((op, _, node) => (op === 'undo' && node === 'n2' ? 'unreachable' : 'ok'));
  const env = envFor(kit, transport);
  const step = { ...holdStep(kit, 'batch'), gate: SHUT, rollBack: true };
  const first = await execute(planOf(kit, [{ name: 'a', steps: [step] }]), env);
  for (const { state, runId, workstreams } of [first, await resumeRun('last', env)]) {
    expect(state).toBe('guard');
    expect(workstreams[0]!.why).not.toMatch(/undone, because|was undone/);
    const next = `1 of 2 targets could not be undone; next: fireaxe undo ${runId} --step batch`;
    expect(workstreams[0]!.why).toContain(next);
  }
});

/** Throttles every order of an operation until its time is up; no other transport is left. */
function throttling(transport: Transport, op: string): Transport {
  return {
    ...transport,
    async *run(batch, script, options) {
      const reason = { code: 'throttled', message: 'SSM throttled it' } as const;
      if (new RegExp(`^FX_OP=${op}$`, 'm').test(script.textFor(batch[0]!, 'ssh')))
        for (const { name } of batch)
          yield makeOutcome({ target: name, via: 'ssh' }, 'not-attempted', { reason });
      else yield* transport.run(batch, script, options);
    },
  };
}

it('targets that were throttled until their time was up count against the budget: the next step does not begin', async () => {
  const kit = kitOf(3);
  const { transport, nodes } = fakeFleet();
  const steps = ['one', 'two'].map((id) => holdStep(kit, id, { maxFailures: '1' }));
  const verdict = await execute(
    planOf(kit, [{ name: 'a', steps }]),
    envFor(kit, throttling(transport, 'apply')),
  );
  expect(verdict).toMatchObject({ state: 'guard', counts: { 'not-attempted': 6 } });
  expect(nodes.size).toBe(0);
});

it('an undo that was throttled until its time was up is not done', async () => {
  const kit = kitOf(2);
  const { transport } = fakeFleet();
  const env = envFor(kit, transport);
  await execute(planOf(kit, [{ name: 'a', steps: [holdStep(kit, 'one')] }]), env);
  const throttled = { ...env, transport: async () => throttling(transport, 'undo') };
  expect(await undoRun('last', throttled)).toMatchObject({
    state: 'failed',
    counts: { 'not-attempted': 2 },
    next: expect.stringContaining('fireaxe undo'),
  });
  expect(await undoRun('last', env)).toMatchObject({ state: 'done', counts: { ok: 2 } });
});
