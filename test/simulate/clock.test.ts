import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { realNow, VirtualClock } from './clock.ts';

const run = <T>(work: (clock: VirtualClock) => Promise<T>) => {
  const clock = new VirtualClock(10);
  return clock.run(Date.UTC(2026, 0, 1), () => work(clock));
};

test('hours pass in no time, in the order of the timers', async () => {
  const began = realNow();
  const told: string[] = [];
  await run(async (clock) => {
    setTimeout(() => told.push('second'), 7_200_000);
    await sleep(3_600_000);
    told.push(`first ${new Date().toISOString()} ${performance.now()}`);
    const cancelled = setTimeout(() => told.push('never'), 1_000);
    clearTimeout(cancelled);
    await clock.sleepUntil(8_000_000);
  });
  expect(told).toEqual(['first 2026-01-01T01:00:00.000Z 3600000', 'second']);
  expect(realNow() - began).toBeLessThan(60_000);
});

test('the clock stands while a file is written', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'fireaxe-test-'));
  const at = await run(async (clock) => {
    const beat = setInterval(() => {}, 10);
    for (let i = 0; i < 20; i++) await writeFile(join(dir, 'file'), 'x'.repeat(100_000));
    clearInterval(beat);
    return clock.now();
  });
  await rm(dir, { recursive: true });
  expect(at).toBeLessThanOrEqual(10);
});

test('a wait for nothing is an error, and the real clock is back', async () => {
  const { now } = Date;
  await expect(run(() => new Promise(() => {}))).rejects.toThrow('waits for something that never happens');
  expect(Date.now).toBe(now);
});
