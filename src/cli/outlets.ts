import type { EventEmitter } from 'node:events';
import { fstatSync } from 'node:fs';
import type { WriteStream } from 'node:tty';
import { openTerminal } from './terminal.ts';
import type { CliIo } from './types.ts';

/** Nobody reads on: that ends the output, and is no failure. */
const LEFT = ['EPIPE', 'EIO'];

/** What the reader of a stream may lag behind before lines that another place has are dropped. */
const MOST_BEHIND = 1 << 20;

/** Output that fails ends the output, never a change that is under way: a log may lie on a full disk. */
export function surviveOutput(stdout: EventEmitter, stderr: EventEmitter): { lost(): Error | undefined } {
  let lost: Error | undefined;
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (!LEFT.includes(error.code ?? '')) lost ??= error;
  });
  // There is nowhere left to tell it.
  stderr.on('error', () => {});
  return { lost: () => lost };
}

/** Where results and all else go. No write to either waits for a reader; pipes do not wait by themselves. */
export function outlets(onGone: () => void): Pick<CliIo, 'stdout' | 'stderr'> {
  const stdout = unwaited(process.stdout, onGone);
  // Two queues to one terminal would mix their lines where it takes them slowly.
  return { stdout, stderr: sameFile(1, 2) ? stdout : unwaited(process.stderr, onGone) };
}

/** Whether the reader of a stream lags so far behind that more would only pile up. */
export function lagging(stream: NodeJS.WritableStream & { writableLength?: number }): boolean {
  return (stream.writableLength ?? 0) > MOST_BEHIND;
}

function unwaited(stream: WriteStream & { fd: number }, onGone: () => void): CliIo['stdout'] {
  return stream.isTTY ? (openTerminal(stream, onGone) ?? stream) : stream;
}

function sameFile(a: number, b: number): boolean {
  try {
    const [one, two] = [fstatSync(a), fstatSync(b)];
    return one.dev === two.dev && one.ino === two.ino && one.rdev === two.rdev;
  } catch {
    return false;
  }
}
