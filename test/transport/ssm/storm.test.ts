import { describe, expect, it } from 'vitest';
import { openAccount } from '../../../src/transport/ssm/account.ts';
import { Pace } from '../../../src/transport/ssm/pace.ts';
import { Poller } from '../../../src/transport/ssm/poller.ts';
import { type Sent, send } from '../../../src/transport/ssm/send.ts';
import type { SentCommand, SsmApi } from '../../../src/transport/ssm/types.ts';
import { script, target } from './harness.ts';

const throttled = () =>
  Promise.reject(Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException' }));

/** A clock that moves only while somebody waits. */
function storm() {
  let now = 0;
  const sleep = async (ms: number) => {
    now += ms;
  };
  const clock = { now: () => now, sleep, random: () => 0.5 };
  return { ...clock, pace: new Pace({ spaceMs: 50, ...clock }) };
}

const sent = (n: number): SentCommand => ({
  id: `c${n}`,
  comment: '',
  requestedAt: new Date(0),
  completed: 0,
  total: 1,
  over: false,
});

describe('SSM while AWS throttles', () => {
  it('sends nothing whose turn comes after its time: another way may still be in time', async () => {
    const { pace, ...clock } = storm();
    for (let n = 0; n < 16; n++) pace.throttled('send', n * 1e6);
    let calls = 0;
    const api = {
      send: async () => {
        calls += 1;
        return sent(1);
      },
    } as unknown as SsmApi;
    const told: Sent[] = [];
    const job = {
      text: () => ':',
      script,
      deliverySeconds: 30,
      executionSeconds: 30,
      until: 1000,
      deadline: Number.POSITIVE_INFINITY,
      stopped: new AbortController().signal,
      last: false,
      mayLeave: async () => true,
      byIds: async () => {},
      onWait() {},
      signal: new AbortController().signal,
      async follow(one: Sent) {
        told.push(one);
      },
    };
    const account = openAccount({ region: 'r' }, api, clock, { firstMs: 1, everyMs: 1 });
    await send([target(0)], job, { ...account, pace, ...clock });
    expect(told).toMatchObject([{ kind: 'not-taken', state: 'unreachable', reason: { code: 'throttled' } }]);
    expect(calls).toBe(0);
  });

  it('looks on for minutes, tells of each failed look, and is quick again afterwards', async () => {
    const { pace, sleep, now, random } = storm();
    let looks = 0;
    const troubles: number[] = [];
    const api = {
      commands: () => {
        looks += 1;
        return now() < 300_000 ? throttled() : Promise.resolve([{ ...sent(1), completed: 1, over: true }]);
      },
      invocations: async () => [{ instanceId: 'i-1', details: 'Success', code: 0, output: '' }],
    } as unknown as SsmApi;
    const poller = new Poller({ api, pace, now, sleep, random, firstMs: 800, everyMs: 2000 });
    await new Promise<void>((done) => {
      let left = 20;
      poller.add({
        command: sent(1),
        pages: 1,
        onReports: () => {
          left -= 1;
          if (left === 0) done();
          return left === 0;
        },
        onTrouble: () => void troubles.push(now()),
      });
    });
    expect(troubles.at(-1)).toBeGreaterThan(250_000);
    // Fifteen seconds and its jitter between two looks at the most: a storm is not fed.
    expect(troubles.length).toBeLessThan(60);
    expect(looks).toBe(troubles.length + 20);
    expect(pace.slowed('list')).toBe(true);
  });
});
