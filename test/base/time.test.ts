import { describe, expect, it } from 'vitest';
import { formatClock, formatTime } from '../../src/base/time.ts';

describe('times carry their zone', () => {
  it('as a date and a time in UTC, to the second', () => {
    expect(formatTime('2026-11-20T11:15:00.250+01:00')).toBe('2026-11-20T10:15:00Z');
  });

  it('as a time of day', () => {
    expect(formatClock(new Date(Date.UTC(2026, 10, 20, 10, 15, 1, 999)))).toBe('10:15:01Z');
  });
});
