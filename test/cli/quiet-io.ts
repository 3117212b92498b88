import { PassThrough } from 'node:stream';
import type { CliIo } from '../../src/cli/types.ts';

/** The streams of a command line without a process or terminal; keeps what is written. */
export function quietIo(env: CliIo['env'] = {}): { io: CliIo; said: { stdout: string; stderr: string } } {
  const said = { stdout: '', stderr: '' };
  const stream = (name: 'stdout' | 'stderr') =>
    new PassThrough().on('data', (chunk: Buffer) => {
      said[name] += chunk;
    });
  const never = new AbortController().signal;
  const io: CliIo = {
    stdout: stream('stdout'),
    stderr: stream('stderr'),
    stdin: new PassThrough(),
    env,
    now: () => new Date(),
    stop: never,
    stopWaiting: never,
    quit: never,
    hungUp: never,
    inFlight: () => () => {},
  };
  return { io, said };
}
