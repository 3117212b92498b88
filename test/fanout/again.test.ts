import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { mayPass, pauseBefore } from '../../src/fanout/again.ts';
import { fanout } from '../../src/fanout/fanout.ts';
import type { FanoutDeps, FanoutSpec } from '../../src/fanout/types.ts';
import type { Outcome, OutcomeReason, Transport, TransportOptions } from '../../src/transport/types.ts';
import { fakeTransport, outcome, script, targets } from './fake-transport.ts';

const SLOW: OutcomeReason = {
  code: 'connect-timeout',
  phase: 'session',
  message: 'no session was opened within 30s',
};
const unreachable = (name: string, reason: OutcomeReason = SLOW): Outcome =>
  outcome(name, 'unreachable', { reason });

function run(transport: Transport, of: Partial<FanoutSpec>, deps: Partial<FanoutDeps> = {}) {
  const all = of.targets ?? targets(3);
  return fanout(
    {
      targets: all,
      script,
      waves: [all.length],
      parallel: 2,
      budget: 0,
      connectMs: 1000,
      runMs: 1000,
      again: { forMs: 60_000, pausesMs: [10, 10] },
      ...of,
    },
    {
      transport: async () => transport,
      transportsTo: (t) => t.via,
      stop: new AbortController().signal,
      stopWaiting: new AbortController().signal,
      ...deps,
    },
  );
}

/** A node that is reached at its so-many-th try. */
function slowUntil(tries: Record<string, number>, reason?: OutcomeReason) {
  const tried = new Map<string, number>();
  return fakeTransport(({ name }) => {
    const now = (tried.get(name) ?? 0) + 1;
    tried.set(name, now);
    return now < (tries[name] ?? 1) ? unreachable(name, reason) : outcome(name);
  });
}

describe('a node that is slow is not lost', () => {
  it('is tried again until it is reached, and uses up no budget', async () => {
    const verdict = await run(slowUntil({ n1: 3, n2: 2 }), {});
    expect(verdict).toMatchObject({ counts: { ok: 3 } });
    expect(verdict.stoppedBy).toBeUndefined();
  });

  it('counts at the deadline, which says how often and how long it was tried', async () => {
    const again = { forMs: 80, pausesMs: [15, 15] } as const;
    const verdict = await run(slowUntil({ n1: 1000 }), { again });
    expect(verdict.stoppedBy).toBe('budget');
    const said = verdict.outcomes[0]!.reason!.message;
    expect(said).toMatch(/^no session was opened within 30s \(tried [2-5] times in \d+ms\)$/);
  });

  it('does not hold up the next wave', async () => {
    const waves: number[] = [];
    const slow = slowUntil({ n1: 2 });
    const again = { forMs: 60_000, pausesMs: [300, 300] } as const;
    const done: string[] = [];
    const verdict = await run(
      slow,
      { waves: [1, 2], again },
      {
        onEvent(event) {
          if (event.kind === 'wave') waves.push(event.wave);
          if (event.kind === 'outcome') done.push(event.outcome.target);
        },
      },
    );
    expect(waves).toEqual([1, 2]);
    expect(done).toEqual(['n2', 'n3', 'n1']);
    expect(verdict.counts.ok).toBe(3);
  });

  it('keeps its place while it waits, as far as the budget does not bear it', async () => {
    const again = { forMs: 150, pausesMs: [20, 20] } as const;
    const all = targets(40);
    const never = Object.fromEntries(all.map((t) => [t.name, 1000]));
    const verdict = await run(slowUntil(never), { targets: all, parallel: 5, budget: 3, again });
    expect(verdict.stoppedBy).toBe('budget');
    // The worst case of the plan: the budget and what is in flight.
    expect(verdict.counts.unreachable).toBeLessThanOrEqual(8);
    expect(verdict.counts['not-attempted']).toBeGreaterThanOrEqual(32);
  });

  it('is left alone at once after an interrupt', async () => {
    const stop = new AbortController();
    const again = { forMs: 600_000, pausesMs: [300_000, 300_000] } as const;
    const running = run(
      slowUntil({ n1: 2 }),
      { again },
      { stop: stop.signal, onEvent: (event) => void (event.kind === 'again' && stop.abort()) },
    );
    expect((await running).outcomes[0]).toMatchObject({ state: 'unreachable', reason: SLOW });
  });

  it('is tried again by the transport that was slow, after all transports were tried', async () => {
    const ssh = slowUntil({ n1: 2 });
    const openssh = fakeTransport(({ name }) => unreachable(name, { code: 'auth', message: 'no key' }), {
      name: 'openssh',
    });
    const [node] = targets(1, { via: ['ssh', 'openssh'] });
    const verdict = await run(
      ssh,
      { targets: [node!] },
      { transport: async (name) => (name === 'ssh' ? ssh : openssh) },
    );
    expect(verdict.counts.ok).toBe(1);
    expect(openssh.ran).toEqual([['n1']]);
  });

  it('one that does it is enough: the others are not waited for', async () => {
    const again = { forMs: 600_000, pausesMs: [300_000, 300_000] } as const;
    const verdict = await run(slowUntil({ n1: 5, n2: 5 }), { anyOf: true, again });
    expect(verdict.outcomes.map((o) => o.state)).toEqual(['unreachable', 'unreachable', 'ok']);
    const all = await run(slowUntil({ n1: 3, n2: 2, n3: 3 }), { anyOf: true });
    expect(all.counts.ok).toBe(1);
  });
});

