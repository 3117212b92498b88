/** Digits that are folded; longer runs are ids rather than numbers. */
const NUMBER = /\d+/g;
const MOST_DIGITS = 12;
/** Numbers in a name beyond these stay as they are. */
const MOST_POSITIONS = 3;

interface Piece {
  /** The text between the numbers: one more than numbers. */
  texts: string[];
  /** A number, or a bracket of them once folded. */
  numbers: string[];
}

/** Names as short node sets, `n[1-9,12]`. Expanding them gives the same names. */
export function foldNames(names: readonly string[]): string[] {
  let pieces = [...new Set(names)].map(split);
  for (let fromEnd = 0; fromEnd < MOST_POSITIONS; fromEnd++) pieces = foldAt(pieces, fromEnd);
  return pieces.map(join);
}

/** The same as one line of at most about `width` characters. */
export function foldLine(names: readonly string[], width = 200): string {
  const folded = foldNames(names);
  let line = '';
  for (const [i, set] of folded.entries()) {
    const longer = line === '' ? set : `${line},${set}`;
    if (i > 0 && longer.length > width) return `${line} and ${folded.length - i} more`;
    line = longer;
  }
  return line;
}

function split(name: string): Piece {
  const texts: string[] = [];
  const numbers: string[] = [];
  let end = 0;
  for (const match of name.matchAll(NUMBER)) {
    if (match[0].length > MOST_DIGITS) continue;
    texts.push(name.slice(end, match.index));
    numbers.push(match[0]);
    end = match.index + match[0].length;
  }
  texts.push(name.slice(end));
  return { texts, numbers };
}

function join({ texts, numbers }: Piece): string {
  return texts.map((text, i) => text + (numbers[i] ?? '')).join('');
}

/** Puts together what differs only in the number at one place, counted from the end. */
function foldAt(pieces: Piece[], fromEnd: number): Piece[] {
  const groups = new Map<string, Piece[]>();
  for (const piece of pieces) {
    const at = piece.numbers.length - 1 - fromEnd;
    const key = at < 0 ? `=${join(piece)}` : join(withNumber(piece, at, '*'));
    const group = groups.get(key);
    if (group) group.push(piece);
    else groups.set(key, [piece]);
  }
  return [...groups.values()].map((group) => {
    const first = group[0]!;
    const at = first.numbers.length - 1 - fromEnd;
    return group.length === 1
      ? first
      : withNumber(first, at, `[${ranges(group.map((p) => p.numbers[at]!))}]`);
  });
}

function withNumber(piece: Piece, at: number, number: string): Piece {
  const numbers = [...piece.numbers];
  numbers[at] = number;
  return { texts: piece.texts, numbers };
}

/** `1-9,12`; padded numbers (`08`) share a range with those of their width (`10`). */
function ranges(numbers: string[]): string {
  const widths = new Set(numbers.filter((n) => /^0\d/.test(n)).map((n) => n.length));
  const byWidth = new Map<number, string[]>();
  for (const n of numbers) {
    const width = widths.has(n.length) ? n.length : 0;
    const same = byWidth.get(width);
    if (same) same.push(n);
    else byWidth.set(width, [n]);
  }
  return [...byWidth.values()].flatMap(consecutive).join(',');
}

function consecutive(numbers: string[]): string[] {
  const sorted = [...numbers].sort((a, b) => Number(a) - Number(b));
  const found: [string, string][] = [];
  for (const n of sorted) {
    const last = found.at(-1);
    if (last && Number(last[1]) + 1 === Number(n)) last[1] = n;
    else found.push([n, n]);
  }
  return found.map(([from, to]) => (from === to ? from : `${from}-${to}`));
}
