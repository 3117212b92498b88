import { oneLine, sanitize } from '../base/sanitize.ts';
import type { Answer } from '../run/types.ts';
import type { CliIo } from './types.ts';
import type { View } from './view/view.ts';

/** What was typed before the question is not its answer: keys that come so soon were. */
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
  const text = `${sanitize(oneLine(question))} `;
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
      const word = line.trim().toLowerCase();
      if (word === 'yes' || word === 'y') end('yes');
      else if (word === 'no' || word === 'n') end('no');
    };
    const { prompt } = view;
    // A live view draws what is typed: an echo would tear its frames.
    const shown = prompt
      ? (typed?: string) => prompt(typed === undefined ? typed : text + typed)
      : echo(io, text);
    const { stop } = readKeys(io, shown, { onLine, onEnd });
    ended.addEventListener('abort', onEnd, { once: true });
    io.stdin.on('error', onEnd);
    // It may fail later than that.
    if (io.stdin.listenerCount('error') === 1) io.stdin.on('error', () => {});
    // One that ended at an earlier question says so no more.
    if (ended.aborted || !io.stdin.readable) end();
  });
}

/** Writes the question, and what is typed behind it, where no view draws it; undefined ends the line. */
function echo({ stderr }: CliIo, question: string): (typed?: string) => void {
  let shown: string | undefined;
  return (typed) => {
    if (typed === undefined) {
      if (shown !== undefined) stderr.write('\n');
    } else if (shown !== undefined && typed.startsWith(shown)) stderr.write(typed.slice(shown.length));
    else stderr.write(`${shown === undefined ? '' : '\n'}${question}${typed}`);
    shown = typed;
  };
}

/** Key by key, without the terminal's echo. Ctrl-C is a key then, and so is Ctrl-D. */
function readKeys(
  io: CliIo,
  show: (typed?: string) => void,
  { onLine, onEnd }: { onLine(line: string): void; onEnd(): void },
): { stop(): void } {
  const stdin = io.stdin as NodeJS.ReadStream;
  const began = performance.now();
  let typed = '';
  let reading = true;
  const onKey = (key: string, tooSoon: boolean) => {
    if (key === '\x03') io.interrupt?.('SIGINT');
    else if (tooSoon) return;
    else if (key === '\x04' && typed === '') onEnd();
    else if (key === '\r' || key === '\n') {
      const line = typed;
      onLine(line);
      if (!reading) return;
      show();
      typed = '';
    } else if (key === '\x7f' || key === '\b') typed = typed.slice(0, -1);
    else if (key === '\x15') typed = '';
    else if (key >= ' ' && typed.length < 80) typed += key;
    if (reading) show(typed);
  };
  const onData = (chunk: Buffer | string) => {
    const tooSoon = performance.now() - began < TYPED_AHEAD_MS;
    for (const key of String(chunk)) if (reading) onKey(key, tooSoon);
  };
  stdin.setRawMode?.(true);
  stdin.on('data', onData);
  stdin.once('end', onEnd);
  stdin.resume();
  show('');
  return {
    stop() {
      reading = false;
      stdin.removeListener('data', onData);
      stdin.removeListener('end', onEnd);
      stdin.setRawMode?.(false);
      stdin.pause();
      show();
    },
  };
}
