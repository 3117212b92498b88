import { expect, it } from 'vitest';
import { isPlainId } from '../../../src/node/order.ts';
import { memberRun, rolloutOf, withoutMembers } from '../../../src/run/journal/members.ts';

const ROLLOUT = '20261130T061500.000Z-stop-rollout-1a2b';

it('names the run of a cluster by its rollout and its own name', () => {
  expect(memberRun(ROLLOUT, 'prod-1', 0)).toBe(`${ROLLOUT}.prod-1`);
});

it('takes its place in the rollout where the name would be too long for a node', () => {
  const named = memberRun(ROLLOUT, 'a'.repeat(63), 11);
  expect(named).toBe(`${ROLLOUT}._12`);
  expect(isPlainId(named)).toBe(true);
});

it('finds the rollout of a run only where that is there', () => {
  const names = [ROLLOUT, `${ROLLOUT}.c1`, `${ROLLOUT}.eu.west-2`, '20261130T061500.000Z-own.book-3c4d'];
  expect(rolloutOf(names[1]!, new Set(names))).toBe(ROLLOUT);
  expect(rolloutOf(names[2]!, new Set(names))).toBe(ROLLOUT);
  expect(withoutMembers(names)).toEqual([ROLLOUT, names[3]]);
  // Copied from another machine, without its rollout.
  expect(withoutMembers([names[1]!])).toEqual([names[1]]);
});

it('finds the rollout of a cluster whose name ends like a rollout before a dot', () => {
  const names = [ROLLOUT, `${ROLLOUT}.prod-2024.eu`, `${ROLLOUT}.eu-cafe.x-0001.y`];
  expect(withoutMembers(names)).toEqual([ROLLOUT]);
});

it('never gives two clusters the same run', () => {
  expect(memberRun(ROLLOUT, 'a'.repeat(63), 1)).not.toBe(memberRun(ROLLOUT, '2', 0));
});
