import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createDeadline } from '../../src/transport/deadline.ts';
import { createLagMeter } from '../../src/transport/lag.ts';
import { createSlots } from '../../src/transport/slots.ts';
import { EventLoop } from './event-loop.ts';

describe('a target’s deadline', () => {
  let loop: EventLoop;
  beforeEach(() => {
    loop = new EventLoop();
  });
  afterEach(() => void vi.unstubAllGlobals());

  /** A deadline of so many milliseconds, and when it passed. */
  function timed(ms: number) {
    const meter = createLagMeter();
    meter.use();
    const passed: number[] = [];
    const deadline = createDeadline(meter, () => passed.push(loop.now));
    deadline.start(ms);
    return { deadline, passed };
  }

  it('passes on time', () => {
    const { passed } = timed(100);
    loop.run(1000);
    expect(passed).toEqual([100]);
  });

  it('does not hold our own lag against the host', () => {
    const { passed } = timed(100);
    loop.arrives(20, () => loop.block(300));
    loop.run(1000);
    // Busy until 320; no more than its own length is given back.
    expect(passed).toEqual([420]);
  });

  it('hears what came in while we were busy before it passes', () => {
    const { deadline, passed } = timed(50);
    loop.arrives(10, () => loop.block(200));
    // What it gives back for the first time lasts until 260.
    loop.arrives(230, () => loop.block(100));
    loop.arrives(300, () => deadline.stop());
    loop.run(1000);
    expect(passed).toEqual([]);
  });

  it('stands still while it waits for ourselves', () => {
    const { deadline, passed } = timed(100);
    const resume = deadline.pause();
    loop.arrives(200, resume);
    loop.run(1000);
    expect(passed).toEqual([300]);
  });

  it('gives up in the end although we are always late', () => {
    const { passed } = timed(100);
    setInterval(() => loop.block(60), 1);
    loop.run(10_000);
    expect(passed).toHaveLength(1);
    expect(passed[0]).toBeLessThan(500);
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
    const loop = new EventLoop();
    const slots = createSlots(1, 50);
    await slots.take(never);
    let given = false;
    const next = slots.take(never).then(() => {
      given = true;
    });
    loop.run(49);
    await sleep(1);
    expect(given).toBe(false);
    loop.run(50);
    await next;
    vi.unstubAllGlobals();
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
