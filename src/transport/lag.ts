/** Measures how much time this process itself lost, so that it is not held against a host. */
export interface LagMeter {
  /** Milliseconds lost since the meter was made. */
  lost(): number;
  /** How late it has been lately. */
  recent(): number;
  /** Measures until the returned function is called. */
  use(): () => void;
}

const TICK = 25;
/** Share of a lag that still counts one tick later. */
const FORGETS = 0.8;

export function createLagMeter(): LagMeter {
  let total = 0;
  let recent = 0;
  let last = 0;
  let users = 0;
  let timer: NodeJS.Timeout | undefined;

  /** How much later than due it is now. */
  const overdue = () => (timer ? Math.max(0, performance.now() - last - TICK) : 0);

  function tick(): void {
    total += overdue();
    recent = Math.max(overdue(), recent * FORGETS);
    last = performance.now();
  }

  return {
    lost: () => total + overdue(),
    recent: () => Math.max(recent, overdue()),
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
