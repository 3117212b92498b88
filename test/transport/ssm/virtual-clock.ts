/** A clock that jumps to whatever is due next, so that minutes pass in no time. */
export function virtualClock() {
  let now = 1_000_000;
  const due: { at: number; wake: () => void }[] = [];
  const step = () => {
    due.sort((a, b) => a.at - b.at);
    const next = due.shift();
    if (!next) return;
    now = Math.max(now, next.at);
    next.wake();
  };
  const sleep = (ms: number, signal?: AbortSignal) =>
    new Promise<void>((resolve) => {
      if (signal?.aborted) return resolve();
      const entry = { at: now + ms, wake };
      function wake() {
        signal?.removeEventListener('abort', wake);
        const index = due.indexOf(entry);
        if (index >= 0) due.splice(index, 1);
        resolve();
      }
      due.push(entry);
      signal?.addEventListener('abort', wake);
    });
  // Everything that is ready runs before time goes on.
  const timer = setInterval(step, 1);
  return { now: () => now, sleep, random: () => 0, stop: () => clearInterval(timer) };
}
