import { isIP } from 'node:net';

const MOST_HOSTS = 100_000;
/** A host name has at most 253 characters. */
const LONGEST = 1_000;

/** A host of an inventory with its port, ranges such as `web[01:50]` or `db-[a:f]` expanded; a text is what is wrong. */
export function expandHosts(pattern: string): { names: string[]; port?: number } | string {
  if (pattern.length > LONGEST) return `a host of ${pattern.length} characters`;
  const bracketed = /^\[([^\]]+)\](?::(\d+))?$/.exec(pattern);
  if (bracketed && isIP(bracketed[1]!) !== 0) return withPort([bracketed[1]!], bracketed[2]);
  if (isIP(pattern) === 6) return { names: [pattern] };
  const [, plain = pattern, digits] = /^(.*[^:]):(\d+)$/.exec(pattern) ?? [];
  // A colon within brackets belongs to a range.
  const names = expand(plain);
  return typeof names === 'string' ? names : withPort(names, digits);
}

function withPort(names: string[], digits: string | undefined): { names: string[]; port?: number } | string {
  if (digits === undefined) return { names };
  const port = Number(digits);
  return port >= 1 && port <= 65_535 ? { names, port } : `not a port: ${digits}`;
}

function expand(pattern: string): string[] | string {
  let names = [''];
  for (const piece of pattern.split(/(\[[^\]]*\])/)) {
    if (!piece.startsWith('[')) {
      if (/[[\]]/.test(piece)) return `a bracket without its other half in ${pattern}`;
      names = names.map((name) => name + piece);
      continue;
    }
    const range = rangeOf(piece.slice(1, -1));
    if (typeof range === 'string') return range;
    if (names.length * range.length > MOST_HOSTS) return `more than ${MOST_HOSTS} hosts`;
    names = names.flatMap((name) => range.map((one) => name + one));
  }
  return names;
}

function rangeOf(inside: string): string[] | string {
  const wrong = `not a range: [${inside}]`;
  const match = /^(\d*|[a-zA-Z]):(\d+|[a-zA-Z])(?::(\d+))?$/.exec(inside);
  if (!match) return wrong;
  const [, first = '', last = '', digits = '1'] = match;
  const step = Number(digits);
  if (step < 1) return wrong;
  if (/\d/.test(last)) {
    if (!/^\d*$/.test(first)) return wrong;
    const padded = first.length > 1 && first.startsWith('0');
    if (padded && first.length !== last.length) return `${wrong}: padded to two widths`;
    const [from, to] = [Number(first), Number(last)];
    if (to < from) return `${wrong}: it is empty`;
    if ((to - from) / step > MOST_HOSTS) return `more than ${MOST_HOSTS} hosts`;
    return numbers(from, to, step).map((n) => String(n).padStart(padded ? first.length : 0, '0'));
  }
  const [from, to] = [first.charCodeAt(0), last.charCodeAt(0)];
  if (!(to >= from)) return `${wrong}: it is empty`;
  return numbers(from, to, step).map((code) => String.fromCharCode(code));
}

function numbers(from: number, to: number, step: number): number[] {
  const found: number[] = [];
  for (let n = from; n <= to; n += step) found.push(n);
  return found;
}
