import { describe, expect, it } from 'vitest';
import { type Operation, Pace } from '../../../src/transport/ssm/pace.ts';
import { virtualClock } from './virtual-clock.ts';

/** A service with a token bucket, as AWS has one for each operation. */
function bucket(rate: number, burst: number, now: () => number) {
  let tokens = burst;
  let at = now();
  return () => {
    tokens = Math.min(burst, tokens + ((now() - at) / 1000) * rate);
    at = now();
    if (tokens < 1) return false;
    tokens--;
    return true;
  };
}

/** Calls until `count` were accepted; each answer takes 40 ms. */
async function callAll(count: number, rate: number) {
  const clock = virtualClock();
  const began = clock.now();
  const pace = new Pace({ spaceMs: 50, ...clock });
  const take = bucket(rate, 5, clock.now);
  let throttled = 0;
  const one = async (): Promise<void> => {
    await pace.turn('send');
    const since = clock.now();
    await clock.sleep(40);
    if (take()) return pace.accepted('send');
    throttled++;
    pace.throttled('send', since);
    return one();
  };
  await Promise.all(Array.from({ length: count }, one));
  clock.stop();
  return { seconds: (clock.now() - began) / 1000, throttled };
}

describe('the pace of calls to an account', () => {
  it.each([3, 5, 10])('settles at a quota of %i a second, and loses no call', async (rate) => {
    const { seconds, throttled } = await callAll(60, rate);
    expect(seconds).toBeLessThan((60 / rate) * 1.6);
    expect(throttled).toBeLessThan(30);
  });

  it('is slowed down once by the calls of one burst', () => {
    const pace = new Pace({ spaceMs: 50, now: () => 100, sleep: async () => {} });
    for (let n = 0; n < 50; n++) pace.throttled('send', 90);
    pace.throttled('send', 90);
    expect(pace.slowed('send')).toBe(true);
    for (let n = 0; n < 1000; n++) pace.accepted('send');
    expect(pace.slowed('send')).toBe(false);
  });

  it('lets a list and a keep go before the sends that wait', async () => {
    const clock = virtualClock();
    const pace = new Pace({ spaceMs: 50, ...clock });
    const order: Operation[] = [];
    const ask = (operation: Operation) => pace.turn(operation).then(() => order.push(operation));
    await Promise.all((['send', 'send', 'output', 'read', 'keep', 'list'] as const).map(ask));
    clock.stop();
    expect(order[0]).toBe('list');
    expect(order.indexOf('keep')).toBeLessThan(order.indexOf('send'));
    expect(order.indexOf('send')).toBeLessThan(order.indexOf('output'));
  });

  it('does not slow down lists where sends are throttled', () => {
    const pace = new Pace({ spaceMs: 50, now: () => 100, sleep: async () => {} });
    pace.throttled('send', 90);
    expect([pace.slowed('list'), pace.slowed('keep')]).toEqual([false, true]);
  });

  it('does not hold those whose wait was aborted', async () => {
    const clock = virtualClock();
    const pace = new Pace({ spaceMs: 50, ...clock });
    pace.throttled('send', clock.now());
    const stop = new AbortController();
    const waiting = pace.turn('send', stop.signal);
    stop.abort();
    await waiting;
    clock.stop();
  });
});
