import { closeSync, constants, openSync, write } from 'node:fs';
import { Writable } from 'node:stream';
import type { WriteStream } from 'node:tty';

const LONGEST_WAIT_MS = 50;

/**
 * A terminal that never blocks the process. Node writes to terminals synchronously, so one that is not read (Ctrl-S, a
 * hung emulator) would stop everything. This one writes later what the terminal does not accept now, and drops all
 * output once the terminal is gone.
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
    // A terminal that is gone has no size. The next write tells that it is gone, and no run may end by it.
    size.on('error', () => {});
  }

  get columns(): number {
    return this.#size.columns;
  }

  get rows(): number {
    return this.#size.rows;
  }

  /** Reads its size now: a frame that is drawn before the signal of a change would be drawn for the former size. */
  refresh(): void {
    (this.#size as { _refreshSize?(): void })._refreshSize?.();
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

  /** For tests, which close what they open. */
  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#gone = true;
    closeSync(this.#fd);
    done(error);
  }
}

/**
 * Opens the terminal of a stream again: non-blocking mode belongs to the open file, and the shell's must not change.
 * After `su` the path may belong to another user; then the controlling terminal is opened. Undefined if neither opens.
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
