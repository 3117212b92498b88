import { interrupts } from './interrupts.ts';
import type { CliIo } from './types.ts';

/** The process as the verbs see it. */
export function processIo(): CliIo {
  const { interrupt, ...signals } = interrupts(
    (line) => process.stderr.write(`\nfireaxe: ${line}\n`),
    () => process.exit(130),
  );
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => interrupt(name));
  // What is said next begins a line of its own, not behind the terminal's ^C.
  signals.quit.addEventListener('abort', () => process.stderr.isTTY && process.stderr.write('\n'));
  // A closed pipe ends the output, never a change that is under way.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error;
    });
  }
  return {
    stdout: process.stdout,
    stderr: process.stderr,
    stdin: process.stdin,
    env: process.env,
    now: () => new Date(),
    ...signals,
  };
}

/** Resolves when everything written has left, also when nobody reads it any more. */
export function flushed(stream: NodeJS.WritableStream & { writableLength?: number }): Promise<void> {
  if (!stream.writableLength) return Promise.resolve();
  return new Promise((resolve) => {
    stream.once('error', () => resolve());
    stream.write('', () => resolve());
  });
}
