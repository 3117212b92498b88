/** Names of priorities in the inet, ip and ip6 families. */
export const PRIORITIES: Record<string, number> = {
  raw: -300,
  mangle: -150,
  dstnat: -100,
  filter: 0,
  security: 50,
  srcnat: 100,
};

/** As nft lists it: by the nearest name within ten, unless numbers were asked for. */
export function formatPriority(priority: number, numeric: boolean): string {
  if (numeric) return String(priority);
  for (const [name, value] of Object.entries(PRIORITIES)) {
    const off = priority - value;
    if (off === 0) return name;
    if (Math.abs(off) <= 10) return `${name} ${off > 0 ? '+' : '-'} ${Math.abs(off)}`;
  }
  return String(priority);
}
