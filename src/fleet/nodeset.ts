import { type FireaxeError, usage } from '../base/errors.ts';

const MOST_NAMES = 100_000;

/**
 * Expands a node set in ClusterShell's syntax: `n[1-9,12]`, `n[01-10]` (padded), `n[0-10/5]` (steps), `r[1-2]n[1-3]`;
 * joined from left to right by `,` (also), `!` (but not), `&` (only those also in), `^` (in one of both).
 */
export function expandNodeset(text: string, flag = '--nodes'): string[] {
  const source = { text, flag };
  let names = new Set<string>();
  for (const { operator, pattern, column } of terms(source)) {
    const more = expandPattern(source, pattern, column);
    names = combine(names, operator, more);
    if (names.size > MOST_NAMES) throw tooMany(source, column);
  }
  return [...names];
}

/** What was typed, and where. */
interface Source {
  text: string;
  flag: string;
}

interface Term {
  operator: string;
  pattern: string;
  column: number;
}

function terms(source: Source): Term[] {
  const { text } = source;
  const found: Term[] = [];
  let operator = ',';
  let start = 0;
  let depth = 0;
  const close = (end: number) => {
    const pattern = text.slice(start, end);
    const word = pattern.trim();
    const column = start + 1 + pattern.length - pattern.trimStart().length;
    if (word === '')
      throw wrong(source, column, `a node name is missing ${end === text.length ? 'at the end' : 'here'}`);
    found.push({ operator, pattern: word, column });
  };
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (c === '[') depth++;
    else if (c === ']') depth--;
    else if (depth === 0 && ',!&^'.includes(c)) {
      close(i);
      operator = c;
      start = i + 1;
    }
    if (depth < 0 || depth > 1) throw wrong(source, i + 1, `unexpected ${c}`);
  }
  if (depth !== 0) throw wrong(source, text.lastIndexOf('[') + 1, 'this [ is never closed');
  close(text.length);
  return found;
}

function combine(names: Set<string>, operator: string, more: string[]): Set<string> {
  if (operator === ',') {
    for (const name of more) names.add(name);
    return names;
  }
  const other = new Set(more);
  const kept = [...names].filter((name) => other.has(name) === (operator === '&'));
  return operator === '^' ? new Set([...kept, ...more.filter((name) => !names.has(name))]) : new Set(kept);
}

function expandPattern(source: Source, pattern: string, column: number): string[] {
  let names = [''];
  let at = column;
  for (const piece of pattern.split(/(\[[^\]]*\])/)) {
    const options = piece.startsWith('[')
      ? expandBrackets(source, piece.slice(1, -1), at + 1)
      : [plain(source, piece, at)];
    if (names.length * options.length > MOST_NAMES) throw tooMany(source, at);
    names = names.flatMap((name) => options.map((option) => name + option));
    at += piece.length;
  }
  return names;
}

function plain(source: Source, piece: string, column: number): string {
  const bad = /[^A-Za-z0-9._-]/.exec(piece);
  if (bad) throw wrong(source, column + bad.index, `${JSON.stringify(bad[0])} is not allowed in a node name`);
  return piece;
}

function expandBrackets(source: Source, inside: string, column: number): string[] {
  const numbers: string[] = [];
  let at = column;
  for (const range of inside.split(',')) {
    const match = /^\s*(\d+)\s*(?:-\s*(\d+)\s*(?:\/\s*(\d+)\s*)?)?$/.exec(range);
    if (!match) throw wrong(source, at, `not a range: ${JSON.stringify(range)}`);
    const [, first = '', last = first, step = '1'] = match;
    const padded = /^0\d/.test(first) || /^0\d/.test(last);
    if (padded && first.length !== last.length) {
      throw wrong(source, at, `${range.trim()} is padded to two widths`);
    }
    const [from, to, by] = [Number(first), Number(last), Number(step)];
    if (to < from || by < 1) throw wrong(source, at, `${range.trim()} is an empty range`);
    if (!Number.isSafeInteger(to) || (to - from) / by > MOST_NAMES) throw tooMany(source, at);
    for (let n = from; n <= to; n += by) numbers.push(String(n).padStart(padded ? first.length : 0, '0'));
    at += range.length + 1;
  }
  return numbers;
}

function tooMany(source: Source, column: number): FireaxeError {
  return wrong(source, column, `more than ${MOST_NAMES} names`);
}

function wrong({ text, flag }: Source, column: number, message: string): FireaxeError {
  return usage(message, {
    place: `${flag} ${JSON.stringify(text)}, column ${column}`,
    expected: 'a node set such as n[1-9,12],db-[01-04] or n[1-9]!n5',
  });
}
