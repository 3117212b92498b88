import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createDeadline } from '../../src/transport/deadline.ts';
import { createLagMeter } from '../../src/transport/lag.ts';
import { createSlots } from '../../src/transport/slots.ts';

function block(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

/** Milliseconds from now until a deadline of `ms` passes. */
function timed(ms: number) {
  const meter = createLagMeter();
  const release = meter.use();
  const start = performance.now();
  let passed = () => {};
  const after = new Promise<number>((resolve) => {
    passed = () => resolve(performance.now() - start);
  });
  const deadline = createDeadline(meter, passed);
  deadline.start(ms);
  return { deadline, after: after.finally(release) };
}

describe('a target’s deadline', () => {
  it('passes on time', async () => {
    const { after } = timed(100);
    expect(await after).toBeLessThan(400);
  });

  it('does not hold our own lag against the host', async () => {
    const { after } = timed(100);
    await sleep(20);
    block(300);
    expect(await after).toBeGreaterThan(330);
  });

  it('hears what came in while we were busy before it passes', async () => {
    const { deadline, after } = timed(50);
    let heard = false;
    setTimeout(() => block(200), 10);
    setTimeout(() => {
      heard = true;
      deadline.stop();
    }, 60);
    await Promise.race([after, sleep(600)]);
    expect(heard).toBe(true);
  });

  it('stands still while it waits for ourselves', async () => {
    const { deadline, after } = timed(100);
    const resume = deadline.pause();
    await sleep(200);
    resume();
    expect(await after).toBeGreaterThan(280);
  });

  it('gives up in the end although we are always late', async () => {
    const { after } = timed(100);
    const busy = setInterval(() => block(60), 1);
    expect(await after).toBeLessThan(2000);
    clearInterval(busy);
  });
});

describe('places', () => {
  const never = new AbortController().signal;

  it('are given in order and never more than there are', async () => {
    const slots = createSlots(2, 10_000);
    const order: number[] = [];
    let held = 0;
    await Promise.all(
      [0, 1, 2, 3, 4].map(async (i) => {
        const give = await slots.take(never);
        expect(++held).toBeLessThanOrEqual(2);
        order.push(i);
        await sleep(5);
        held--;
        give();
        give();
      }),
    );
    expect(order).toEqual([0, 1, 2, 3, 4]);
  });

  it('are lost by who holds them too long', async () => {
    const slots = createSlots(1, 50);
    await slots.take(never);
    const start = performance.now();
    (await slots.take(never))();
    expect(performance.now() - start).toBeLessThan(500);
  });

  it('are not waited for by who has given up', async () => {
    const slots = createSlots(1, 10_000);
    const give = await slots.take(never);
    const stop = new AbortController();
    const waiting = slots.take(stop.signal);
    stop.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    give();
    (await slots.take(never))();
  });
});
