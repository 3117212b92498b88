import { describe, expect, it } from 'vitest';
import type { Step } from '../../../src/plan/types.ts';
import { timeline, timelineLines } from '../../../src/report/timeline.ts';
import { execute } from '../../../src/run/execute.ts';
import { readRun } from '../../../src/run/journal/store.ts';
import { resumeRun } from '../../../src/run/resume.ts';
import type { Answer, RunEnv } from '../../../src/run/types.ts';
import { envFor, fakeFleet, kitOf } from '../fake-fleet.ts';
import { holdStep, planOf } from '../plans.ts';

const ASK: Step = { kind: 'ask', id: 'approve', title: 'a person decides', text: 'Go on?', withinMs: 60_000 };
const YES: Answer = { answer: 'yes', by: 'alice@bastion', how: 'terminal' };

/** Sleeps until its signal aborts. */
const asleep = (_ms: number, signal?: AbortSignal) =>
  new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve()));

function world(rest: Partial<RunEnv> = {}) {
  const kit = kitOf(2);
  const fleet = fakeFleet();
  const plan = planOf(kit, [
    { name: 'asked', steps: [ASK, holdStep(kit, 'after')] },
    { name: 'beside', steps: [holdStep(kit, 'other')] },
  ]);
  const env = envFor(kit, fleet.transport, { sleep: asleep, ...rest });
  const ran = (step: string) => [...fleet.nodes.values()].filter((node) => node.ran.has(step)).length;
  const asks = async () =>
    (await readRun(env.stateDir, 'last')).records.flatMap((r) => (r.kind === 'ask' ? [r] : []));
  return { plan, env, ran, asks };
}

describe('a step that waits for a person', () => {
  it('continues once it has a yes, and other workstreams do not wait for it', async () => {
    let besides = 0;
    const { plan, env, ran, asks } = world({
      ask: async (question) => {
        expect(question).toEqual({ cluster: 'c', step: 'approve', text: 'Go on?' });
        while (ran('other') < 2) await new Promise((done) => setImmediate(done));
        besides = ran('after');
        return YES;
      },
    });
    expect((await execute(plan, env)).state).toBe('done');
    expect([besides, ran('after')]).toEqual([0, 2]);
    expect(await asks()).toMatchObject([
      { step: 'approve', state: 'waiting', text: 'Go on?' },
      { step: 'approve', state: 'answered', ...YES },
    ]);
    const { records } = await readRun(env.stateDir, 'last');
    const story = timelineLines(timeline('r', records)).join('\n');
    expect(story).toMatch(/approve: asks: Go on\?/);
    expect(story).toMatch(/approve: alice@bastion answered yes$/m);
  });

  it('ends its workstream with no, as a guard does', async () => {
    const { plan, env, ran } = world({ ask: async () => ({ ...YES, answer: 'no' }) });
    const verdict = await execute(plan, env);
    expect(verdict).toMatchObject({ state: 'guard', next: `fireaxe resume ${verdict.runId}` });
    expect(verdict.workstreams[0]).toMatchObject({
      state: 'failed',
      why: 'approve: alice@bastion answered no',
    });
    expect([ran('after'), ran('other')]).toEqual([0, 2]);
  });

  it('does not wait longer than its time', async () => {
    const slept: number[] = [];
    const { plan, env, ran, asks } = world({
      ask: (_question, signal) => asleep(0, signal).then(() => undefined),
      sleep: async (ms) => void slept.push(ms),
    });
    const verdict = await execute(plan, env);
    expect(verdict.state).toBe('guard');
    expect(verdict.workstreams[0]!.why).toBe('approve: nobody answered within 1m00s');
    expect([slept, ran('after')]).toEqual([[60_000], 0]);
    expect((await asks()).at(-1)).toMatchObject({ state: 'expired' });
  });

  it.each([
    ['Ctrl-C', true, 'approve: interrupted'],
    ['the loss of the terminal', false, 'approve: there is no terminal to answer at'],
  ])('is interrupted by %s, and a resume asks again', async (_name, pressed, why) => {
    const stop = new AbortController();
    const { plan, env, ran, asks } = world({
      stop: stop.signal,
      ask: async (_question, signal) => {
        while (ran('other') < 2) await new Promise((done) => setImmediate(done));
        if (!pressed) return undefined;
        stop.abort();
        expect(signal.aborted).toBe(true);
        return new Promise(() => {});
      },
    });
    const verdict = await execute(plan, env);
    expect(verdict).toMatchObject({ state: 'interrupted', next: `fireaxe resume ${verdict.runId}` });
    expect(verdict.workstreams[0]).toMatchObject({ state: 'stopped', why });
    expect((await asks()).at(-1)).toMatchObject({ state: 'interrupted' });
    const again = { ...env, stop: new AbortController().signal, ask: async () => YES };
    expect((await resumeRun('last', again)).state).toBe('done');
    expect((await asks()).map(({ state }) => state)).toEqual([
      'waiting',
      'interrupted',
      'waiting',
      'answered',
    ]);
    expect([ran('after'), ran('other')]).toEqual([2, 2]);
  });

  it('is not asked again once it has its yes', async () => {
    const stop = new AbortController();
    const { plan, env } = world({
      stop: stop.signal,
      ask: async () => {
        setImmediate(() => stop.abort());
        return YES;
      },
    });
    plan.workstreams[0]!.steps.push({ ...ASK, id: 'second' });
    const asked: string[] = [];
    await execute(plan, env);
    const ask = async ({ step }: { step: string }) => {
      asked.push(step);
      return YES;
    };
    await resumeRun('last', { ...env, stop: new AbortController().signal, ask });
    expect(asked).toEqual(['second']);
  });
});
