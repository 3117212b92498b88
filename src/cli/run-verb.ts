import { Command, CommanderError, Option } from 'commander';
import { usage } from '../base/errors.ts';
import { EXIT } from './exit-codes.ts';
import { hintTypeable } from './next-command.ts';
import { collect } from './options.ts';
import { formatHint, refuseFormatAsFile } from './plan-out.ts';
import type { Typed } from './retry.ts';
import type { CliIo, VerbDefinition } from './types.ts';

/** Parses a verb's own words and runs it. */
export async function runVerb(
  verb: VerbDefinition,
  argv: string[],
  io: CliIo,
  more: Record<string, unknown> = {},
): Promise<number> {
  const command = buildCommand(verb, io);
  try {
    command.parse(argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return EXIT.done;
    const help = `fireaxe ${verb.name} --help`;
    // An option of the command that is to be run, not of ours.
    const dashes = verb.takesCommand && error.code === 'commander.unknownOption' && !argv.includes('--');
    const meant = error.code === 'commander.unknownOption' ? formatHint(argv) : undefined;
    throw usage(error.message.replace(/^error: /, ''), {
      ...(meant && !dashes ? { expected: `${meant} for another form of the result` } : {}),
      next: dashes ? `put -- before the command; ${help}` : help,
    });
  }
  const flags = { ...command.opts(), ...more, typed: { verb: verb.name, argv } satisfies Typed };
  try {
    refuseFormatAsFile(flags);
    return await verb.run(command.args, flags, io);
  } catch (error) {
    throw hintTypeable(error, flags);
  }
}

export function buildCommand(verb: VerbDefinition, io: CliIo): Command {
  const command = new Command(`fireaxe ${verb.name}`)
    .description(verb.summary)
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      // The error itself is printed once, by the caller.
      outputError: () => {},
      writeErr: () => {},
    })
    .configureHelp({ helpWidth: Math.min(io.stdout.columns ?? 100, 110) })
    .addHelpText('before', `Examples:\n${verb.examples.map((e) => `  ${e}`).join('\n')}\n`);
  verb.configure(command);
  command
    .addOption(new Option('--kit <path>', 'the kit to use (default: FIREAXE_KIT or ~/.config/fireaxe/kit)'))
    .addOption(
      new Option('--output <format>', 'form of the result on stdout')
        .choices(['text', 'json', 'ndjson'])
        .default('text'),
    )
    .option('--no-input', 'ask nothing: what is missing is named instead')
    .option('--no-color', 'no colors')
    .helpOption('-h, --help', 'show this help');
  refuseTwice(command);
  return command;
}

/** Of two selectors or clusters the last would win in silence; the same again says nothing else. */
function refuseTwice(command: Command): void {
  for (const option of command.options) {
    if (!option.required || option.parseArg === collect) continue;
    let former: string | undefined;
    command.on(`option:${option.name()}`, (typed: string) => {
      const word = option.long ?? option.flags;
      const joined = ['--selector', '--nodes', '--via'].includes(word);
      if (former !== undefined && former !== typed) {
        throw usage(`${word} is given twice`, {
          place: word,
          next: joined ? `write both in one, with a comma: ${word} A,B` : 'leave one of the two out',
        });
      }
      former = typed;
    });
  }
}
