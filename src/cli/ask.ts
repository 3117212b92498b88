import { Writable } from 'node:stream';
import { FireaxeError } from '../base/errors.ts';
import type { Flags } from './flags.ts';
import { inBackground } from './foreground.ts';
import type { CliIo } from './types.ts';

/** Whether the operator can be asked: stdin and stderr are terminals, this job has them, and prompts are not turned off. */
export function canAsk(io: CliIo, flags: Pick<Flags, 'input'>): boolean {
  return whyNotAsked(io, flags) === undefined;
}

/** Why the operator cannot be asked. */
export function whyNotAsked(
  { hungUp, stdin, stderr }: CliIo,
  flags: Pick<Flags, 'input'>,
): string | undefined {
  if (flags.input === false) return 'prompts are off';
  if (hungUp.aborted || stdin.isTTY !== true || stderr.isTTY !== true) return 'there is no terminal';
  return stdin === process.stdin && inBackground() ? 'this is a background job' : undefined;
}

/** Ctrl-C before anything is launched. */
export function interrupted(): FireaxeError {
  return new FireaxeError('interrupted', 'interrupted: nothing was changed');
}

/** Reads one line from the terminal. Ctrl-C before or during the question changes nothing. */
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

/** Reads one line without showing it, such as a password. */
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
