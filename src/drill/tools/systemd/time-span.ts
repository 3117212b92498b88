const UNITS: [RegExp, number][] = [
  [/^(us|usec|µs)$/, 0.001],
  [/^(ms|msec)$/, 1],
  [/^(s|sec|second|seconds|)$/, 1000],
  [/^(m|min|minute|minutes)$/, 60_000],
  [/^(h|hr|hour|hours)$/, 3_600_000],
  [/^(d|day|days)$/, 86_400_000],
];

/** Milliseconds of systemd's time spans: `30s`, `2min 30s`, `90`. Undefined if the text is something else. */
export function parseTimeSpan(text: string): number | undefined {
  const parts = [...text.matchAll(/\s*(\d+(?:\.\d+)?)\s*([a-zµ]*)\s*/gy)];
  if (parts.length === 0 || parts.map((part) => part[0]).join('') !== text) return undefined;
  let sum = 0;
  for (const [, count, unit] of parts) {
    const known = UNITS.find(([name]) => name.test(unit!));
    if (!known) return undefined;
    sum += Number(count) * known[1];
  }
  return sum;
}

/** As systemctl prints it: `1min 30s`. */
export function formatTimeSpan(ms: number): string {
  if (ms === 0) return '0';
  const parts: string[] = [];
  let left = Math.round(ms);
  for (const [name, size] of [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['min', 60_000],
    ['s', 1000],
    ['ms', 1],
  ] as const) {
    if (left >= size) parts.push(`${Math.floor(left / size)}${name}`);
    left %= size;
  }
  return parts.join(' ');
}
