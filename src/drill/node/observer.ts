import type { NodeProcess } from './process.ts';

/** A command may wait for its own effect on a process; a service only looks now and then. */
const COMMAND_MS = 50;
const SERVICE_EVERY = 10;

/** Keeps /proc up to date while something runs on the node that may read it. */
export interface Observer {
  during(ended: Promise<unknown>, what: 'command' | 'service'): void;
}

export function createObserver(processes: () => Iterable<NodeProcess>): Observer {
  const running = { command: 0, service: 0 };
  let timer: NodeJS.Timeout | undefined;
  let ticks = 0;

  function tick(): void {
    ticks += 1;
    if (running.command + running.service === 0) {
      clearInterval(timer);
      timer = undefined;
    } else if (running.command === 0 && ticks % SERVICE_EVERY !== 0) return;
    for (const process of processes()) void process.observe();
  }

  return {
    during(ended, what) {
      running[what] += 1;
      timer ??= setInterval(tick, COMMAND_MS).unref();
      void ended.finally(() => {
        running[what] -= 1;
      });
    },
  };
}
