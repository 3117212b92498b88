import { closeSync, constants, openSync, write } from 'node:fs';
import { Writable } from 'node:stream';
import type { WriteStream } from 'node:tty';

const LONGEST_WAIT_MS = 50;

/**
 * A terminal that nobody ever waits for. Node writes to a terminal synchronously: one that is not read (Ctrl-S, a hung
 * emulator) would hold up the whole process. Here what it does not take is written later. Writable as long as it is there:
 * once it is gone, everything is dropped.
 */
export class Terminal extends Writable {
  readonly isTTY = true;
  readonly #fd: number;
  readonly #size: WriteStream;
  readonly #onGone: () => void;
  #gone = false;

  constructor(fd: number, size: WriteStream, onGone: () => void) {
    super({ decodeStrings: true });
    this.#fd = fd;
    this.#size = size;
    this.#onGone = onGone;
    size.on('resize', () => this.emit('resize'));
  }

  get columns(): number {
    return this.#size.columns;
  }

  get rows(): number {
    return this.#size.rows;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    if (this.#gone) done();
    else this.#put(chunk, 1, done);
  }

  #put(rest: Buffer, waitMs: number, done: () => void): void {
    write(this.#fd, rest, (error, written) => {
      if (error?.code === 'EAGAIN') {
        setTimeout(() => this.#put(rest, Math.min(2 * waitMs, LONGEST_WAIT_MS), done), waitMs);
      } else if (error && error.code !== 'EINTR') {
        this.#gone = true;
        this.#onGone();
        done();
      } else if (written < rest.length) {
        this.#put(rest.subarray(written), 1, done);
      } else {
        done();
      }
    });
  }

  /** Tests close what they opened. */
  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#gone = true;
    closeSync(this.#fd);
    done(error);
  }
}

/**
 * The terminal of a stream, opened once more: non-blocking belongs to an open file, and the shell's own must stay as it is.
 * By its name it may be another user's (after `su`); the controlling terminal always opens. Nothing where neither does.
 */
export function openTerminal(stream: WriteStream & { fd: number }, onGone: () => void): Terminal | undefined {
  const flags = constants.O_WRONLY | constants.O_NOCTTY | constants.O_NONBLOCK;
  for (const path of [`/proc/self/fd/${stream.fd}`, '/dev/tty']) {
    try {
      return new Terminal(openSync(path, flags), stream, onGone);
    } catch {}
  }
  return undefined;
}
