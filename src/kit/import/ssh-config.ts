import { type FireaxeError, usage } from '../../base/errors.ts';
import { foldLine } from '../../base/fold-names.ts';
import { together } from '../../base/together.ts';
import { globMatches } from '../clusters/glob.ts';
import { isPort } from './csv.ts';
import { jumpHost, proxyCommand } from './jump-options.ts';
import { linesOf, type SourceText } from './source-text.ts';
import type { Found } from './types.ts';

/** Reads the files that an Include names, each under its name. */
export type ReadInclude = (pattern: string) => Promise<SourceText[]>;

interface Setting {
  key: string;
  value: string;
  place: string;
}

/** Settings below one Host or Match line, or above the first. */
interface Block {
  /** Patterns of Host; undefined applies to all hosts. */
  patterns?: string[];
  settings: Setting[];
  place: string;
}

const DEEPEST = 16;

/**
 * Reads an ssh_config: each Host line without wildcards is a machine, and the first value of a keyword counts, as in ssh.
 * `exec` of a Match is never run: such a block is left out, and that is told.
 */
export async function readSshConfig(
  source: SourceText,
  include: ReadInclude,
): Promise<{ nodes: Found[]; notes: string[] }> {
  const wrong: FireaxeError[] = [];
  const notes: string[] = [];
  const blocks = await blocksOf(source, include, notes, wrong);
  const places = new Map<string, string>();
  for (const { patterns = [], place } of blocks)
    for (const name of patterns) if (!/[*?!]/.test(name) && !places.has(name)) places.set(name, place);
  const withKeys: string[] = [];
  const blocksFor = byName(blocks);
  const nodes = [...places].map(([name, place]) => {
    const settings = new Map<string, Setting>();
    for (const block of blocksFor(name))
      for (const one of block.settings) if (!settings.has(one.key)) settings.set(one.key, one);
    if (settings.has('identityfile')) withKeys.push(name);
    return nodeOf(name, settings, place, wrong);
  });
  if (withKeys.length > 0)
    notes.push(`${foldLine(withKeys)}: IdentityFile is not taken over: the kit has one key for each cluster`);
  if (wrong.length > 0) throw together(wrong, 'mistakes');
  return { nodes, notes };
}

function nodeOf(name: string, settings: Map<string, Setting>, place: string, wrong: FireaxeError[]): Found {
  const text = (key: string) => settings.get(key)?.value;
  const port = text('port');
  if (port !== undefined && !isPort(port))
    wrong.push(usage(`not a port: ${port}`, { place: settings.get('port')!.place, expected: '1 to 65535' }));
  const [jumpText, command] = [text('proxyjump'), text('proxycommand')];
  const jump = jumpText !== undefined ? jumpHost(jumpText) : command !== undefined && proxyCommand(command);
  if (typeof jump === 'string')
    wrong.push(
      usage(`${name}: ${jump}`, {
        place: (settings.get('proxyjump') ?? settings.get('proxycommand'))!.place,
        expected: 'ProxyJump user@host, or leave the host out with --only',
      }),
    );
  const host = (text('hostname') ?? name).replace(/%[h%]/g, (token) => (token === '%h' ? name : '%'));
  const [user, alias] = [text('user'), text('hostkeyalias')];
  return {
    name,
    host,
    ...(port !== undefined && { port: Number(port) }),
    ...(user !== undefined && { user }),
    ...(alias !== undefined && { hostKeyAlias: alias }),
    ...(jump && typeof jump !== 'string' && { jump }),
    groups: [],
    labels: {},
    place: () => place,
  };
}

