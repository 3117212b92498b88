/** Milliseconds since 1970 that go on evenly whatever becomes of this machine's clock: for deadlines. */
export function steadyClock(): () => number {
  const started = Date.now() - performance.now();
  return () => started + performance.now();
}
