import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { fanout } from '../../src/fanout/fanout.ts';
import type { FanoutDeps, FanoutSpec } from '../../src/fanout/types.ts';
import type { Target } from '../../src/kit/types.ts';
import { OUTCOME_STATES, type OutcomeState, type Transport } from '../../src/transport/types.ts';
import { fakeTransport, outcome, script, target, targets } from './fake-transport.ts';

function spec(rest: Partial<FanoutSpec>): FanoutSpec {
  const all = rest.targets ?? [];
  return {
    targets: all,
    script,
    waves: [all.length],
    parallel: 10,
    budget: all.length,
    connectMs: 1000,
    runMs: 1000,
    ...rest,
  };
}

function deps(transports: Record<string, Transport>, rest: Partial<FanoutDeps> = {}): FanoutDeps {
  return {
    transport: async (name) => transports[name]!,
    transportsTo: (t) => t.via,
    stop: new AbortController().signal,
    stopWaiting: new AbortController().signal,
    ...rest,
  };
}

it('runs no more at a time than the transport has places for, whatever the parallelism', async () => {
  const all = targets(20);
  let inFlight = 0;
  let most = 0;
  const transport: Transport = {
    name: 'ssh',
    places: 3,
    batches: (ts) => ts.map((t) => [t]),
    async *run([t]) {
      most = Math.max(most, ++inFlight);
      await new Promise((resolve) => setImmediate(resolve));
      inFlight--;
      yield outcome(t!.name, 'ok');
    },
    async close() {},
  };
  const verdict = await fanout(spec({ targets: all, parallel: 10 }), deps({ ssh: transport }));
  expect(verdict.counts.ok).toBe(20);
  expect(most).toBe(3);
});