async function blocksOf(
  source: SourceText,
  include: ReadInclude,
  notes: string[],
  wrong: FireaxeError[],
  depth = 0,
): Promise<Block[]> {
  const blocks: Block[] = [{ settings: [], place: `${source.file}:1:1` }];
  for (const line of linesOf(source.text)) {
    const trimmed = line.text.trim();
    if (trimmed === '' || trimmed.startsWith('#')) continue;
    const place = source.place(line.offset + line.text.indexOf(trimmed));
    const found = /^([A-Za-z0-9]+)(?:\s*=\s*|\s+)(.*)$/.exec(trimmed);
    if (!found) {
      wrong.push(usage('not a setting', { place, expected: 'a keyword of ssh_config and its value' }));
      continue;
    }
    const key = found[1]!.toLowerCase();
    const words = wordsOf(found[2]!);
    if (!words) wrong.push(usage('this quote is never closed', { place }));
    else if (key === 'host') blocks.push({ patterns: words, settings: [], place });
    else if (key === 'match') {
      const patterns = matched(words);
      if (patterns === undefined) notes.push(`left out: Match ${words.join(' ')} (${place})`);
      blocks.push({ ...(patterns !== 'all' && { patterns: patterns ?? [] }), settings: [], place });
    } else if (key === 'include') {
      if (depth === DEEPEST) throw usage('Include is nested too deeply', { place });
      const current = blocks.at(-1)!;
      for (const pattern of words)
        for (const more of await include(pattern)) {
          const inner = await blocksOf(more, include, notes, wrong, depth + 1);
          // An Include below a Host is for that host alone.
          blocks.push(...inner.map((block) => within(block, current)));
        }
      blocks.push({ ...(current.patterns && { patterns: current.patterns }), settings: [], place });
    } else {
      const value = key === 'proxycommand' ? found[2]! : (words[0] ?? '');
      blocks.at(-1)!.settings.push({ key, value, place });
    }
  }
  return blocks;
}

/** `Host a` that includes `Host b`: its settings are for hosts that are both, which is the inner list cut down. */
function within(inner: Block, outer: Block): Block {
  if (!outer.patterns) return inner;
  if (!inner.patterns) return { ...inner, patterns: outer.patterns };
  const one: Block = { patterns: outer.patterns, settings: [], place: outer.place };
  return { ...inner, patterns: inner.patterns.filter((name) => applies(one, name)) };
}

/** The patterns of a Match that depends on the host alone; undefined where it depends on anything else. */
function matched(words: string[]): string[] | 'all' | undefined {
  if (words.length === 1 && words[0]!.toLowerCase() === 'all') return 'all';
  const [key = '', value, ...more] = words;
  return /^(original)?host$/i.test(key) && value !== undefined && more.length === 0
    ? value.split(',')
    : undefined;
}

/** The blocks for a host, in their order. Blocks of plain names are looked up: thousands of hosts have one each. */
function byName(blocks: readonly Block[]): (name: string) => Block[] {
  const named = new Map<string, number[]>();
  const tried: number[] = [];
  for (const [i, { patterns }] of blocks.entries()) {
    if (!patterns || patterns.some((one) => /[*?!]/.test(one))) tried.push(i);
    else
      for (const name of new Set(patterns.map((one) => one.toLowerCase())))
        named.set(name, [...(named.get(name) ?? []), i]);
  }
  return (name) =>
    [...(named.get(name.toLowerCase()) ?? []), ...tried.filter((i) => applies(blocks[i]!, name))]
      .sort((a, b) => a - b)
      .map((i) => blocks[i]!);
}

function applies({ patterns }: Block, name: string): boolean {
  if (!patterns) return true;
  const matches = (pattern: string) => globMatches(pattern.toLowerCase(), name.toLowerCase());
  if (patterns.some((one) => one.startsWith('!') && matches(one.slice(1)))) return false;
  return patterns.some((one) => !one.startsWith('!') && matches(one));
}

/** Words with quotes, a comment at the end left out; undefined where a quote is not closed. */
function wordsOf(text: string): string[] | undefined {
  const words: string[] = [];
  for (const match of text.matchAll(/"([^"]*)"|"|(#.*)$|[^\s"]+/g)) {
    if (match[0] === '"') return undefined;
    if (match[2] !== undefined) break;
    words.push(match[1] ?? match[0]);
  }
  return words;
}
