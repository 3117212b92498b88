import exitCodes from '../../../docs/exit-codes.md';
import { GROUPS } from '../help.ts';
import { helpOf, type Options } from '../option.ts';
import { commonOptions } from '../options.ts';
import { PAGES } from '../topics/pages.ts';
import type { RegisteredVerb, VerbDefinition } from '../types.ts';
import { asTyped, plain, quoted, roff, term } from './roff.ts';

/** The man page of this program, in roff: all of it from what the verbs declare and from the docs. */
export async function manPage(verbs: readonly RegisteredVerb[], version: string): Promise<string> {
  const sections = GROUPS.map((group) => verbs.filter((verb) => verb.group === group));
  const loaded = await Promise.all(sections.map((of) => Promise.all(of.map((verb) => verb.load()))));
  return [
    // Without a date, two builds of one version are equal.
    `.TH FIREAXE 1 "" ${quoted(`fireaxe ${version}`)} "Fireaxe"`,
    '.SH NAME',
    roff('fireaxe - recover a Kubernetes control plane that kubectl cannot reach'),
    '.SH SYNOPSIS',
    `.B fireaxe\n.I verb\n${roff('[options]')}`,
    ...GROUPS.flatMap((group, i) => [`.SH ${quoted(group.toUpperCase())}`, ...loaded[i]!.map(ofVerb)]),
    '.SH COMMON OPTIONS',
    optionTerms(commonOptions),
    term('-h, --help', 'show the help of a verb'),
    '.SH EXIT STATUS',
    ...tableRows(exitCodes).map(([code, meaning]) => term(code!, meaning!)),
    '.SH DOCUMENTATION',
    `${roff('fireaxe help TOPIC prints a page, without a network:')}`,
    ...Object.entries(PAGES).map(([name, page]) => term(name, /^# (.*)$/m.exec(page)?.[1] ?? '')),
    '',
  ].join('\n');
}

function ofVerb({ name, summary, argument, examples, options, notes }: VerbDefinition): string {
  const own = Object.entries(options).filter(([key]) => !Object.hasOwn(commonOptions, key));
  return [
    `.SS ${quoted(['fireaxe', name, argument?.[0]].filter(Boolean).join(' '))}`,
    `${roff(summary)}.`,
    asTyped(examples),
    ...(argument ? [term(argument[0], argument[1])] : []),
    optionTerms(Object.fromEntries(own)),
    ...(notes === undefined ? [] : [asTyped(notes.trim().split('\n'))]),
  ]
    .filter((part) => part !== '')
    .join('\n');
}

const optionTerms = (options: Options): string =>
  Object.values(options)
    .filter(({ hidden }) => !hidden)
    .map((option) => term(option.flags, helpOf(option)))
    .join('\n');

/** The cells of the first table of a page, without its head. */
function tableRows(page: string): string[][] {
  const [table = ''] = /^\|(.|\n\|)*/m.exec(page) ?? [];
  return table
    .split('\n')
    .slice(2)
    .map((line) =>
      plain(line.slice(1, -1))
        .split(' | ')
        .map((cell) => cell.trim()),
    );
}
