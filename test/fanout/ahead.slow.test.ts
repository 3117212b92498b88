import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { runBatch } from '../../src/fanout/batch.ts';
import { fanout } from '../../src/fanout/fanout.ts';
import type { FanoutDeps, FanoutSpec } from '../../src/fanout/types.ts';
import type { Target } from '../../src/kit/types.ts';
import type { Outcome, Transport, TransportOptions } from '../../src/transport/types.ts';
import { outcome, script, target, targets } from './fake-transport.ts';

interface Fake extends Transport {
  inFlight: { now: number; most: number };
  commands: { now: number; most: number; all: number };
}

/** Logs in for a while, waits for the turn of the target, and runs its command for a while. */
function remote(
  login: (target: Target, options: TransportOptions) => Promise<Outcome | undefined>,
  command: (target: Target) => Promise<Outcome>,
): Fake {
  const inFlight = { now: 0, most: 0 };
  const commands = { now: 0, most: 0, all: 0 };
  const enter = (count: { now: number; most: number }) => {
    count.most = Math.max(count.most, ++count.now);
  };
  return {
    name: 'ssh',
    inFlight,
    commands,
    lagMs: () => 0,
    batches: (all) => all.map((one) => [one]),
    async *run([one], _script, options) {
      enter(inFlight);
      try {
        const failed = await login(one!, options);
        if (failed) return yield failed;
        if (!(await options.turn!(one!.name))) return yield outcome(one!.name, 'not-attempted');
        enter(commands);
        commands.all++;
        const done = await command(one!);
        commands.now--;
        yield done;
      } finally {
        inFlight.now--;
      }
    },
    async close() {},
  };
}

const ok = async ({ name }: Target) => sleep(5).then(() => outcome(name));
const unreachable = ({ name }: Target) =>
  outcome(name, 'unreachable', { reason: { code: 'auth', message: 'no' } });

function run(transport: Transport, count: number, of: Partial<FanoutSpec & FanoutDeps> = {}) {
  const all = targets(count);
  const spec = { targets: all, script, waves: [count], parallel: 8, adaptive: true, budget: 10 };
  return fanout(
    { ...spec, connectMs: 10_000, runMs: 10_000, ...of },
    {
      transport: async () => transport,
      transportsTo: () => ['ssh'],
      stop: new AbortController().signal,
      stopWaiting: new AbortController().signal,
      ...of,
    },
  );
}

describe('logins ahead of their turn', () => {
  it('are more than the commands at a time, which stay within the parallelism', async () => {
    const transport = remote(() => sleep(60).then(() => undefined), ok);
    const { counts } = await run(transport, 600);
    expect(counts.ok).toBe(600);
    expect(transport.commands.most).toBe(8);
    expect(transport.inFlight.most).toBeGreaterThan(60);
  });

  it('grow in number while they take as long as before', async () => {
    const transport = remote(() => sleep(300).then(() => undefined), ok);
    await run(transport, 600, { parallel: 600 });
    expect(transport.inFlight.most).toBeGreaterThan(200);
  });

  it('fail no more often than the budget allows: the rest had no turn', async () => {
    const transport = remote(async (one) => sleep(20).then(() => unreachable(one)), ok);
    const { counts, stoppedBy } = await run(transport, 500);
    expect(counts).toMatchObject({ unreachable: 11, 'not-attempted': 489 });
    expect(stoppedBy).toBe('budget');
  });

  it('leave the worst case as it was: the budget and the commands in flight', async () => {
    const failed = async ({ name }: Target) => sleep(20).then(() => outcome(name, 'failed'));
    const transport = remote(() => sleep(20).then(() => undefined), failed);
    const { counts } = await run(transport, 500);
    expect(counts.failed).toBeLessThanOrEqual(10 + 8);
    expect(counts.failed + counts['not-attempted']).toBe(500);
  });

  it('end at once when the run is stopped, while commands go on', async () => {
    const stop = new AbortController();
    const hung = (_: Target, { signal }: TransportOptions) =>
      new Promise<Outcome>((resolve) => {
        signal.addEventListener('abort', () => resolve(outcome('n', 'not-attempted')));
      }).then((last) => ({ ...last, target: _.name }));
    const transport = remote(
      (one, options) => (one.name === 'n1' ? Promise.resolve(undefined) : hung(one, options)),
      async (one) => {
        stop.abort();
        return sleep(100).then(() => outcome(one.name));
      },
    );
    const { counts, outcomes } = await run(transport, 50, { stop: stop.signal });
    expect(counts).toMatchObject({ ok: 1, 'not-attempted': 49 });
    expect(outcomes[7]!.reason?.code).toBe('interrupted');
  });

  it('become fewer by one bastion that has no room, and not by the others', async () => {
    const inFlight = new Map<string, number>();
    const most = new Map<string, number>();
    const through = (one: Target) => one.ssh.jump?.name ?? '';
    const transport = remote(async (one, { onEvent }) => {
      const jump = through(one);
      inFlight.set(jump, (inFlight.get(jump) ?? 0) + 1);
      if (jump === 'full') onEvent?.({ target: one.name, phase: 'crowded', via: 'ssh' });
      await sleep(30);
      const now = inFlight.get(jump)!;
      if (transport.commands.all > 200) most.set(jump, Math.max(most.get(jump) ?? 0, now));
      inFlight.set(jump, now - 1);
      return undefined;
    }, ok);
    const jump = (name: string) => ({ ...target('x').ssh, jump: { name } as never });
    const all = [
      ...targets(500, { ssh: jump('full') }),
      ...targets(500, { ssh: jump('free') }).map((one) => ({ ...one, name: `free-${one.name}` })),
    ];
    const { counts } = await run(transport, 1000, { targets: all, parallel: 1000 });
    expect(counts.ok).toBe(1000);
    expect(most.get('full')!).toBeLessThan(30);
    expect(most.get('free')!).toBeGreaterThanOrEqual(64);
  });

  it.each([true, false])('get no turn after their outcome was told: adaptive %s', async (adaptive) => {
    let late: Promise<boolean> | undefined;
    const transport = remote(() => Promise.resolve(undefined), ok);
    transport.run = async function* ([one], _script, options) {
      if (one!.name === 'n1') late = sleep(20).then(() => options.turn!('n1'));
      else await sleep(60);
      yield outcome(one!.name, one!.name === 'n1' ? 'unknown' : 'ok');
    };
    const { counts } = await run(transport, 2, { adaptive });
    expect(counts).toMatchObject({ unknown: 1, ok: 1 });
    expect(await late).toBe(false);
  });

  it('are not overdue while they wait for their turn', async () => {
    vi.useFakeTimers();
    try {
      const transport = remote(
        () => Promise.resolve(undefined),
        async ({ name }) => outcome(name),
      );
      const turn = () => new Promise<boolean>((resolve) => setTimeout(resolve, 3_600_000, true));
      const signal = new AbortController().signal;
      const outcomes = (async () => {
        const all: Outcome[] = [];
        const spec = { script, connectMs: 1000, runMs: 1000 };
        for await (const one of runBatch(transport, targets(1), spec, { signal, turn })) all.push(one);
        return all;
      })();
      await vi.advanceTimersByTimeAsync(3_600_001);
      expect(await outcomes).toMatchObject([{ state: 'ok' }]);
    } finally {
      vi.useRealTimers();
    }
  });
});
