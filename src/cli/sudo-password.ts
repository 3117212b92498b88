import { usage } from '../base/errors.ts';
import { askUnseen, canAsk } from './ask.ts';
import type { Flags } from './flags.ts';
import type { CliIo } from './types.ts';

const PLACE = '--sudo-password-stdin';
const LONGEST = 1000;

/** The password for sudo on the nodes: one line of stdin, or typed at a hidden prompt. It is never written anywhere. */
export async function sudoPassword(flags: Flags, io: CliIo): Promise<string | undefined> {
  if (flags.sudoPasswordStdin !== true) return undefined;
  if (flags.script === '-') {
    throw usage('stdin cannot carry both a script and a password', {
      place: PLACE,
      next: 'give the script as a file: --script FILE',
    });
  }
  if (io.stdin.isTTY && !canAsk(io, flags)) {
    throw usage('no password on stdin, and prompts are off', {
      place: PLACE,
      next: 'pipe the password in',
    });
  }
  const line = io.stdin.isTTY
    ? await askUnseen(io, 'Password for sudo on the nodes: ')
    : await firstLine(io.stdin);
  if (line === '' || line.length > LONGEST || line.includes('\0')) {
    throw usage('no password on stdin', { place: PLACE, expected: `one line of 1 to ${LONGEST} characters` });
  }
  return line;
}

async function firstLine(stdin: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  // A multi-byte character may arrive in two chunks.
  stdin.setEncoding('utf8');
  for await (const chunk of stdin) {
    text += chunk;
    if (text.includes('\n') || text.length > 2 * LONGEST) break;
  }
  return text.split(/\r?\n/, 1)[0]!;
}
