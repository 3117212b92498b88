import { expect, it } from 'vitest';
import { Breaker } from '../../../src/transport/ssm/breaker.ts';

it('takes calls that were under way at the same time and broke together for one failure', () => {
  let now = 0;
  const breaker = new Breaker(() => now);
  now = 100;
  for (const since of [10, 20, 30]) breaker.unanswered(since, 'send');
  expect(breaker.why()).toBeUndefined();
  for (const since of [200, 400]) {
    now = since + 100;
    breaker.unanswered(since, 'send');
  }
  expect(breaker.why()).toMatch(/^3 calls in a row had no answer/);
});

it('counts calls of any kind, and is closed by any answer', () => {
  let now = 0;
  const breaker = new Breaker(() => now);
  breaker.unanswered(now, 'send');
  for (now = 1; now < 3; now++) breaker.unanswered(now, 'read');
  expect(breaker.why()).toBeDefined();
  breaker.answered('read');
  expect(breaker.why()).toBeUndefined();
});

it('stays open for sends that have no answer while readings have', () => {
  let now = 0;
  const breaker = new Breaker(() => now);
  for (; now < 3; now++) {
    breaker.unanswered(now, 'send');
    breaker.answered('read');
  }
  expect(breaker.open).toBe(true);
  breaker.answered('send');
  expect(breaker.open).toBe(false);
});
