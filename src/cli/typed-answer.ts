import { createInterface } from 'node:readline';
import { oneLine } from '../base/sanitize.ts';
import type { Answer } from '../run/types.ts';
import type { CliIo } from './types.ts';
import type { View } from './view/view.ts';

/** What was typed before the question is not its answer. */
const TYPED_AHEAD_MS = 250;

/**
 * Reads yes or no from the terminal; anything else is asked again. Undefined once the signal aborts, the terminal is gone
 * or its input ends.
 */
export function typedAnswer(
  io: CliIo,
  question: string,
  view: Pick<View, 'prompt'>,
  signal: AbortSignal,
): Promise<Answer['answer'] | undefined> {
  const text = `${oneLine(question)} `;
  const began = performance.now();
  return new Promise((resolve) => {
    const ended = AbortSignal.any([signal, io.hungUp]);
    let over = false;
    const end = (answer?: Answer['answer']) => {
      if (over) return;
      over = true;
      ended.removeEventListener('abort', onEnd);
      // A terminal that is gone fails here, too.
      stop();
      io.stdin.removeListener('error', onEnd);
      resolve(answer);
    };
    const onEnd = () => end();
    const onLine = (line: string) => {
      if (over) return;
      if (performance.now() - began < TYPED_AHEAD_MS) return show();
      const word = line.trim().toLowerCase();
      if (word === 'yes' || word === 'y') return end('yes');
      if (word === 'no' || word === 'n') return end('no');
      return show();
    };
    // A live view draws what is typed: an echo would tear its frames.
    const read = view.prompt ? readKeys : readLines;
    const { stop, show } = read(io, text, { view, onLine, onEnd });
    ended.addEventListener('abort', onEnd, { once: true });
    io.stdin.on('error', onEnd);
    // It may fail later than that.
    if (io.stdin.listenerCount('error') === 1) io.stdin.on('error', () => {});
    show();
    if (ended.aborted) end();
  });
}

interface Reader {
  /** Asks, also again. */
  show(): void;
  stop(): void;
}

interface Told {
  view: Pick<View, 'prompt'>;
  onLine(line: string): void;
  onEnd(): void;
}

/** Whole lines, echoed by the terminal. */
function readLines(io: CliIo, question: string, { onLine, onEnd }: Told): Reader {
  const reader = createInterface({ input: io.stdin, terminal: false });
  reader.on('line', onLine);
  reader.once('close', onEnd);
  reader.on('error', onEnd);
  return {
    show: () => void io.stderr.write(question),
    stop() {
      reader.removeListener('close', onEnd);
      reader.close();
    },
  };
}

/** Key by key, without an echo. Ctrl-C is a key then. */
function readKeys(io: CliIo, question: string, { view, onLine, onEnd }: Told): Reader {
  const stdin = io.stdin as NodeJS.ReadStream;
  let typed = '';
  const draw = () => view.prompt?.(`${question}${typed}`);
  const onData = (chunk: Buffer | string) => {
    for (const key of String(chunk)) {
      if (key === '\x03') io.interrupt?.('SIGINT');
      else if (key === '\r' || key === '\n') {
        const line = typed;
        typed = '';
        onLine(line);
      } else if (key === '\x7f' || key === '\b') typed = typed.slice(0, -1);
      else if (key === '\x15') typed = '';
      else if (key >= ' ' && typed.length < 80) typed += key;
    }
    if (reading) draw();
  };
  let reading = true;
  stdin.setRawMode?.(true);
  stdin.on('data', onData);
  stdin.once('end', onEnd);
  stdin.resume();
  return {
    show: draw,
    stop() {
      reading = false;
      stdin.removeListener('data', onData);
      stdin.removeListener('end', onEnd);
      stdin.setRawMode?.(false);
      stdin.pause();
      view.prompt?.(undefined);
    },
  };
}
