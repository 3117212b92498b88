import { Writable } from 'node:stream';
import { usage } from '../base/errors.ts';
import { canAsk, interrupted } from './ask.ts';
import type { Flags } from './context.ts';
import type { CliIo } from './types.ts';

const PLACE = '--sudo-password-stdin';
const LONGEST = 1000;

/** The login's password for sudo: a line of stdin, or typed unseen. It lives in memory alone. */
export async function sudoPassword(flags: Flags, io: CliIo): Promise<string | undefined> {
  if (flags.sudoPasswordStdin !== true) return undefined;
  if (flags.script === '-') {
    throw usage('stdin cannot bring both a script and a password', {
      place: PLACE,
      next: 'give the script as a file: --script FILE',
    });
  }
  if (io.stdin.isTTY && !canAsk(io, flags)) {
    throw usage('no password on stdin, and nobody can be asked', {
      place: PLACE,
      next: 'pipe the password in',
    });
  }
  const line = io.stdin.isTTY ? await typedUnseen(io) : await firstLine(io.stdin);
  if (line === '' || line.length > LONGEST || line.includes('\0')) {
    throw usage('no password on stdin', { place: PLACE, expected: `one line of 1 to ${LONGEST} characters` });
  }
  return line;
}

async function firstLine(stdin: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  for await (const chunk of stdin) {
    text += chunk;
    if (text.includes('\n') || text.length > 2 * LONGEST) break;
  }
  return text.split(/\r?\n/, 1)[0]!;
}

async function typedUnseen(io: CliIo): Promise<string> {
  const { createInterface } = await import('node:readline');
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({ input: io.stdin, output: nowhere, terminal: true, historySize: 0 });
  io.stderr.write('Password for sudo on the nodes: ');
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
