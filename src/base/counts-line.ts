/** `1 node`, `5 nodes`. */
export function nodesText(n: number): string {
  return `${n} ${n === 1 ? 'node' : 'nodes'}`;
}

/** `1 failure`, `3 failures`. */
export function failuresText(n: number): string {
  return `${n} ${n === 1 ? 'failure' : 'failures'}`;
}

/** Counts as a line, without those of nothing: `47 ok, 1 unreachable`. */
export function countsLine(counts: Record<string, number>): string {
  const parts = Object.entries(counts).filter(([, n]) => n > 0);
  return parts.map(([state, n]) => `${n} ${state}`).join(', ') || 'no targets';
}
