import { formatDuration } from '../base/duration.ts';

const DAY_MS = 86_400_000;

/** Days where there are some: `9 d`. */
export function formatAge(ms: number): string {
  return ms < 2 * DAY_MS ? formatDuration(ms) : `${Math.floor(ms / DAY_MS)} d`;
}
