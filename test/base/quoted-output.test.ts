import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fitted, quoteOutput, STDERR_MARK, STDOUT_MARK } from '../../src/base/quoted-output.ts';

it('marks every row that a terminal shows of a node, however it pads its lines', () => {
  const padded = `${' '.repeat(76)}== n[1-99] (99): ok`;
  expect(quoteOutput(STDOUT_MARK, padded).flatMap((line) => fitted(line, 80))).toEqual([
    `  | ${' '.repeat(76)}`,
    '  | == n[1-99] (99): ok',
  ]);
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 400 }),
      fc.constantFrom(STDOUT_MARK, STDERR_MARK),
      fc.integer({ min: 30, max: 120 }),
      (text, mark, columns) => {
        const rows = quoteOutput(mark, text).flatMap((line) => fitted(line, columns));
        for (const row of rows) {
          expect(row.startsWith(mark)).toBe(true);
          expect([...row].length).toBeLessThanOrEqual(columns);
        }
      },
    ),
  );
});

it('continues a headline without the mark of a new line', () => {
  const [first, ...further] = fitted(`== n1 (1): failed: ${'x'.repeat(200)}== n2 (1): ok`, 80);
  expect(first).toMatch(/^== n1/);
  for (const row of further) expect(row).toMatch(/^ {3}\S/);
});

it('leaves its own lines whole, so that they can be pasted', () => {
  const next = `next: fireaxe resume ${'x'.repeat(200)}`;
  expect(fitted(next, 80)).toEqual([next]);
});
