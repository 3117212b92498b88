import { expect, it } from 'vitest';
import { mapAtOnce } from '../../src/base/at-once.ts';
import { takeFairly } from '../../src/base/fairly.ts';
import { sideBySide } from '../../src/base/side-by-side.ts';

/** `a1` is of domain `a`. */
const domainsOf = (item: string) => [item[0]!];

it('takes the first of the domain that has the fewest under way, and keeps the order within it', () => {
  const waiting = ['a1', 'a2', 'a3', 'b1', 'b2', 'c1'];
  expect(takeFairly(waiting, [], 4, domainsOf)).toEqual(['a1', 'b1', 'c1', 'a2']);
  expect(takeFairly(waiting, ['a0', 'c0'], 3, domainsOf)).toEqual(['b1', 'a1', 'b2']);
  expect(takeFairly(waiting, [], 9, domainsOf)).toHaveLength(6);
});

it('weighs the wider domain first', () => {
  const wide = (item: string) => [item[0]!, item];
  expect(takeFairly(['ax', 'ay', 'bx'], ['ax', 'bx'], 2, wide)).toEqual(['ay', 'bx']);
});

it('lets a domain that does not move hold up no other', async () => {
  const done: string[] = [];
  let release = () => {};
  const stuck = new Promise<void>((resolve) => {
    release = resolve;
  });
  const work = async (item: string) => {
    if (item.startsWith('a')) await stuck;
    done.push(item);
    if (done.length === 4) release();
  };
  const items = ['a1', 'a2', 'a3', 'a4', 'b1', 'b2', 'b3', 'b4'];
  await sideBySide(items, 3, work, domainsOf);
  expect(done.slice(0, 4)).toEqual(['b1', 'b2', 'b3', 'b4']);
  expect(done).toHaveLength(8);
});

it('gives the results in the order of the items', async () => {
  const begun: string[] = [];
  const work = async (item: string) => {
    begun.push(item);
    return item.toUpperCase();
  };
  expect(await mapAtOnce(['a1', 'a2', 'b1'], 2, work, domainsOf)).toEqual(['A1', 'A2', 'B1']);
  expect(begun).toEqual(['a1', 'b1', 'a2']);
});
