import { z } from 'zod';
import { list } from '../params.ts';
import { defineAction } from '../types.ts';
import node from './node.sh';

/** One argument of a process holds at most 128 KiB on Linux; bytes. */
const LONGEST = 100_000;

const params = z.strictObject({
  /** A command line or a whole script, for /bin/sh or for what its first line names. */
  command: z
    .string()
    .refine((t) => t.trim() !== '', 'a command must not be empty')
    .refine((t) => Buffer.byteLength(t) <= LONGEST, `a script must not be longer than ${LONGEST} bytes`)
    .refine((t) => !t.includes('\0'), 'a script cannot hold NUL')
    .refine((t) => !t.startsWith('\ufeff'), 'a script must not begin with a byte order mark')
    // A shell takes the return for a part of each last word: `set -e` fails, files get odd names.
    .refine(
      (t) => !/\r\n/.test(t) || /(^|[^\r])\n/.test(t),
      'the lines of this script end as on Windows: write it with LF alone',
    ),
  /** Exit statuses that count as success; `any` for all. */
  exits: list()
    .pipe(
      z.array(
        z
          .string()
          .regex(
            /^(any|\d|[1-9]\d|1\d\d|2[0-4]\d|25[0-5])$/,
            'expected exit statuses from 0 to 255, such as 0,1, or any',
          ),
      ),
    )
    .default(['0']),
});

/** Any command or script, for what nobody foresaw. */
export const exec = defineAction({
  name: 'exec',
  title: 'Run a command',
  danger: 'change',
  scope: 'node',
  params,
  summary: (p) => `run ${JSON.stringify(p.command.length > 60 ? `${p.command.slice(0, 57)}...` : p.command)}`,
  node: {
    fragments: { node },
    once: true,
    variables: (p) => ({ P_COMMAND: p.command, P_EXITS: p.exits.join(' ') }),
  },
  irreversible: 'what a command did is not known to Fireaxe',
});
