/** What Ctrl-C means: it depends on whether anything is in flight. */
export interface Interrupts {
  /** Nothing more is launched; what is in flight is awaited. */
  stop: AbortSignal;
  /** What is in flight is no longer awaited. */
  letGo: AbortSignal;
  /** Nothing is in flight: the command line ends at once. */
  quit: AbortSignal;
  /** The terminal is gone: no question can be answered, and nothing is read there any more. */
  hungUp: AbortSignal;
  /** From here on something may be in flight, until the result is called. A run has a journal, and outlives its terminal. */
  inFlight(what?: 'run'): () => void;
  /** Ctrl-C, or a signal like it. */
  interrupt(name: string): void;
  /** SIGHUP: the terminal hung up, or somebody asks us to end as if it had. */
  hangUp(): void;
  /** A write found that there is no terminal any more. */
  lostTerminal(): void;
}

/**
 * The first Ctrl-C stops launching, the second lets go, the third leaves. Where nothing is in flight the first one ends it all.
 * A hang-up ends what only reads. It never ends a run, nor anything that was started without a terminal, as under nohup.
 */
export function interrupts(say: (line: string) => void, leave: () => void, terminal = true): Interrupts {
  const stop = new AbortController();
  const letGo = new AbortController();
  const quit = new AbortController();
  const hungUp = new AbortController();
  let flights = 0;
  let runs = 0;
  const interrupt = (name: string) => {
    if (letGo.signal.aborted || quit.signal.aborted) return leave();
    const again = stop.signal.aborted;
    stop.abort(new Error(name));
    if (flights === 0) {
      quit.abort(new Error(name));
    } else if (again) {
      letGo.abort(new Error(name));
      say('no longer waiting for what is in flight');
    } else {
      say('launching nothing more, waiting for what is in flight; press Ctrl-C again to stop waiting');
    }
  };
  return {
    stop: stop.signal,
    letGo: letGo.signal,
    quit: quit.signal,
    hungUp: hungUp.signal,
    inFlight(what) {
      flights++;
      if (what === 'run') runs++;
      let ended = false;
      return () => {
        if (!ended) flights--;
        if (!ended && what === 'run') runs--;
        ended = true;
      };
    },
    interrupt,
    hangUp() {
      if (!terminal) return;
      hungUp.abort(new Error('SIGHUP'));
      if (runs === 0) interrupt('SIGHUP');
    },
    lostTerminal() {
      hungUp.abort(new Error('EIO'));
    },
  };
}
