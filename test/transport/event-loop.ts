import { vi } from 'vitest';

interface Task {
  due: number;
  fire: () => void;
  every?: number;
}

/** Node's timers by a clock of their own, in which the process can be busy: what is due meanwhile comes late. */
export class EventLoop {
  now = 0;
  readonly #timers = new Set<Task>();
  readonly #arrivals = new Set<Task>();
  #immediate: (() => void)[] = [];

  /** Stands for the real one until `vi.unstubAllGlobals()`. */
  constructor() {
    const add = (fire: () => void, ms: number, every?: number) => {
      const task = { due: this.now + ms, fire, ...(every !== undefined && { every }) };
      this.#timers.add(task);
      return task;
    };
    const remove = (task: unknown) => void this.#timers.delete(task as Task);
    vi.stubGlobal('performance', { now: () => this.now });
    vi.stubGlobal('setTimeout', (fire: () => void, ms: number) => add(fire, ms));
    vi.stubGlobal('setInterval', (fire: () => void, ms: number) => add(fire, ms, ms));
    vi.stubGlobal('setImmediate', (fire: () => void) => this.#immediate.push(fire));
    vi.stubGlobal('clearTimeout', remove);
    vi.stubGlobal('clearInterval', remove);
  }

  /** What comes from outside at this time. */
  arrives(at: number, heard: () => void): void {
    this.#arrivals.add({ due: at, fire: heard });
  }

  /** The process does nothing else for so long. */
  block(ms: number): void {
    this.now += ms;
  }

  /** Turns until this time: in each first the timers, then what arrived, then the immediates. */
  run(until: number): void {
    for (;;) {
      const next = Math.min(...[...this.#timers, ...this.#arrivals].map((task) => task.due));
      if (this.#immediate.length === 0) {
        if (next > until) return;
        this.now = Math.max(this.now, next);
      }
      this.#fire(this.#timers);
      this.#fire(this.#arrivals);
      for (const fire of this.#immediate.splice(0)) fire();
    }
  }

  #fire(tasks: Set<Task>): void {
    const due = [...tasks].filter((task) => task.due <= this.now).sort((a, b) => a.due - b.due);
    for (const task of due) {
      // An earlier one may have taken it away.
      if (!tasks.delete(task)) continue;
      task.fire();
      if (task.every !== undefined) tasks.add(Object.assign(task, { due: this.now + task.every }));
    }
  }
}
