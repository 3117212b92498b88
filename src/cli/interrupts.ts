import { setMaxListeners } from 'node:events';

/** What Ctrl-C does; that depends on whether anything is in flight. */
export interface Interrupts {
  /** Launch nothing more; wait for what is in flight. */
  stop: AbortSignal;
  /** Stop waiting for what is in flight. */
  stopWaiting: AbortSignal;
  /** Nothing is in flight: end at once. */
  quit: AbortSignal;
  /** The terminal is gone: no question can be answered, and no output is read. */
  hungUp: AbortSignal;
  /** Marks work in flight until the returned function is called. A run has a journal, so it outlives its terminal. */
  inFlight(what?: 'run'): () => void;
  /** Ctrl-C or SIGTERM. */
  interrupt(name: string): void;
  /** SIGHUP: the terminal hung up. */
  hangUp(): void;
  /** A write failed because the terminal is gone. */
  lostTerminal(): void;
}

/**
 * The first Ctrl-C stops launching, the second stops waiting, the third exits. With nothing in flight the first one exits.
 * A hang-up ends work that only reads. It never ends a run, nor a command that started without a terminal (nohup).
 */
export function interrupts(say: (line: string) => void, leave: () => void, terminal = true): Interrupts {
  const stop = new AbortController();
  const stopWaiting = new AbortController();
  const quit = new AbortController();
  const hungUp = new AbortController();
  // Many runs listen at a time; Node would warn of a leak on the operator's terminal.
  setMaxListeners(0, ...[stop, stopWaiting, quit, hungUp].map(({ signal }) => signal));
  let flights = 0;
  let runs = 0;
  const interrupt = (name: string) => {
    if (stopWaiting.signal.aborted || quit.signal.aborted) return leave();
    const again = stop.signal.aborted;
    stop.abort(new Error(name));
    if (flights === 0) {
      quit.abort(new Error(name));
    } else if (again) {
      stopWaiting.abort(new Error(name));
      say('no longer waiting for what is in flight');
    } else {
      say('launching nothing more, waiting for what is in flight; press Ctrl-C again to stop waiting');
    }
  };
  return {
    stop: stop.signal,
    stopWaiting: stopWaiting.signal,
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
