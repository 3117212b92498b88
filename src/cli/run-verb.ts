import { Command, CommanderError, Option as CommanderOption } from 'commander';
import { usage } from '../base/errors.ts';
import { EXIT } from './exit-codes.ts';
import { hintTypeable } from './next-command.ts';
import { helpOf, type Option, type Options } from './option.ts';
import { commonOptions } from './options.ts';
import { saveHint } from './save-hint.ts';
import type { CliIo, Dispatched, VerbDefinition } from './types.ts';

/** Parses a verb's own words and runs it. */
export async function runVerb(
  verb: VerbDefinition,
  argv: string[],
  io: CliIo,
  more: Pick<Dispatched, 'planOnly' | 'verbs'> = {},
): Promise<number> {
  const command = buildCommand(verb, io);
  try {
    command.parse(shortValues(argv), { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return EXIT.done;
    const help = `fireaxe ${verb.name} --help`;
    if (error.code === 'commander.missingArgument' && verb.argument) {
      const [name, expected, next = help] = verb.argument;
      const missing = { expected, next, ...verb.missing?.(argv) };
      // Who asked for a plan is not led to a change.
      if (more.planOnly) missing.next = help;
      const place = `fireaxe ${more.planOnly ? 'plan ' : ''}${verb.name} ${name}`;
      throw usage(`missing ${name}`, { place, ...missing });
    }
    // An option of the command that is to be run, not one of the verb.
    const dashes = verb.takesCommand && error.code === 'commander.unknownOption' && !argv.includes('--');
    const meant = Object.hasOwn(verb.options, 'save') ? saveHint(argv) : undefined;
    throw usage(error.message.replace(/^error: /, ''), {
      ...(meant && !dashes ? { expected: meant } : {}),
      next: dashes ? `put -- before the command; ${help}` : help,
    });
  }
  const flags = { ...command.opts(), ...more, typed: { verb: verb.name, argv } };
  try {
    return await verb.run(command.args, flags, io);
  } catch (error) {
    throw hintTypeable(error, flags);
  }
}

/** `-o=json` is `-ojson`, as kubectl reads it. */
function shortValues(argv: string[]): string[] {
  const end = argv.includes('--') ? argv.indexOf('--') : argv.length;
  return argv.map((word, i) => (i < end ? word.replace(/^(-[a-z])=/, '$1') : word));
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
    .configureHelp({
      helpWidth: Math.min(io.stdout.columns ?? 100, 110),
      // The text has the default, the flag the choices.
      optionDescription: ({ description }) => description,
    })
    .addHelpText('before', `Examples:\n${verb.examples.map((e) => `  ${e}`).join('\n')}\n`);
  if (verb.argument) command.argument(verb.argument[0], verb.argument[1]);
  const options: Options = { ...verb.options, ...commonBeside(verb.options) };
  for (const [name, option] of Object.entries(options)) addOption(command, name, option);
  command.addHelpOption(new CommanderOption('-h, --help', 'show this help').helpGroup('Common:'));
  if (verb.notes !== undefined) command.addHelpText('after', verb.notes);
  return command;
}

/** A verb that writes a file takes `-o` for it. */
function commonBeside(own: Options): Options {
  const taken = Object.values(own).some(({ flags }) => flags.startsWith('-o,'));
  if (!taken) return commonOptions;
  const { output } = commonOptions;
  return { ...commonOptions, output: { ...output, flags: output.flags.replace(/^-o, /, '') } };
}

function addOption(command: Command, name: string, declared: Option<unknown>): void {
  const option = new CommanderOption(declared.flags, helpOf(declared));
  if (option.attributeName() !== name) throw new Error(`${declared.flags} is declared as ${name}`);
  const { choices, read, repeatable, hidden, group } = declared;
  if (group) option.helpGroup(group);
  if (choices) option.choices(choices);
  if (read) option.argParser(read);
  if (repeatable) option.argParser((word, former: string[] | undefined) => [...(former ?? []), word]);
  if (hidden) option.hideHelp();
  command.addOption(option);
  if (option.required && !repeatable) refuseTwice(command, option);
}

/** With two selectors or clusters the last would win silently; the same value twice is harmless. */
function refuseTwice(command: Command, option: CommanderOption): void {
  let former: string | undefined;
  command.on(`option:${option.name()}`, (typed: string) => {
    const word = option.long ?? option.flags;
    const joined = ['--selector', '--nodes', '--via'].includes(word);
    if (former !== undefined && former !== typed) {
      throw usage(`${word} is given twice`, {
        place: word,
        next: joined ? `write both in one, with a comma: ${word} A,B` : `leave one of the two out`,
      });
    }
    former = typed;
  });
}
