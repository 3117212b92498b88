import { expect, it } from 'vitest';
import { LONGEST_MS, parseSpan } from '../../src/base/duration.ts';

it('takes what is within the bounds, both included', () => {
  expect(parseSpan('1s', '--x', 1_000, LONGEST_MS)).toBe(1_000);
  expect(parseSpan('24h', '--x', 1_000, LONGEST_MS)).toBe(LONGEST_MS);
});

it.each(['0s', '999ms', '25h', '30d'])('refuses %s, naming the bounds', (text) => {
  expect(() => parseSpan(text, '--x', 1_000, LONGEST_MS)).toThrow(
    expect.objectContaining({ place: '--x', expected: 'from 1.0s to 24h00m' }),
  );
});

it('keeps the longest within what a timer of Node can hold', () => {
  expect(LONGEST_MS).toBeLessThan(2 ** 31);
});
