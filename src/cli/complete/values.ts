import { TRANSPORT_NAMES } from '../../fleet/transports.ts';
import { flagOf, type Option } from '../option.ts';
import type { RegisteredVerb, VerbDefinition } from '../types.ts';
import type { Candidate, Completion, Sources } from './types.ts';

const plain = (words: readonly string[]): Candidate[] => words.map((word) => ({ word }));

/** Words that end with a comma when another one follows. */
const LISTS = ['--cluster', '--nodes', '--via', '--selector', '--cluster-selector'];

/** What an option may take; `given` is the part of a list before the cursor. */
export async function valuesOf(
  option: Option<unknown>,
  word: string,
  positionals: string[],
  sources: Sources,
): Promise<Completion & { given: string }> {
  const flag = flagOf(option);
  const given = LISTS.includes(flag) ? word.slice(0, word.lastIndexOf(',') + 1) : '';
  return { given, ...(await taken(flag, option, positionals, sources)) };
}

async function taken(
  flag: string,
  { flags, choices }: Option<unknown>,
  positionals: string[],
  sources: Sources,
): Promise<Completion> {
  if (choices) return { candidates: plain(choices) };
  if (flag === '--via') return { candidates: plain(TRANSPORT_NAMES) };
  if (flag === '--cluster') return { candidates: await sources.clusters() };
  if (flag === '--cluster-selector') return { candidates: plain(await sources.clusterLabels()) };
  if (flag === '--nodes') return { candidates: await sources.nodes() };
  if (flag === '--selector') return { candidates: plain(await sources.labels()) };
  if (flag === '--playbook') return { candidates: await sources.playbooks(), files: true };
  if (flag === '--param') {
    const known = await sources.parameters(positionals[0] ?? '');
    return { candidates: known.map(({ word, says }) => ({ word: `${word}=`, says })), open: true };
  }
  if (flag === '--answer') {
    const known = await sources.questions(positionals[0] ?? '');
    const answered = ({ word, says }: Candidate) =>
      ['yes', 'no'].map((answer) => ({ word: `${word}=${answer}`, says }));
    return { candidates: known.flatMap(answered) };
  }
  return { candidates: [], files: /<(file|path|dir|script)>/.test(flags) };
}

/** Words that a verb takes beside its options. */
export async function wordsAt(
  { name, argument, words }: VerbDefinition,
  before: string[],
  sources: Sources,
  acts: RegisteredVerb[],
): Promise<Completion> {
  const takes = argument?.[0] ?? '';
  if (before.length > 0 && !/\.\.\./.test(takes)) return { candidates: [] };
  if (takes === '<run>')
    return { candidates: [{ word: 'last', says: 'the newest run' }, ...(await sources.runs())] };
  if (/playbook/.test(takes)) {
    const planned = name === 'plan' ? acts.map((act) => ({ word: act.name, says: act.summary })) : [];
    return { candidates: [...(await sources.playbooks()), ...planned], files: true };
  }
  if (words) return { candidates: before.length === 0 ? plain(words) : [] };
  if (name === 'schema') {
    const { SCHEMAS } = await import('../schema/published.ts');
    return { candidates: Object.entries(SCHEMAS).map(([word, { title }]) => ({ word, says: title })) };
  }
  return { candidates: [], files: takes !== '' };
}
