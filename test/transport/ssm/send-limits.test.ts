import { expect, it } from 'vitest';
import { createSsmTransport } from '../../../src/transport/ssm/transport.ts';
import type { SentCommand, SsmApi } from '../../../src/transport/ssm/types.ts';
import type { TransportOptions } from '../../../src/transport/types.ts';
import { script, target } from './harness.ts';
import { virtualClock } from './virtual-clock.ts';

const throttled = async () => {
  throw Object.assign(new Error('Rate exceeded'), {
    name: 'ThrottlingException',
    $metadata: { httpStatusCode: 400 },
  });
};
const never = () => new Promise<never>(() => {});

/** Commands of one target each; how they ended, and the virtual seconds until the last one did. */
async function runAll(
  count: number,
  api: Partial<SsmApi>,
  options: Partial<TransportOptions> | ((sleep: (ms: number) => Promise<void>) => Partial<TransportOptions>),
  opened: Promise<void> = Promise.resolve(),
) {
  const clock = virtualClock();
  const began = clock.now();
  let sends = 0;
  const { send = throttled, ...rest } = api;
  const transport = createSsmTransport({
    ...clock,
    clientFor: async () => {
      await opened;
      return {
        ...{ commands: async () => [], invocations: async () => [], cancel: async () => {}, close() {} },
        ...rest,
        async send(...args) {
          sends++;
          return await send(...args);
        },
      } as SsmApi;
    },
  });
  const run = {
    connectMs: 15_000,
    runMs: 60_000,
    signal: new AbortController().signal,
    ...(typeof options === 'function' ? options(clock.sleep) : options),
  };
  const ends = new Map<string, number>();
  await Promise.all(
    Array.from({ length: count }, async (_, n) => {
      for await (const { state, reason } of transport.run([target(n)], script, run)) {
        const end = `${state} ${reason?.code}`;
        ends.set(end, (ends.get(end) ?? 0) + 1);
      }
    }),
  );
  await transport.close();
  clock.stop();
  return { ends: Object.fromEntries(ends), seconds: (clock.now() - began) / 1000, sends };
}

it('commands that wait for their turn are given up at the deadline, all of them', async () => {
  const { ends, seconds } = await runAll(100, {}, { wholeMs: 20_000, last: true });
  expect(ends).toEqual({ 'not-attempted throttled': 100 });
  expect(seconds).toBeLessThan(21);
});

it('commands that wait for their turn go to the next transport once connecting takes too long', async () => {
  const { ends, seconds } = await runAll(100, {}, {});
  expect(ends).toEqual({ 'unreachable throttled': 100 });
  expect(seconds).toBeLessThan(17);
});

it('commands that wait for their turn end when nothing more may be sent, and none is sent', async () => {
  const stop = new AbortController();
  const { ends, seconds } = await runAll(100, {}, (sleep) => {
    void sleep(5_000).then(() => stop.abort());
    return { last: true, stopped: stop.signal };
  });
  expect(ends).toEqual({ 'not-attempted interrupted': 100 });
  expect(seconds).toBeLessThan(6);
});

it('a pace that is not throttled is waited for longer than a connection', async () => {
  const send = async () => ({ id: 'c', requestedAt: new Date(), completed: 1, over: true }) as SentCommand;
  const { ends, sends } = await runAll(100, { send }, { connectMs: 1_000 });
  expect(sends).toBe(100);
  expect(ends).toEqual({ 'unknown not-delivered': 100 });
});

it.each<[string, Partial<SsmApi>]>([
  ['SendCommand', { send: never }],
  [
    'the list of commands',
    {
      commands: never,
      send: async () => {
        throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
      },
    },
  ],
])('%s without an answer is waited for until the deadline, and may have run', async (_what, api) => {
  const { ends, seconds } = await runAll(1, api, { wholeMs: 3_000, last: true });
  expect(ends).toEqual({ 'unknown answer-lost': 1 });
  expect(seconds).toBeLessThan(4);
});

it('a client that never opens, or a permit that never comes, is waited for until the deadline', async () => {
  const noClient = await runAll(2, {}, { wholeMs: 3_000, last: true }, never());
  expect(noClient.ends).toEqual({ 'not-attempted no-client': 2 });
  const another = await runAll(2, {}, { connectMs: 5_000 }, never());
  expect(another.ends).toEqual({ 'unreachable no-client': 2 });
  const noPermit = await runAll(2, {}, { wholeMs: 3_000, last: true, turn: never });
  expect(noPermit).toMatchObject({ ends: { 'not-attempted throttled': 2 }, sends: 0 });
  for (const { seconds } of [noClient, another, noPermit]) expect(seconds).toBeLessThan(6);
});

it('a region that was dead is tried by one command, and those without another transport wait for it', async () => {
  const clock = virtualClock();
  let sends = 0;
  let alive = false;
  const transport = createSsmTransport({
    ...clock,
    clientFor: async () =>
      ({
        commands: async () => [],
        invocations: async () => [],
        cancel: async () => {},
        output: never,
        close() {},
        async send() {
          sends++;
          await clock.sleep(2_000);
          if (!alive) throw Object.assign(new Error('no route'), { code: 'EHOSTUNREACH' });
          return {
            id: `c${sends}`,
            comment: '',
            requestedAt: new Date(),
            completed: 0,
            total: 1,
            over: false,
          };
        },
      }) as SsmApi,
  });
  const run = async (n: number, last: boolean) => {
    const signal = new AbortController().signal;
    for await (const { reason } of transport.run([target(n)], script, {
      connectMs: 5_000,
      runMs: 1_000,
      signal,
      last,
    }))
      return reason?.code;
  };
  const both = () => Promise.all([run(0, true), run(1, true)]);
  for (let n = 0; n < 3; n++) expect(await run(n, true)).toBe('cloud-unreachable');
  expect(await run(3, true)).toBe('cloud-unreachable');
  expect(sends).toBe(3);
  await clock.sleep(31_000);
  // Still dead: one call is enough for both.
  expect(await both()).toEqual(['cloud-unreachable', 'cloud-unreachable']);
  expect(sends).toBe(4);
  await clock.sleep(31_000);
  alive = true;
  expect(await Promise.all([...[0, 1].map((n) => run(n, true)), run(2, false)])).toEqual([
    'not-delivered',
    'not-delivered',
    'cloud-unreachable',
  ]);
  expect(sends).toBe(6);
  await transport.close();
  clock.stop();
});
