import { formatClock } from '../../base/time.ts';

/** Time from left to right. Pauses are cut out: they have the width of a mark. */
export interface Axis {
  /** Where a moment is, in pixels. */
  x(at: number): number;
  ticks: { x: number; text: string }[];
  /** Where time was cut out, and how long that was. */
  cuts: { x: number; ms: number }[];
  left: number;
  right: number;
}

interface Piece {
  from: number;
  to: number;
  left: number;
  right: number;
}

const CUT_WIDTH = 18;
/** Room of a label, `10:15:00Z`. */
const LABEL_WIDTH = 88;
const STEPS_S = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200, 86_400];

export function timeAxis(
  [from, to]: [number, number],
  pauses: readonly [number, number][],
  [left, right]: [number, number],
): Axis {
  const pieces = piecesOf([from, Math.max(to, from + 1000)], pauses, [left, right]);
  return {
    left,
    right,
    x(at) {
      const piece = pieces.find((one) => at <= one.to) ?? pieces.at(-1)!;
      return Math.min(piece.right, Math.max(piece.left, place(piece, at)));
    },
    ticks: apart(pieces.flatMap(ticksOf)),
    cuts: pieces.slice(1).map((piece, i) => ({
      x: (pieces[i]!.right + piece.left) / 2,
      ms: piece.from - pieces[i]!.to,
    })),
  };
}

/** Labels on both sides of a cut do not run into each other. */
function apart(ticks: Axis['ticks']): Axis['ticks'] {
  let last = Number.NEGATIVE_INFINITY;
  return ticks.filter(({ x }) => {
    const fits = x - last >= LABEL_WIDTH - 10;
    if (fits) last = x;
    return fits;
  });
}

function piecesOf(
  [from, to]: [number, number],
  pauses: readonly [number, number][],
  [left, right]: [number, number],
): Piece[] {
  const spans: [number, number][] = [];
  let start = from;
  for (const [pause, again] of [...pauses].sort(([a], [b]) => a - b)) {
    // A clock that was set back makes gaps that do not exist.
    if (pause < start || again > to || again <= pause) continue;
    spans.push([start, pause]);
    start = again;
  }
  spans.push([start, to]);
  const width = right - left - CUT_WIDTH * (spans.length - 1);
  const lengths = spans.map(([a, b]) => Math.max(b - a, 1000));
  const whole = lengths.reduce((a, b) => a + b, 0);
  // What happened before and after a pause is both seen, however short it was.
  const shares = lengths.map((ms) => Math.max(ms / whole, 0.15 / spans.length));
  const sum = shares.reduce((a, b) => a + b, 0);
  let x = left;
  return spans.map(([a, b], i) => {
    const piece = { from: a, to: Math.max(b, a + 1000), left: x, right: x + (shares[i]! / sum) * width };
    x = piece.right + CUT_WIDTH;
    return piece;
  });
}

const place = ({ from, to, left, right }: Piece, at: number) =>
  left + ((at - from) / (to - from)) * (right - left);

function ticksOf(piece: Piece): Axis['ticks'] {
  const most = Math.max(1, Math.floor((piece.right - piece.left) / LABEL_WIDTH));
  const span = piece.to - piece.from;
  const step = 1000 * (STEPS_S.find((s) => span / (s * 1000) <= most) ?? Math.ceil(span / most / 1000));
  const ticks: Axis['ticks'] = [];
  for (let at = Math.ceil(piece.from / step) * step; at <= piece.to && ticks.length <= most; at += step)
    ticks.push({ x: place(piece, at), text: formatClock(new Date(at)) });
  return ticks;
}
