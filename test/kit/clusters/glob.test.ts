import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { globMatches } from '../../../src/kit/clusters/glob.ts';

describe('a glob over cluster names', () => {
  it.each([
    ['prod-1', 'prod-1', true],
    ['prod-1', 'prod-10', false],
    ['prod-*', 'prod-10', true],
    ['prod-*', 'prod-', true],
    ['prod-*', 'stage-1', false],
    ['*-1', 'prod-1', true],
    ['*-1', 'prod-1-b', false],
    ['p*d*1', 'prod-1', true],
    ['prod-?', 'prod-1', true],
    ['prod-?', 'prod-10', false],
    ['prod.1', 'prod-1', false],
    ['*', 'any', true],
    ['a*b*c', 'abcbc', true],
  ])('%s and %s', (glob, name, meant) => expect(globMatches(glob, name)).toBe(meant));

  it('agrees with a regular expression', () => {
    const letters = (from: string[]) =>
      fc.array(fc.constantFrom(...from), { maxLength: 8 }).map((all) => all.join(''));
    fc.assert(
      fc.property(letters(['a', 'b', '*', '?']), letters(['a', 'b']), (glob, name) => {
        const pattern = new RegExp(`^${glob.replaceAll('*', '.*').replaceAll('?', '.')}$`);
        expect(globMatches(glob, name)).toBe(pattern.test(name));
      }),
    );
  });

  it('takes no time for many stars', () => {
    const before = performance.now();
    expect(globMatches(`${'*a'.repeat(30)}b`, 'a'.repeat(63))).toBe(false);
    expect(performance.now() - before).toBeLessThan(100);
  });
});
