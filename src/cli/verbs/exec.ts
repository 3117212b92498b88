import { execParameters } from '../../actions/exec/params.ts';
import { usage } from '../../base/errors.ts';
import { quote } from '../../base/quote.ts';
import { givenParameters, parameterFlags, runAction } from '../action-verb.ts';
import type { Flags } from '../context.ts';
import { value } from '../option.ts';
import { changeOptions, paceOptions, targetOptions, waveOptions } from '../options.ts';
import { textOf } from '../text-input.ts';
import { type CliIo, defineVerb } from '../types.ts';

export default defineVerb({
  name: 'exec',
  summary: 'Run a command or a script on nodes',
  examples: [
    'fireaxe exec -c prod-1 -l role=worker --limit 5 --reason INC-42 -- uptime',
    "fireaxe exec -c prod-1 --reason INC-42 -- 'journalctl -u kubelet -n 20 | grep -i refused'",
    'fireaxe exec -c prod-1 -l zone=a --canary 1 --wave 10% --reason INC-42 --script fix.sh',
    'generate-script | fireaxe exec -c prod-1 --yes --reason INC-42 --script -',
  ],
  danger: 'change',
  takesCommand: true,
  argument: [
    '[command...]',
    'after --: one word is a shell command line, several are a command and its arguments',
  ],
  options: {
    script: value('--script <file>', 'run this file, with /bin/sh or what its first line names; - is stdin'),
    ...parameterFlags(execParameters),
    ...targetOptions,
    ...paceOptions,
    ...waveOptions,
    ...changeOptions,
  },
  async run(args, flags, io) {
    const command = await commandOf(args, flags, io);
    return runAction(flags, io, {
      action: 'exec',
      params: { command, ...givenParameters(execParameters, flags) },
    });
  },
});

async function commandOf(args: string[], flags: Flags, io: CliIo): Promise<string> {
  const script = flags.script;
  if ((script === undefined) === (args.length === 0)) {
    throw usage(args.length > 0 ? 'give a command or --script, not both' : 'missing the command to run', {
      place: args.length > 0 ? '--script' : 'command',
      next: 'fireaxe exec … -- uptime, or --script FILE',
    });
  }
  if (script === undefined) return args.length === 1 ? args[0]! : args.map(quote).join(' ');
  return textOf(script, 'script', io);
}