describe('promise 4: every target ends in exactly one state, and the totals equal the plan', () => {
  it('whatever the transport answers, forgets, doubles or throws', async () => {
    const states = fc.constantFrom<OutcomeState | 'forgotten' | 'twice' | 'throws'>(
      ...OUTCOME_STATES.slice(0, 5),
      'forgotten',
      'twice',
      'throws',
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(states, { minLength: 1, maxLength: 40 }),
        fc.nat(40),
        fc.integer({ min: 1, max: 8 }),
        async (plan, budget, parallel) => {
          const all = targets(plan.length);
          const transport: Transport = {
            name: 'ssh',
            batches: (ts) => ts.map((t) => [t]),
            async *run([t]) {
              const wanted = plan[Number(t!.name.slice(1)) - 1]!;
              if (wanted === 'throws') throw new Error('broken');
              if (wanted === 'forgotten') return;
              yield outcome(t!.name, wanted === 'twice' ? 'ok' : wanted);
              if (wanted === 'twice') yield outcome(t!.name, 'failed');
            },
            async close() {},
          };
          const verdict = await fanout(spec({ targets: all, budget, parallel }), deps({ ssh: transport }));
          expect(verdict.outcomes.map((o) => o.target)).toEqual(all.map((t) => t.name));
          expect(Object.values(verdict.counts).reduce((a, b) => a + b)).toBe(plan.length);
          for (const [i, o] of verdict.outcomes.entries()) {
            const wanted = plan[i]!;
            if (o.state === 'not-attempted') expect(verdict.stoppedBy).toBe('budget');
            else
              expect(o.state).toBe(
                wanted === 'twice'
                  ? 'ok'
                  : wanted === 'throws' || wanted === 'forgotten'
                    ? 'unknown'
                    : wanted,
              );
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('the failure budget', () => {
  const failing = (states: OutcomeState[]) =>
    fakeTransport((t) => outcome(t.name, states[Number(t.name.slice(1)) - 1] ?? 'ok'));

  it.each(['failed', 'unreachable', 'timed-out', 'unknown'] as const)('counts %s', async (state) => {
    const ssh = failing([state, state]);
    const verdict = await fanout(spec({ targets: targets(10), parallel: 1, budget: 1 }), deps({ ssh }));
    expect(verdict.stoppedBy).toBe('budget');
    expect(verdict.counts).toMatchObject({ [state]: 2, 'not-attempted': 8 });
  });

  it('allows exactly its number of failures', async () => {
    const verdict = await fanout(
      spec({ targets: targets(10), parallel: 1, budget: 2 }),
      deps({ ssh: failing(['failed', 'unreachable']) }),
    );
    expect(verdict.stoppedBy).toBeUndefined();
    expect(verdict.counts.ok).toBe(8);
  });

  it('is one for all waves', async () => {
    const states: OutcomeState[] = ['failed', 'ok', 'failed', 'ok'];
    const verdict = await fanout(
      spec({ targets: targets(6), waves: [2, 2, 2], parallel: 1, budget: 1 }),
      deps({ ssh: failing(states) }),
    );
    expect(verdict.counts).toMatchObject({ failed: 2, ok: 1, 'not-attempted': 3 });
  });

  it('after a breach launches nothing; only what was in flight can still fail', async () => {
    const ssh = fakeTransport((t) => outcome(t.name, 'failed'));
    const verdict = await fanout(spec({ targets: targets(100), parallel: 7, budget: 3 }), deps({ ssh }));
    expect(verdict.counts.failed).toBeLessThanOrEqual(3 + 7);
    expect(ssh.ran.length).toBe(verdict.counts.failed);
  });
});

describe('the parallelism', () => {
  it('is never exceeded', async () => {
    const ssh = fakeTransport((t) => outcome(t.name));
    await fanout(spec({ targets: targets(50), parallel: 6 }), deps({ ssh }));
    expect(ssh.most).toBe(6);
  });
});

describe('promise 5: one failing node does not delay the others', () => {
  it('the others end while one hangs', async () => {
    let free = () => {};
    const hung = new Promise<void>((resolve) => {
      free = resolve;
    });
    const ended: string[] = [];
    const ssh = fakeTransport(async (t) => {
      if (t.name === 'n1') await hung;
      return outcome(t.name);
    });
    const running = fanout(
      spec({ targets: targets(20), parallel: 4 }),
      deps({ ssh }, { onEvent: (e) => e.kind === 'outcome' && ended.push(e.outcome.target) }),
    );
    while (ended.length < 19) await new Promise((r) => setImmediate(r));
    free();
    expect((await running).counts.ok).toBe(20);
  });

  it.each([
    ['ssm', 'ssh'],
    ['ssh', 'ssm'],
    ['ssh', 'openssh'],
  ] as const)('those that %s cannot reach go on by %s while one hangs', async (first, second) => {
    let free = () => {};
    const hung = new Promise<void>((resolve) => {
      free = resolve;
    });
    const ended: string[] = [];
    const dead = fakeTransport(
      async (t) => {
        if (t.name === 'n101') await hung;
        return outcome(t.name, t.name === 'n101' ? 'ok' : 'unreachable', { via: first });
      },
      { name: first, group: first === 'ssm' ? 50 : 1 },
    );
    const alive = fakeTransport((t) => outcome(t.name, 'ok', { via: second }), {
      name: second,
      group: second === 'ssm' ? 50 : 1,
    });
    const running = fanout(
      spec({ targets: targets(101, { via: [first, second] }), parallel: 200, budget: 0 }),
      deps(
        { [first]: dead, [second]: alive },
        { onEvent: (e) => e.kind === 'outcome' && ended.push(e.outcome.target) },
      ),
    );
    while (ended.length < 100) await new Promise((r) => setImmediate(r));
    free();
    expect((await running).counts.ok).toBe(101);
    // Left to SSM they are few calls all the same.
    if (second === 'ssm') expect(alive.ran.length).toBe(2);
  });
});

describe('failing over', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('a few that are left to SSM are not waited for longer than a moment', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    let free = () => {};
    const hung = new Promise<void>((resolve) => {
      free = resolve;
    });
    const ssh = fakeTransport(async (t) => {
      if (t.name === 'n1') await hung;
      return outcome(t.name, t.name === 'n1' ? 'ok' : 'unreachable');
    });
    const ssm = fakeTransport((t) => outcome(t.name, 'ok', { via: 'ssm' }), { name: 'ssm', group: 50 });
    const running = fanout(spec({ targets: targets(4, { via: ['ssh', 'ssm'] }) }), deps({ ssh, ssm }));
    // The hung one has its own limit, which is far.
    while (ssm.ran.length === 0) {
      await new Promise((r) => setImmediate(r));
      vi.advanceTimersByTime(50);
    }
    expect(ssm.ran).toEqual([['n2', 'n3', 'n4']]);
    free();
    expect((await running).counts.ok).toBe(4);
  });

  it('ends each target once, whatever its transports say and whatever stops it', async () => {
    const via = fc.constantFrom<Target['via']>(
      ['ssh', 'openssh'],
      ['ssm', 'ssh'],
      ['ssh', 'ssm', 'openssh'],
      ['ssh'],
    );
    const state = fc.constantFrom<OutcomeState>('ok', 'failed', 'unreachable', 'unreachable', 'unknown');
    const node = fc.record({ via, states: fc.array(state, { minLength: 3, maxLength: 3 }) });
    await fc.assert(
      fc.asyncProperty(
        fc.array(node, { minLength: 1, maxLength: 30 }),
        fc.nat(30),
        fc.integer({ min: 1, max: 8 }),
        fc.boolean(),
        fc.boolean(),
        async (plan, budget, parallel, anyOf, adaptive) => {
          const all = plan.map((p, i) => target(`n${i + 1}`, { via: p.via }));
          const said = ({ name, via }: Target, by: string) =>
            plan[Number(name.slice(1)) - 1]!.states[via.indexOf(by as Target['via'][number])]!;
          const transport = (name: Transport['name'], group = 1) =>
            fakeTransport((t) => outcome(t.name, said(t, name), { via: name }), { name, group });
          const transports = {
            ssh: { ...transport('ssh'), lagMs: () => 0 },
            openssh: transport('openssh'),
            ssm: transport('ssm', 5),
          };
          const given = { targets: all, budget, parallel, anyOf, adaptive };
          const verdict = await fanout(spec(given), deps(transports));
          expect(verdict.outcomes.map((o) => o.target)).toEqual(all.map((t) => t.name));
          for (const [i, o] of verdict.outcomes.entries()) {
            if (o.state === 'not-attempted') continue;
            expect(o.state).toBe(said(all[i]!, o.via!));
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  const both = (n: number) => targets(n, { via: ['ssm', 'ssh'] });

  it('tries the next transport where certainly nothing was sent, grouped', async () => {
    const ssm = fakeTransport(
      (t) =>
        outcome(t.name, 'unreachable', { via: 'ssm', reason: { code: 'no-agent', message: 'no agent' } }),
      { name: 'ssm', group: 50 },
    );
    const ssh = fakeTransport((t) => outcome(t.name));
    const verdict = await fanout(spec({ targets: both(60), parallel: 100, budget: 0 }), deps({ ssm, ssh }));
    expect(verdict.counts.ok).toBe(60);
    expect(ssm.ran.length).toBe(2);
  });

  it.each(['unknown', 'timed-out', 'failed'] as const)(
    'never after %s: the command may have run',
    async (state) => {
      const ssm = fakeTransport((t) => outcome(t.name, state), { name: 'ssm' });
      const ssh = fakeTransport((t) => outcome(t.name));
      const verdict = await fanout(spec({ targets: both(3) }), deps({ ssm, ssh }));
      expect(verdict.counts[state]).toBe(3);
      expect(ssh.ran).toEqual([]);
    },
  );

  it('tells what every transport said', async () => {
    const ssm = fakeTransport(
      (t) =>
        outcome(t.name, 'unreachable', { via: 'ssm', reason: { code: 'no-agent', message: 'no agent' } }),
      { name: 'ssm' },
    );
    const ssh = fakeTransport((t) =>
      outcome(t.name, 'unreachable', { reason: { code: 'refused', message: 'connection refused' } }),
    );
    const verdict = await fanout(spec({ targets: both(1) }), deps({ ssm, ssh }));
    expect(verdict.outcomes[0]!.reason).toEqual({
      code: 'refused',
      message: 'connection refused (before: ssm: no agent)',
    });
  });

  it('goes past a transport that cannot be opened', async () => {
    const ssh = fakeTransport((t) => outcome(t.name));
    const broken = deps(
      { ssh },
      { transport: async (name) => (name === 'ssm' ? Promise.reject(new Error('no profile')) : ssh) },
    );
    expect((await fanout(spec({ targets: both(2) }), broken)).counts.ok).toBe(2);
  });
});

describe('anyOf', () => {
  it('tries one after the other until one did it; the rest is not needed', async () => {
    const ssh = fakeTransport((t) => outcome(t.name, t.name === 'n2' ? 'ok' : 'failed'));
    const verdict = await fanout(
      spec({ targets: targets(4), parallel: 4, budget: 0, anyOf: true }),
      deps({ ssh }),
    );
    expect(verdict.counts).toMatchObject({ failed: 1, ok: 1, 'not-attempted': 2 });
    expect(verdict.outcomes[3]!.reason!.code).toBe('not-needed');
    expect(ssh.ran).toEqual([['n1'], ['n2']]);
  });
});

describe('stopping', () => {
  it('launches nothing more after the first interrupt and waits for what is in flight', async () => {
    const stop = new AbortController();
    const ssh = fakeTransport((t) => {
      if (t.name === 'n3') stop.abort();
      return outcome(t.name);
    });
    const verdict = await fanout(
      spec({ targets: targets(20), parallel: 2 }),
      deps({ ssh }, { stop: stop.signal }),
    );
    expect(verdict.stoppedBy).toBe('interrupt');
    expect(verdict.counts.ok).toBe(ssh.ran.length);
    expect(verdict.counts['not-attempted']).toBe(20 - ssh.ran.length);
  });

  it('stops waiting for a transport that does not stop', async () => {
    const stopWaiting = new AbortController();
    const ssh = fakeTransport(() => {
      setImmediate(() => stopWaiting.abort());
      return new Promise<never>(() => {});
    });
    const far = spec({ targets: [target('n1')], runMs: 600_000 });
    const verdict = await fanout(far, deps({ ssh }, { stopWaiting: stopWaiting.signal }));
    expect(verdict.counts.unknown).toBe(1);
  });

  it('an intent that cannot be journaled stops all launches', async () => {
    const ssh = fakeTransport((t) => outcome(t.name));
    let calls = 0;
    const beforeLaunch = async () => {
      if (++calls === 3) throw new Error('disk full');
    };
    const verdict = await fanout(
      spec({ targets: targets(10), parallel: 1 }),
      deps({ ssh }, { beforeLaunch }),
    );
    expect(verdict.stoppedBy).toBe('journal');
    expect(ssh.ran.length).toBe(2);
    expect(verdict.counts['not-attempted']).toBe(8);
  });

  it('a gate that does not open between waves stops the next one', async () => {
    const ssh = fakeTransport((t) => outcome(t.name));
    const verdict = await fanout(
      spec({ targets: targets(9), waves: [1, 4, 4] }),
      deps({ ssh }, { betweenWaves: async (next) => next < 2 }),
    );
    expect(verdict.counts).toMatchObject({ ok: 5, 'not-attempted': 4 });
    expect(verdict.stoppedBy).toBe('gate');
  });
});
