import { describe, expect, it } from 'vitest';
import type { Kit } from '../../../src/kit/types.ts';
import { planActionStep } from '../../../src/plan/draft.ts';
import type { GateStep, UndoStep, Workstream } from '../../../src/plan/types.ts';
import { execute } from '../../../src/run/execute.ts';
import { resumeRun } from '../../../src/run/resume.ts';
import type { OutcomeReason, Transport } from '../../../src/transport/types.ts';
import { envFor, fakeFleet, kitOf } from '../fake-fleet.ts';
import { planOf } from '../plans.ts';

const SLOW: OutcomeReason = {
  code: 'connect-timeout',
  phase: 'session',
  message: 'no session was opened within 30s',
};

const window: GateStep = {
  kind: 'gate',
  id: 'window',
  title: 'the control plane answers',
  gate: { answering: '1', holdsMs: 1_000, withinMs: 600_000, everyMs: 1_000 },
};
const release: UndoStep = { kind: 'undo', id: 'release', title: 'release', steps: ['hold'] };

/** 22 nodes, some of them slow: reached at their so-many-th try; the API server answers when so many are held. */
function cluster(tries: Record<string, number>, enough: number, reason: OutcomeReason = SLOW) {
  const kit = kitOf(23);
  const nodes = kit.clusters.c!.fleet.nodes;
  nodes[22] = { ...nodes[22]!, name: 'cp', roles: ['control-plane'] };
  const tried = new Map<string, number>();
  const fleet = fakeFleet();
  const held = () => [...fleet.nodes.values()].filter((n) => n.receipts.has('hold')).length;
  const transport: Transport = {
    ...fleet.transport,
    async *run([target], script, options) {
      const text = script.textFor(target!, 'ssh');
      const { name } = target!;
      const at = new Date().toISOString();
      const base = { target: name, stdout: '', stderr: '', truncated: false, startedAt: at, endedAt: at };
      if (name === 'cp') {
        const health = held() >= enough ? 'ok' : 'no-answer';
        const data = { livez: health, readyz: health };
        yield { ...base, state: 'ok', result: { fireaxe: 1, op: 'probe', state: 'ok', data } };
        return;
      }
      const now = (tried.get(name) ?? 0) + 1;
      if (/^FX_OP=apply$/m.test(text)) tried.set(name, now);
      if (now < (tries[name] ?? 1) && /^FX_OP=apply$/m.test(text))
        yield { ...base, state: 'unreachable', reason };
      else yield* fleet.transport.run([target!], script, options);
    },
  };
  let clock = Date.parse('2026-01-01T00:00:00Z');
  const env = envFor(kit, transport, {
    now: () => new Date(clock),
    async sleep(ms) {
      await new Promise((resolve) => setImmediate(resolve));
      clock += ms;
    },
  });
  return { kit, env, fleet, held };
}

const plan = (kit: Kit, after: Workstream['steps'] = [], keepTrying: string | undefined = 'window') =>
  planOf(kit, [
    {
      name: 'fewer',
      steps: [
        planActionStep(
          {
            id: 'hold',
            action: 'stop',
            params: { process: 'agent' },
            targets: kit.clusters.c!.fleet.nodes.filter((n) => n.name !== 'cp').map((n) => n.name),
            canary: '1',
            keepTrying,
            place: 'test',
          },
          { kit, cluster: kit.clusters.c!, reason: 'test', now: new Date(), overrides: {} },
        ),
      ],
    },
    { name: 'return', steps: [window, ...after] },
  ]);

const slow = (n: number, tries: number) =>
  Object.fromEntries(Array.from({ length: n }, (_, i) => [`n${i + 3}`, tries]));

