import { afterEach, expect, test, vi } from 'vitest';
import { steadyClock } from '../../src/base/steady-clock.ts';

afterEach(() => void vi.restoreAllMocks());

test('begins at the time of day, and no step of the clock moves it', () => {
  const now = steadyClock();
  expect(Math.abs(now() - Date.now())).toBeLessThan(1000);
  const before = now();
  vi.spyOn(Date, 'now').mockReturnValue(before + 86_400_000);
  expect(now() - before).toBeLessThan(5000);
  vi.spyOn(Date, 'now').mockReturnValue(before - 86_400_000);
  expect(now() - before).toBeGreaterThanOrEqual(0);
});
