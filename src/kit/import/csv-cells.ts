import { usage } from '../../base/errors.ts';
import type { SourceText } from './source-text.ts';

/** A value of a table, and where it begins in the text. */
export interface Cell {
  text: string;
  offset: number;
}

/** RFC 4180; the separator is that of the first line. Empty lines and lines that begin with # are left out. */
export function cellsOf(source: SourceText): Cell[][] {
  const { text, place } = source;
  const first = /[^\r\n]*/.exec(text.replace(/^(?:\s*(?:#[^\r\n]*)?[\r\n])+/, ''))![0];
  const separator = [',', ';', '\t'].find((one) => first.includes(one)) ?? ',';
  const rows: Cell[][] = [];
  let row: Cell[] = [];
  let at = 0;
  while (at < text.length) {
    if (row.length === 0 && (text[at] === '#' || isEnd(text[at]))) {
      at = isEnd(text[at]) ? at + 1 : endOfLine(text, at);
      continue;
    }
    while (text[at] === ' ') at++;
    const cell = text[at] === '"' ? quoted(text, at, place) : plain(text, at, separator);
    row.push({ text: cell.text, offset: at });
    at = cell.end;
    while (text[at] === ' ') at++;
    if (at < text.length && text[at] !== separator && !isEnd(text[at]))
      throw usage('text behind the closing quote', {
        place: place(at),
        expected: `${JSON.stringify(separator)} or the end of the line`,
      });
    const more = text[at] === separator;
    if (more) at++;
    if (more && at >= text.length) row.push({ text: '', offset: at });
    if (more && isEnd(text[at])) row.push({ text: '', offset: at });
    if (!more || isEnd(text[at]) || at >= text.length) {
      rows.push(row);
      row = [];
    }
  }
  if (rows.length < 2)
    throw usage('no nodes', {
      place: place(0),
      expected: 'a line of column names, then a line for each node',
    });
  return rows;
}

const isEnd = (c: string | undefined): boolean => c === '\n' || c === '\r';

function endOfLine(text: string, from: number): number {
  let at = from;
  while (at < text.length && !isEnd(text[at])) at++;
  return at;
}

function plain(text: string, from: number, separator: string): { text: string; end: number } {
  let at = from;
  while (at < text.length && text[at] !== separator && !isEnd(text[at])) at++;
  return { text: text.slice(from, at), end: at };
}

function quoted(text: string, from: number, place: SourceText['place']): { text: string; end: number } {
  for (let at = text.indexOf('"', from + 1); at >= 0; at = text.indexOf('"', at + 2)) {
    if (text[at + 1] === '"') continue;
    return { text: text.slice(from + 1, at).replaceAll('""', '"'), end: at + 1 };
  }
  throw usage('this quote is never closed', { place: place(from) });
}
