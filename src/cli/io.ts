import type { CliIo } from './types.ts';

/** The process as the verbs see it. The first Ctrl-C stops launching, the second lets go, the third leaves. */
export function processIo(): CliIo {
  const stop = new AbortController();
  const letGo = new AbortController();
  const interrupt = (name: string) => {
    if (letGo.signal.aborted) process.exit(130);
    if (stop.signal.aborted) {
      letGo.abort(new Error(name));
      process.stderr.write('\nfireaxe: letting go of what is in flight\n');
      return;
    }
    stop.abort(new Error(name));
    process.stderr.write(
      '\nfireaxe: launching nothing more, waiting for what is in flight; press again to let go\n',
    );
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => interrupt(name));
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
    stop: stop.signal,
    letGo: letGo.signal,
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
