/** Measures how much time this process itself lost, so that it is not held against a host. */
export interface LagMeter {
  /** Milliseconds lost since the meter was made. */
  lost(): number;
  /** Measures until the returned function is called. */
  use(): () => void;
}

const TICK = 25;

export function createLagMeter(): LagMeter {
  let total = 0;
  let last = 0;
  let users = 0;
  let timer: NodeJS.Timeout | undefined;

  /** How much later than due it is now. */
  const overdue = () => (timer ? Math.max(0, performance.now() - last - TICK) : 0);

  function tick(): void {
    total += overdue();
    last = performance.now();
  }

  return {
    lost: () => total + overdue(),
    use() {
      if (users++ === 0) {
        last = performance.now();
        timer = setInterval(tick, TICK);
      }
      let used = true;
      return () => {
        if (!used) return;
        used = false;
        if (--users > 0) return;
        clearInterval(timer);
        timer = undefined;
      };
    },
  };
}
