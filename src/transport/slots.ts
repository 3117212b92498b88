/** A limited number of places, given in the order of asking. */
export interface Slots {
  /** Resolves with the function that gives the place back. Rejects with the signal's reason. */
  take(stop: AbortSignal): Promise<() => void>;
}

/**
 * A place may be leased: a holder loses it after `leaseMs`, so that hung hosts
 * do not delay the others.
 */
export function createSlots(most: number, leaseMs?: number): Slots {
  let free = most;
  const waiting = new Set<() => void>();

  function lease(): () => void {
    free--;
    let held = true;
    const give = () => {
      if (!held) return;
      held = false;
      clearTimeout(timer);
      free++;
      const next = waiting.values().next().value;
      if (next) {
        waiting.delete(next);
        next();
      }
    };
    const timer = leaseMs === undefined ? undefined : setTimeout(give, leaseMs);
    return give;
  }

  return {
    take(stop) {
      if (stop.aborted) return Promise.reject(stop.reason);
      if (free > 0 && waiting.size === 0) return Promise.resolve(lease());
      return new Promise((resolve, reject) => {
        const go = () => {
          stop.removeEventListener('abort', leave);
          resolve(lease());
        };
        const leave = () => {
          waiting.delete(go);
          reject(stop.reason);
        };
        waiting.add(go);
        stop.addEventListener('abort', leave, { once: true });
      });
    },
  };
}
