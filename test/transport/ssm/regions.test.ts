import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Target } from '../../../src/kit/types.ts';
import { createSsmTransport } from '../../../src/transport/ssm/transport.ts';
import type { SsmApi } from '../../../src/transport/ssm/types.ts';
import type { Outcome, Transport } from '../../../src/transport/types.ts';
import { resultLine, script, target } from './harness.ts';
import { virtualClock } from './virtual-clock.ts';

/** As long as a client of the SDK waits for an answer. */
const ANSWER_MS = 20_000;

let clock: ReturnType<typeof virtualClock>;
let transport: Transport;
let calls: Record<string, number>;
let dead: Set<string>;
/** Dead from the first answer on: a connection to it breaks at once. */
let cut = false;
/** How many of the next sends each region throttles. */
let throttled: Record<string, number>;

beforeEach(() => {
  clock = virtualClock();
  calls = {};
  dead = new Set(['us-west-2']);
  cut = false;
  throttled = {};
  transport = createSsmTransport({ ...clock, clientFor: async ({ region }) => regionOf(region) });
});
afterEach(async () => {
  await transport.close();
  clock.stop();
});

/** A region that carries everything out at once, or accepts calls and never answers. */
function regionOf(region: string): SsmApi {
  const at = new Date(clock.now());
  const command = { id: 'c1', comment: '', requestedAt: at, completed: 1, total: 1, over: true };
  const report = {
    instanceId: target(0).instanceId!,
    details: 'Success',
    code: 0,
    output: resultLine('changed'),
  };
  const answer = async <T>(call: string, value: T): Promise<T> => {
    calls[`${region} ${call}`] = (calls[`${region} ${call}`] ?? 0) + 1;
    if (call === 'send' && (throttled[region] ?? 0) > 0) {
      throttled[region]!--;
      throw Object.assign(new Error('Rate exceeded'), {
        name: 'ThrottlingException',
        $metadata: { httpStatusCode: 400 },
      });
    }
    if (cut && call !== 'send') throw new Error('socket hang up');
    if (!dead.has(region)) return value;
    await clock.sleep(ANSWER_MS);
    throw Object.assign(new Error('exceeded the configured 20000 ms'), { name: 'TimeoutError' });
  };
  return {
    send: () => answer('send', command),
    commands: () => answer('commands', [command]),
    invocations: () => answer('invocations', [report]),
    output: () => answer('output', { stdout: '', stderr: '' }),
    cancel: () => answer('cancel', undefined),
    close() {},
  };
}

const inRegion = (region: string): Target => ({ ...target(0), cloud: { region } });

async function run(region: string): Promise<Outcome & { ms: number }> {
  const began = clock.now();
  const options = { connectMs: 15_000, runMs: 60_000, last: true, signal: new AbortController().signal };
  for await (const outcome of transport.run([inRegion(region)], script, options))
    return { ...outcome, ms: clock.now() - began };
  throw new Error('no outcome');
}

it('finds a silent region after three calls of any kind, and asks it nothing more for a while', async () => {
  const first = await run('us-west-2');
  expect(first).toMatchObject({ state: 'unknown', reason: { code: 'answer-lost' } });
  expect(first.ms).toBeLessThan(70_000);
  expect(calls).toEqual({ 'us-west-2 send': 1, 'us-west-2 commands': 2 });
  const next = await run('us-west-2');
  expect(next).toMatchObject({ state: 'unreachable', reason: { code: 'cloud-unreachable' } });
  expect(next.ms).toBe(0);
  expect(calls['us-west-2 send']).toBe(1);
});

it('costs another region nothing, and is used again once it answers', async () => {
  const [, alive] = await Promise.all([run('us-west-2'), run('eu-west-1')]);
  expect(alive).toMatchObject({ state: 'ok' });
  expect(alive.ms).toBeLessThan(5_000);
  dead.clear();
  await clock.sleep(31_000);
  expect(await run('us-west-2')).toMatchObject({ state: 'ok' });
});

it('looks ever more seldom at a command of a region that died once it was sent', async () => {
  dead.clear();
  cut = true;
  expect(await run('us-west-2')).toMatchObject({ state: 'unknown', reason: { code: 'deadline' } });
  expect(calls['us-west-2 invocations']).toBeLessThan(10);
  expect(calls['us-west-2 commands']).toBeLessThan(10);
});

it('slows down where calls are throttled, and nowhere else', async () => {
  dead.clear();
  throttled['us-west-2'] = 12;
  const [slow, other] = await Promise.all([run('us-west-2'), run('eu-west-1')]);
  expect([slow.state, other.state]).toEqual(['ok', 'ok']);
  expect(slow.ms).toBeGreaterThan(5_000);
  expect(other.ms).toBeLessThan(2_000);
});
