/** A point in time as people read it: UTC to the second, with its zone: `2026-11-20T10:15:00Z`. Text that is not a time stays as it is. */
export function formatTime(time: Date | string): string {
  const at = new Date(time);
  return Number.isNaN(at.getTime()) ? String(time) : at.toISOString().replace(/\.\d+Z$/, 'Z');
}

/** The same in a story whose date is known: `10:15:00Z`. */
export function formatClock(time: Date | string): string {
  return formatTime(time).slice(11);
}
