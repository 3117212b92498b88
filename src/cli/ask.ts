import { Writable } from 'node:stream';
import { FireaxeError } from '../base/errors.ts';
import type { Flags } from './context.ts';
import type { CliIo } from './types.ts';

/** A person is there: both ends of the talk are a terminal and nobody forbade it. */
export function canAsk(io: CliIo, flags: Flags): boolean {
  return flags.input !== false && !io.hungUp.aborted && io.stdin.isTTY === true && io.stderr.isTTY === true;
}

/** Ctrl-C before anything was launched. */
export function interrupted(): FireaxeError {
  return new FireaxeError('interrupted', 'interrupted: nothing was changed');
}

/** One line from the terminal. Ctrl-C before or while asking leaves everything as it is. */
export async function ask(io: CliIo, question: string): Promise<string> {
  if (io.stop.aborted) throw interrupted();
  const { createInterface } = await import('node:readline');
  const reader = createInterface({ input: io.stdin, terminal: false });
  io.stderr.write(question);
  try {
    return await new Promise((resolve, reject) => {
      reader.once('line', resolve);
      reader.once('close', () => resolve(''));
      io.stop.addEventListener('abort', () => reject(interrupted()));
    });
  } finally {
    reader.close();
  }
}

/** One line that is not shown while it is typed. */
export async function askUnseen(io: CliIo, question: string): Promise<string> {
  const { createInterface } = await import('node:readline');
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({ input: io.stdin, output: nowhere, terminal: true, historySize: 0 });
  io.stderr.write(question);
  try {
    return await new Promise((resolve, reject) => {
      reader.once('line', resolve);
      reader.once('SIGINT', () => reject(interrupted()));
      reader.once('close', () => resolve(''));
    });
  } finally {
    reader.close();
    io.stderr.write('\n');
  }
}
