import { AdaptiveWindow, type Bounds, DIRECT } from './window.ts';

/** The place of one target among those in flight. */
export interface Place {
  /** The target has its turn: its command leaves. */
  reached(): void;
  /** Its peer is silent: after a while it makes room for another. */
  silent(): void;
  /** The far end refused it for want of room. */
  crowded(): void;
  give(): void;
}

/** Silent targets beside the others at most: each holds a connection. */
const MOST_SILENT = DIRECT.most;
/** A peer is silent when it takes this many times as long as is usual. */
const SILENT_TIMES = 2;
/** This process is too busy for more when its event loop is this late (ms). */
const BUSY_MS = 100;

/** Targets in flight by one route: as many as its hosts and this machine bear. They are admitted in the order of asking. */
export class Ahead {
  readonly #window: AdaptiveWindow;
  readonly #lagMs: () => number;
  readonly #waiting: (() => void)[] = [];
  #active = 0;
  #silent = 0;

  constructor(lagMs: () => number, bounds: Bounds) {
    this.#lagMs = lagMs;
    this.#window = new AdaptiveWindow(bounds);
  }

  async take(): Promise<Place> {
    if (this.#waiting.length > 0 || this.#active >= this.#window.size)
      await new Promise<void>((go) => this.#waiting.push(go));
    else this.#active++;
    return this.#place(performance.now(), this.#window.round);
  }

  #place(since: number, round: number): Place {
    let state: 'active' | 'silent' | 'given' = 'active';
    let timer: NodeJS.Timeout | undefined;
    const leave = () => {
      if (state !== 'active' || this.#silent >= MOST_SILENT) return;
      state = 'silent';
      this.#active--;
      this.#silent++;
      this.#admit();
    };
    return {
      reached: () => {
        clearTimeout(timer);
        const mayGrow = this.#waiting.length > 0 && this.#lagMs() < BUSY_MS;
        this.#window.reached(performance.now() - since, round, mayGrow);
        this.#admit();
      },
      silent: () => {
        const usual = this.#window.usualMs ?? 0;
        timer ??= setTimeout(leave, Math.max(0, usual * SILENT_TIMES - (performance.now() - since)));
      },
      crowded: () => this.#window.refused(round),
      give: () => {
        clearTimeout(timer);
        if (state === 'active') this.#active--;
        if (state === 'silent') this.#silent--;
        state = 'given';
        this.#admit();
      },
    };
  }

  #admit(): void {
    while (this.#waiting.length > 0 && this.#active < this.#window.size) {
      this.#active++;
      this.#waiting.shift()!();
    }
  }
}
