import type { EventEmitter } from 'node:events';
import { fstatSync } from 'node:fs';
import type { WriteStream } from 'node:tty';
import { openTerminal } from './terminal.ts';
import type { CliIo } from './types.ts';

/** The reader closed the stream: that ends the output and is not a failure. */
const LEFT = ['EPIPE', 'EIO'];

/** Bytes that a reader may lag behind before lines that the log also has are dropped. */
const MAX_BEHIND = 1 << 20;

/** A failed write ends the output, never a change in progress: stdout may be a file on a full disk. */
export function surviveOutput(stdout: EventEmitter, stderr: EventEmitter): { lost(): Error | undefined } {
  let lost: Error | undefined;
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (!LEFT.includes(error.code ?? '')) lost ??= error;
  });
  // There is no other place to report it.
  stderr.on('error', () => {});
  return { lost: () => lost };
}

/** The streams for results and for everything else. Neither ever blocks on a reader; Node's pipes do not either. */
export function outlets(onGone: () => void): Pick<CliIo, 'stdout' | 'stderr'> {
  const stdout = nonBlocking(process.stdout, onGone);
  // Two queues to one slow terminal would mix their lines.
  return { stdout, stderr: sameFile(1, 2) ? stdout : nonBlocking(process.stderr, onGone) };
}

/** Whether a reader lags so far behind that more output would only pile up. */
export function lagging(stream: NodeJS.WritableStream & { writableLength?: number }): boolean {
  return (stream.writableLength ?? 0) > MAX_BEHIND;
}

function nonBlocking(stream: WriteStream & { fd: number }, onGone: () => void): CliIo['stdout'] {
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
