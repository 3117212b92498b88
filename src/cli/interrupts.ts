/** What Ctrl-C means: it depends on whether anything is in flight. */
export interface Interrupts {
  /** Nothing more is launched; what is in flight is awaited. */
  stop: AbortSignal;
  /** What is in flight is no longer awaited. */
  letGo: AbortSignal;
  /** Nothing is in flight: the command line ends at once. */
  quit: AbortSignal;
  /** From here on something may be in flight, until the result is called. */
  inFlight(): () => void;
  /** Ctrl-C, or a signal like it. */
  interrupt(name: string): void;
}

/** The first Ctrl-C stops launching, the second lets go, the third leaves. Where nothing is in flight the first one ends it all. */
export function interrupts(say: (line: string) => void, leave: () => void): Interrupts {
  const stop = new AbortController();
  const letGo = new AbortController();
  const quit = new AbortController();
  let flights = 0;
  return {
    stop: stop.signal,
    letGo: letGo.signal,
    quit: quit.signal,
    inFlight() {
      flights++;
      let ended = false;
      return () => {
        if (!ended) flights--;
        ended = true;
      };
    },
    interrupt(name) {
      if (letGo.signal.aborted || quit.signal.aborted) return leave();
      const again = stop.signal.aborted;
      stop.abort(new Error(name));
      if (flights === 0) {
        quit.abort(new Error(name));
      } else if (again) {
        letGo.abort(new Error(name));
        say('letting go of what is in flight');
      } else {
        say('launching nothing more, waiting for what is in flight; press again to let go');
      }
    },
  };
}
