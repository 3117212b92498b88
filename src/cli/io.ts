import { closeSync, openSync } from 'node:fs';
import { isatty } from 'node:tty';
import { sanitize } from '../base/sanitize.ts';
import { endProcess } from './end-process.ts';
import { EXIT } from './exit-codes.ts';
import { interrupts } from './interrupts.ts';
import { outlets, surviveOutput } from './outlets.ts';
import type { CliIo } from './types.ts';

/** The process, as verbs use it. */
export interface ProcessIo extends CliIo {
  /** Why results could not be written. */
  lost(): Error | undefined;
  /** Ends the process. */
  leave(code: number): never;
}

export function processIo(): ProcessIo {
  const terminals = [0, 1, 2].filter((fd) => isatty(fd));
  const { interrupt, hangUp, lostTerminal, ...signals } = interrupts(
    (line) => stderr.write(`\nfireaxe: ${line}\n`),
    () => leave(EXIT.interrupted),
    terminals.length > 0,
  );
  const { stdout, stderr } = outlets(lostTerminal);
  function leave(code: number): never {
    if (signals.hungUp.aborted) replace(terminals);
    endProcess(code);
  }
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => interrupt(name));
  process.on('SIGHUP', hangUp);
  // The next message starts on its own line, not behind the terminal's ^C.
  signals.quit.addEventListener('abort', () => stderr.isTTY && stderr.write('\n'));
  // Node itself would write warnings to the terminal synchronously.
  if (process.listenerCount('warning') > 0) {
    process.removeAllListeners('warning');
    process.on('warning', ({ name, message }) => stderr.write(`${sanitize(`${name}: ${message}`)}\n`));
  }
  return {
    ...surviveOutput(stdout, stderr),
    leave,
    interrupt,
    stdout,
    stderr,
    stdin: process.stdin,
    env: process.env,
    now: () => new Date(),
    ...signals,
  };
}

/** At exit Node resets the terminals that it started with, and crashes if one is gone; it leaves a file alone. */
function replace(terminals: number[]): void {
  for (const fd of terminals) {
    closeSync(fd);
    openSync('/dev/null', 'r+');
  }
}

/** Resolves when everything written is flushed, or when the stream fails. */
export function flushed(stream: NodeJS.WritableStream & { writableLength?: number }): Promise<void> {
  if (!stream.writableLength) return Promise.resolve();
  return new Promise((resolve) => {
    stream.once('error', () => resolve());
    stream.write('', () => resolve());
  });
}

/** Resolves when the signal aborts; never if it already has. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((done) => signal.addEventListener('abort', () => done(), { once: true }));
}
