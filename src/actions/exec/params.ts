import * as z from 'zod';
import { list } from '../kinds.ts';
import type { Parameters } from '../params.ts';

/** One argument of a process holds at most 128 KiB on Linux; bytes. */
const LONGEST = 100_000;

const STATUS = /^(any|\d|[1-9]\d|1\d\d|2[0-4]\d|25[0-5])$/;

export const execParameters = {
  command: {
    schema: z
      .string()
      .refine((t) => t.trim() !== '', 'the command is empty')
      .refine((t) => Buffer.byteLength(t) <= LONGEST, `the script is longer than ${LONGEST} bytes`)
      .refine((t) => !t.includes('\0'), 'the script contains a NUL byte')
      .refine((t) => !t.startsWith('\ufeff'), 'the script begins with a byte order mark')
      // A shell reads the carriage return as part of the line: `set -e` fails, files get odd names.
      .refine(
        (t) => !/\r\n/.test(t) || /(^|[^\r])\n/.test(t),
        'the script has Windows line endings: save it with LF alone',
      ),
    help: 'a command line or a whole script, for /bin/sh or what its first line names',
  },
  exits: {
    schema: list().pipe(
      z.array(z.string().regex(STATUS, 'expected exit statuses from 0 to 255, such as 0,1, or any')),
    ),
    help: 'exit codes that count as success, such as 0,1 or any',
    flag: '--exits <codes>',
    default: '0',
  },
} satisfies Parameters;
