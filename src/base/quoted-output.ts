import { sanitize } from './sanitize.ts';

/** Begins each line of a node's output, and no line of Fireaxe. */
export const STDOUT_MARK = '  | ';
export const STDERR_MARK = '  stderr | ';
/** What begins the account of a group of nodes. */
export const HEADLINE = '== ';

/** A node's output line by line, each marked, so that it cannot pass for a line of Fireaxe. */
export function quoteOutput(mark: string, text: string): string[] {
  return sanitize(text)
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => `${mark}${line}`);
}

/**
 * A line as a terminal of this width shows it. If the terminal broke it, the rest of a node's line would begin
 * a row without the mark.
 */
export function fitted(line: string, columns: number | undefined): string[] {
  const mark = [STDOUT_MARK, STDERR_MARK, HEADLINE].find((one) => line.startsWith(one));
  if (columns === undefined || mark === undefined || columns < 2 * mark.length) return [line];
  const further = mark === HEADLINE ? '   ' : mark;
  const rows: string[] = [];
  let row = '';
  let width = 0;
  for (const character of line) {
    // Some are two columns wide, a tab up to eight.
    const wide = character === '\t' ? 8 : character > '\u02ff' ? 2 : 1;
    if (width + wide > columns) {
      rows.push(row);
      row = further;
      width = further.length;
    }
    row += character;
    width += wide;
  }
  return [...rows, row];
}