describe('a hold in a recovery whose nodes are slow', () => {
  it('runs the next step and keeps trying until the window: nothing is lost', async () => {
    const { kit, env, held } = cluster(slow(7, 3), 22);
    const verdict = await execute(plan(kit), env);
    expect(verdict).toMatchObject({ state: 'done', counts: { ok: 22, unreachable: 0 } });
    expect(held()).toBe(22);
    expect(verdict.missed).toBeUndefined();
    const notes = env.events.flatMap((e) => (e.kind === 'note' ? [e.text] : []));
    expect(notes).toEqual([
      'hold: not reached, and tried again until window is over: n[3-9]',
      'hold: all nodes were reached',
    ]);
  });

  it('a recovered run says so, names what it missed, and how to finish it', async () => {
    const { kit, env } = cluster(slow(7, 10_000), 15);
    const verdict = await execute(plan(kit), env);
    expect(verdict).toMatchObject({
      state: 'recovered',
      counts: { ok: 15, unreachable: 7 },
      missed: [{ step: 'hold', targets: ['n3', 'n4', 'n5', 'n6', 'n7', 'n8', 'n9'] }],
      next: `fireaxe resume ${verdict.runId}`,
    });
    expect(verdict.workstreams.map((w) => w.state)).toEqual(['partial', 'done']);
    // The command does what it says.
    expect(await resumeRun('last', env)).toMatchObject({ state: 'recovered', counts: { ok: 15 } });
  });

  it('offers nothing to finish where the hold was released since', async () => {
    const { kit, env, fleet } = cluster(slow(3, 10_000), 19);
    const verdict = await execute(plan(kit, [release]), env);
    expect(verdict).toMatchObject({ state: 'recovered', counts: { ok: 19, unreachable: 3 } });
    expect(verdict.next).toBeUndefined();
    expect(fleet.nodeOf('n1').undone).toEqual(['hold']);
  });

  it('is not tried any more once it is undone, though its gate comes after that', async () => {
    const { kit, env, fleet } = cluster(slow(3, 10_000), 0);
    const early = { ...plan(kit), workstreams: plan(kit).workstreams.slice(0, 1) };
    early.workstreams.push({
      name: 'return',
      title: 'return',
      needs: { ended: ['fewer'] },
      steps: [release, window],
    });
    const verdict = await execute(early, env);
    expect(verdict.workstreams.map((w) => w.state)).toEqual(['partial', 'done']);
    expect(fleet.nodeOf('n1').undone).toEqual(['hold']);
  }, 5_000);

  it('ends with the run where a saved plan names a gate that does not exist', async () => {
    const { kit, env } = cluster(slow(3, 10_000), 0);
    expect(await execute(plan(kit, [], 'nowhere'), env)).toMatchObject({ counts: { unreachable: 3 } });
  }, 5_000);

  it('says how often and how long it tried', async () => {
    const { kit, env } = cluster({ n3: 10_000 }, 21);
    await execute(plan(kit), env);
    const [, last] = env.events.flatMap((e) => (e.kind === 'note' ? [e.text] : []));
    expect(last).toMatch(/^hold: not reached \(tried \d+ times in .+\): n3$/);
  });

  it('does not try again a node that let us in no way at all', async () => {
    const { kit, env } = cluster(slow(1, 10_000), 21, { code: 'auth', message: 'accepts none of our keys' });
    const verdict = await execute(plan(kit), env);
    expect(verdict).toMatchObject({ state: 'recovered', counts: { unreachable: 1 } });
    expect(env.events.some((e) => e.kind === 'note')).toBe(false);
  });

  it('is stopped by the guard where the goal was not reached', async () => {
    const { kit, env } = cluster(slow(7, 10_000), 22);
    expect(await execute(plan(kit), env)).toMatchObject({ state: 'guard', counts: { unreachable: 7 } });
  });

  it('a workstream that failed does not hide that the others recovered', async () => {
    const { kit, env } = cluster(slow(7, 10_000), 10, { code: 'auth', message: 'accepts none of our keys' });
    const verdict = await execute(plan(kit), env);
    expect(verdict.state).toBe('recovered');
    expect(verdict.workstreams[0]).toMatchObject({ name: 'fewer', state: 'failed' });
  });
});
