import { usage } from '../base/errors.ts';
import { nearest } from '../base/nearest.ts';
import { systemWords } from '../base/system-error.ts';
import { interrupted } from './ask.ts';
import { compileLate } from './compile-late.ts';
import { poolEnds } from './end-process.ts';
import { EXIT } from './exit-codes.ts';
import { sharedHelp, topHelp } from './help.ts';
import { aborted, flushed, processIo } from './io.ts';
import { verbAt, verbs } from './registry.ts';
import { reportError, wantsJson } from './report-error.ts';
import type { CliIo } from './types.ts';

/** The process: runs one command line, flushes its output and exits with its code. */
export async function main(argv: string[]): Promise<never> {
  compileLate();
  const io = processIo();
  const code = await runCommandLine(argv, io);
  await Promise.race([Promise.all([flushed(io.stdout), flushed(io.stderr)]), aborted(io.quit)]);
  // A write to a file reports its failure one turn later.
  await new Promise((later) => setImmediate(later));
  if (code === EXIT.interrupted) await poolEnds();
  return io.leave(io.lost() ? outputLost(io, code) : code);
}

/** The work is done, but a reader must not take incomplete results for complete ones. */
function outputLost(io: CliIo & { lost(): Error | undefined }, code: number): number {
  io.stderr.write(`fireaxe: the output could not be written: ${systemWords(io.lost())}\n`);
  return code === EXIT.done ? EXIT.internal : code;
}

/** Runs one command line; returns its exit code and never throws. */
export async function runCommandLine(argv: string[], io: CliIo): Promise<number> {
  try {
    const quit = aborted(io.quit).then(() => {
      throw interrupted();
    });
    return await Promise.race([dispatch(argv, io), quit]);
  } catch (error) {
    return reportError(error, io, wantsJson(argv));
  }
}

async function dispatch(argv: string[], io: CliIo): Promise<number> {
  const [name, ...rest] = argv;
  if (name === undefined || name === '--help' || name === '-h' || (name === 'help' && rest.length === 0)) {
    (name === undefined ? io.stderr : io.stdout).write(topHelp(verbs()));
    return name === undefined ? EXIT.usage : EXIT.done;
  }
  if (name === '--version' || name === '-V') {
    const { VERSION } = await import('../base/version.ts');
    io.stdout.write(`fireaxe ${VERSION}\n`);
    return EXIT.done;
  }
  const asked = name === 'help' ? rest : argv;
  const found = verbAt(asked);
  const below = found ? [] : verbs().filter((v) => v.name.startsWith(`${asked[0]} `));
  if (below.length > 0 && (name === 'help' || /^(--help|-h)$/.test(asked[1] ?? ''))) {
    io.stdout.write(sharedHelp(below));
    return EXIT.done;
  }
  const page = name === 'help' && !found ? await topic(asked[0]!) : undefined;
  if (page !== undefined) {
    io.stdout.write(page);
    return EXIT.done;
  }
  if (!found) throw unknownVerb(asked);
  const { verb } = found;
  const words = name === 'help' ? ['--help'] : found.rest;
  // `plan VERB …` makes the verb's plan without running it.
  const planned = verb.name === 'plan' && verbs().find((v) => v.group === 'Act' && v.name === words[0]);
  const [{ runVerb }, definition] = await Promise.all([import('./run-verb.ts'), (planned || verb).load()]);
  return runVerb(definition, planned ? words.slice(1) : words, io, {
    ...(planned && { planOnly: true }),
    ...(verb.group === 'This program' && { verbs: verbs() }),
  });
}

async function topic(word: string): Promise<string | undefined> {
  if (word === 'man') {
    const { VERSION } = await import('../base/version.ts');
    return (await import('./man/page.ts')).manPage(verbs(), VERSION);
  }
  return (await import('./topics/topic.ts')).topicPage(word);
}

function unknownVerb([first = '', second = '']: readonly string[]) {
  const names = verbs().map((v) => v.name);
  // `kit` alone, or with a word that it does not know.
  const below = names.filter((name) => name.startsWith(`${first} `));
  const word = below.length > 0 && !second.startsWith('-') ? `${first} ${second}`.trim() : first;
  const meant = nearest(word, below.length > 0 ? below : names);
  if (below.length > 0 && word === first)
    return usage(`missing a word after ${first}`, {
      expected: `one of ${below.join(', ')}`,
      next: `fireaxe ${first} --help`,
    });
  return usage(
    word.startsWith('-') ? `the verb comes first, not ${word}` : `unknown verb ${JSON.stringify(word)}`,
    {
      expected: `one of ${(below.length > 0 ? below : names).join(', ')}`,
      next: `fireaxe ${meant ? `${meant} ` : below.length > 0 ? `${first} ` : ''}--help`,
    },
  );
}
