import { usage } from '../base/errors.ts';
import { quote } from '../base/quote.ts';
import { textOf } from './text-input.ts';
import type { CliIo } from './types.ts';

/** The command of a verb that takes one: the words after `--`, or the script file that was named. */
export async function commandOf(
  verb: string,
  args: string[],
  script: string | undefined,
  io: CliIo,
): Promise<string> {
  if ((script === undefined) === (args.length === 0)) {
    throw usage(args.length > 0 ? 'give a command or --script, not both' : 'missing the command to run', {
      place: args.length > 0 ? '--script' : 'command',
      next: `fireaxe ${verb} … -- uptime, or --script FILE`,
    });
  }
  if (script === undefined) return args.length === 1 ? args[0]! : args.map(quote).join(' ');
  return textOf(script, 'script', io);
}
