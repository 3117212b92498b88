import { execFileSync, spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldLine, foldNames } from '../../src/base/fold-names.ts';
import { expandNodeset } from '../../src/fleet/nodeset.ts';

const nodeset = spawnSync('nodeset', ['--version']).status === 0;
const good = [
  'n[1-9,12]',
  'n[01-10]',
  'n[08-11]x',
  'n[0-10/5]',
  'r[1-2]n[01-03]-x',
  'a,b,n[1-2]',
  'n[1-5]!n[2-3]',
  'n[1-5]!n2,n2',
  'n[1-3]&n[2-9]',
  'n[1-3]^n[2-5]',
  'n[1 - 2]',
  'n[1,01]',
  '[1-2]',
];

describe('node sets', () => {
  it('expand ranges, padding, steps and several brackets', () => {
    expect(expandNodeset('n[1-3,7]')).toEqual(['n1', 'n2', 'n3', 'n7']);
    expect(expandNodeset('n[08-10]')).toEqual(['n08', 'n09', 'n10']);
    expect(expandNodeset('r[1-2]n[0-4/2]')).toEqual(['r1n0', 'r1n2', 'r1n4', 'r2n0', 'r2n2', 'r2n4']);
    expect(expandNodeset('n[1-4]!n[2-3],db')).toEqual(['n1', 'n4', 'db']);
  });

  it.each([
    ['n[3-1]', 3],
    ['n[1-2', 2],
    ['n1-2]', 5],
    ['n[]', 3],
    ['n[1-2,]', 7],
    ['n[1-2],', 8],
    [',a', 1],
    ['n[1-010]', 3],
    ['n[[1-2]]', 3],
    ['n[a]', 3],
    ['a b', 2],
    ['n;id', 2],
    ['n[1-999999999]', 3],
    ['n[1-999]x[1-999]', 10],
  ])('%j is refused at column %i', (text, column) => {
    expect(() => expandNodeset(text)).toThrow(
      expect.objectContaining({
        kind: 'usage',
        place: expect.stringMatching(new RegExp(`column ${column}$`)),
      }),
    );
  });

  it.runIf(nodeset).each(good)('%s expands as ClusterShell expands it', (text) => {
    const theirs = execFileSync('nodeset', ['-e', text], { encoding: 'utf8' }).trim().split(' ');
    expect(expandNodeset(text).sort()).toEqual(theirs.sort());
  });
});

const someName = fc
  .tuple(
    fc.constantFrom('n', 'r1n', 'ip-10-0-', 'db'),
    fc.nat(120),
    fc.constantFrom(0, 2, 3),
    fc.constantFrom('', 'x', '-b2'),
  )
  .map(([head, number, width, tail]) => `${head}${String(number).padStart(width, '0')}${tail}`);

describe('folding', () => {
  it.each([
    ['n1 n2 n3 n7', 'n[1-3,7]'],
    ['n08 n09 n10', 'n[08-10]'],
    ['r1n1 r1n2 r2n1 r2n2', 'r[1-2]n[1-2]'],
    ['db', 'db'],
    ['n1', 'n1'],
    ['ip-10-0-1-5 ip-10-0-1-6 ip-10-0-2-5', 'ip-10-0-1-[5-6] ip-10-0-2-5'],
  ])('%s becomes %s', (names, folded) => {
    expect(foldNames(names.split(' ')).join(' ')).toBe(folded);
  });

  it('gives the same names back when expanded', () => {
    fc.assert(
      fc.property(fc.uniqueArray(someName, { minLength: 1, maxLength: 60 }), (names) => {
        expect(expandNodeset(foldNames(names).join(',')).sort()).toEqual([...names].sort());
      }),
    );
  });

  // So many that it would take minutes to compare each with each.
  it('is fast for very many names, foldable or not', () => {
    const ids = Array.from({ length: 40_000 }, (_, i) => `i-${((i * 2654435761) >>> 0).toString(16)}f${i}e`);
    const plain = Array.from({ length: 40_000 }, (_, i) => `n${i}`);
    expect(foldNames(ids).length).toBe(40_000);
    expect(foldNames(plain)).toEqual(['n[0-39999]']);
  });

  it('cuts a long line and says how many sets it left out', () => {
    expect(foldLine(['alpha', 'beta', 'gamma'], 11)).toBe('alpha,beta and 1 more');
  });
});
