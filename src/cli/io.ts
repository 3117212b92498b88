import { interrupts } from './interrupts.ts';
import { surviveOutput } from './outlets.ts';
import type { CliIo } from './types.ts';

/** The process as the verbs see it; `lost` is why results did not get out. */
export function processIo(): CliIo & { lost(): Error | undefined } {
  const { interrupt, ...signals } = interrupts(
    (line) => process.stderr.write(`\nfireaxe: ${line}\n`),
    () => process.exit(130),
  );
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => interrupt(name));
  // What is said next begins a line of its own, not behind the terminal's ^C.
  signals.quit.addEventListener('abort', () => process.stderr.isTTY && process.stderr.write('\n'));
  return {
    ...surviveOutput(process.stdout, process.stderr),
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
