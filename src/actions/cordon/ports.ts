/** Ports and ranges as nft lists them: sorted, merged, and without leading zeros, which nft would read as octal. */
export function portSet(texts: string[]): string[] {
  const ranges = texts
    .map((text): [number, number] => {
      const [first = 0, last = first] = text.split('-').map(Number);
      return [first, last];
    })
    .sort((a, b) => a[0] - b[0]);
  const merged: [number, number][] = [];
  for (const [first, last] of ranges) {
    const before = merged.at(-1);
    if (before && first <= before[1] + 1) before[1] = Math.max(before[1], last);
    else merged.push([first, last]);
  }
  return merged.map(([first, last]) => (first === last ? String(first) : `${first}-${last}`));
}
