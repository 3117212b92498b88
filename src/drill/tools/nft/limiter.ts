import type { LimitStatement } from './model.ts';

const UNIT_MS = { second: 1000, minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;

/** Whether the packet matches: within the rate, or over it if the rule says `over`. Takes from the bucket. */
export function passes(limit: LimitStatement, now: number): boolean {
  const full = Math.max(limit.burst, 1);
  const since = limit.at === undefined ? 0 : Math.max(0, now - limit.at);
  const tokens = Math.min(full, (limit.tokens ?? full) + (since * limit.rate) / UNIT_MS[limit.unit]);
  limit.at = now;
  limit.tokens = tokens >= 1 ? tokens - 1 : tokens;
  return tokens >= 1 !== limit.over;
}
