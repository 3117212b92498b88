import { flagOf, helpOf, type Option } from '../option.ts';
import { commonOptions } from '../options.ts';
import type { RegisteredVerb, VerbDefinition } from '../types.ts';
import { placeOf } from './place.ts';
import type { Candidate, Completion, Sources } from './types.ts';
import { valuesOf, wordsAt } from './values.ts';

/**
 * What may stand at the cursor.
 * @param typed the words after `fireaxe`; the last one is at the cursor, and may be empty
 */
export async function complete(
  typed: string[],
  verbs: RegisteredVerb[],
  sourcesFor: (typed: string[]) => Sources,
): Promise<Completion> {
  const before = typed.slice(0, -1);
  const found = verbAmong(verbs, before);
  if (!found) return ofWord(verbWords(verbs, before), typed.at(-1) ?? '');
  const rest = typed.slice(found.name.split(' ').length);
  // `plan VERB …` takes the options of the verb.
  const planned = found.name === 'plan' && rest.length > 1 && verbAmong(actsAmong(verbs), rest);
  const words = planned ? rest.slice(planned.name.split(' ').length) : rest;
  const verb = planned || found;
  const definition = await verb.load();
  const options = optionsOf(definition);
  const at = placeOf(words, options);
  // What follows `--` is a command of its own.
  if (at.kind === 'command') return { candidates: [], files: true };
  const sources = sourcesFor(words);
  if (at.kind === 'value') {
    const { given, ...found } = await valuesOf(at.option, at.word, at.positionals, sources);
    return ofWord(found, at.before + at.word, at.before + given);
  }
  if (at.word.startsWith('-')) return ofWord({ candidates: flagWords(options) }, at.word);
  return ofWord(await wordsAt(definition, at.positionals, sources, actsAmong(verbs)), at.word);
}

/** Those that can be planned. */
const actsAmong = (verbs: RegisteredVerb[]) => verbs.filter(({ group }) => group === 'Act');

/** The verb that these words begin with; its name may be two words. */
function verbAmong(verbs: RegisteredVerb[], words: string[]): RegisteredVerb | undefined {
  return verbs.find(({ name }) => name.split(' ').every((word, i) => words[i] === word));
}

/** What may follow these words of a verb's name. */
function verbWords(verbs: RegisteredVerb[], before: string[]): Candidate[] {
  const all =
    before.length === 0 ? [...verbs, { name: 'help', summary: 'Explain a verb or a topic' }] : verbs;
  const words = all.flatMap(({ name, summary }): [string, Candidate][] => {
    const own = name.split(' ');
    const word = own[before.length];
    if (word === undefined || !before.every((one, i) => one === own[i])) return [];
    return [[word, { word, says: own.length > before.length + 1 ? undefined : summary }]];
  });
  return [...new Map(words).values()];
}

function optionsOf(definition: VerbDefinition): Option<unknown>[] {
  return Object.values<Option<unknown>>({ ...definition.options, ...commonOptions }).filter(
    ({ hidden }) => !hidden,
  );
}

const flagWords = (options: Option<unknown>[]): Candidate[] => [
  ...options.map((option) => ({ word: flagOf(option), says: helpOf(option) })),
  { word: '--help', says: 'show this help' },
];

/** Those that begin as the word does; `before` is the part of the word that is complete already. */
function ofWord(found: Completion | Candidate[], word: string, before = ''): Completion {
  const completion = Array.isArray(found) ? { candidates: found } : found;
  return {
    ...completion,
    candidates: completion.candidates
      .map((one) => ({ ...one, word: before + one.word }))
      .filter((one) => one.word.startsWith(word)),
  };
}