describe('only where it is certain that nothing left, and another try can help', () => {
  it.each([
    'auth',
    'host-key-changed',
    'host-key-unknown',
    'credentials',
    'sudo',
    'not-begun',
    'auth-lost',
  ] as const)('not after %s', async (code) => {
    const node = slowUntil({ n1: 2 }, { code, message: code });
    expect((await run(node, { budget: 1 })).counts).toMatchObject({ unreachable: 1, ok: 2 });
    expect(node.ran.flat().filter((name) => name === 'n1')).toHaveLength(1);
  });

  it.each(['failed', 'timed-out', 'unknown'] as const)('not after %s', (state) => {
    expect(mayPass(outcome('n1', state, { reason: SLOW }), true)).toBe(false);
  });

  it('a dead machine only where a playbook asks for it', () => {
    const tcp = unreachable('n1', { code: 'connect-timeout', phase: 'tcp', message: 'no answer' });
    const refused = unreachable('n1', { code: 'refused', message: 'refused' });
    expect([mayPass(tcp), mayPass(refused)]).toEqual([false, false]);
    expect([mayPass(tcp, true), mayPass(refused, true)]).toEqual([true, true]);
  });

  it('no oftener than a host takes that lets in six connections in 30 seconds', () => {
    for (let i = 0; i < 100; i++) {
      // The first try may be five connections.
      const times = [0, 0, 0, 0, 0];
      for (let tries = 1; tries < 6; tries++) times.push(times.at(-1)! + pauseBefore(tries));
      for (const from of times)
        expect(times.filter((at) => at >= from && at < from + 30_000).length).toBeLessThanOrEqual(6);
    }
  });
});

describe('the deadline of a person', () => {
  /** Answers nothing until its time is over, as the transports do. */
  const hung = (asked: (number | undefined)[]): Transport => ({
    name: 'ssh',
    batches: (all) => all.map((t) => [t]),
    async *run([t], _script, options: TransportOptions) {
      asked.push(options.wholeMs);
      await sleep(Math.min(options.connectMs, options.wholeMs ?? Number.POSITIVE_INFINITY));
      yield unreachable(t!.name);
    },
    async close() {},
  });

  it('is that of all transports and tries together', async () => {
    const asked: (number | undefined)[] = [];
    const [node] = targets(1, { via: ['ssh', 'openssh'] });
    const began = performance.now();
    const of = { targets: [node!], connectMs: 120, wholeMs: 400, budget: 1 };
    const verdict = await run(hung(asked), { ...of, again: { forMs: 60_000, pausesMs: [10, 10] } });
    expect(verdict.counts.unreachable).toBe(1);
    expect(performance.now() - began).toBeLessThan(400 + 2_000);
    expect(asked.length).toBeGreaterThan(1);
    for (const [i, ms] of asked.entries()) expect(ms).toBeLessThanOrEqual(400 - 115 * i);
  });
});
