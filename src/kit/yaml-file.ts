import {
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  parseDocument,
  visit,
  type YAMLMap,
} from 'yaml';
import { type FireaxeError, usage } from '../base/errors.ts';
import { nearest } from '../base/nearest.ts';
import { together } from '../base/together.ts';

/** A YAML document and where each of its values stands. */
export interface YamlSource {
  file: string;
  value: unknown;
  /** `file:line:column` of the value under a path, or of its nearest ancestor. */
  place(path: readonly PropertyKey[], of?: 'key' | 'value'): string;
}

const MOST_BYTES = 4 << 20;

/**
 * Reads YAML 1.2 (core: `no` and `on` are words, `010` is ten) without anchors and aliases:
 * the file means exactly what it shows, and no small file grows large. `anyTag` takes the text under a tag such as !vault.
 */
export async function parseYaml(
  text: string,
  file: string,
  { anyTag = false }: { anyTag?: boolean } = {},
): Promise<YamlSource> {
  if (text.length > MOST_BYTES)
    throw usage('the file is too large', { place: file, expected: 'at most 4 MiB' });
  const lines = new LineCounter();
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  const document = parseDocument(text, {
    lineCounter: lines,
    version: '1.2',
    schema: 'core',
    prettyErrors: false,
    // Its own search compares each key with each other one.
    uniqueKeys: false,
  });
  const warnings = document.warnings.filter(({ code }) => !(anyTag && code === 'TAG_RESOLVE_FAILED'));
  const broken = document.errors[0] ?? warnings[0];
  if (broken) {
    throw usage(wordsOf(broken), { place: at(broken.pos[0]), next: `correct ${file} and try again` });
  }
  visit(document, (_, node) => {
    if (isNode(node) && 'anchor' in node && node.anchor) {
      throw usage('anchors and aliases are not allowed', {
        place: at(node.range?.[0] ?? 0),
        expected: 'every value written where it is used',
      });
    }
    if (isMap(node)) refuseTwice(node, at, `correct ${file} and try again`);
  });
  const memberOf = members();
  return {
    file,
    value: document.toJS({ maxAliasCount: 0 }),
    place(path, of = 'value') {
      /** The nodes on the way: those of the path as far as they exist. */
      const nodes: unknown[] = [document.contents];
      for (const key of path) nodes.push(memberOf(nodes.at(-1), key)?.value);
      for (let depth = path.length; depth >= 0; depth--) {
        const key = depth > 0 && of === 'key' ? memberOf(nodes[depth - 1], path[depth - 1]!)?.key : undefined;
        if (isNode(key) && key.range) return at(key.range[0]);
        const node = nodes[depth];
        if (isNode(node) && node.range) return at(node.range[0]);
      }
      return `${file}:1:1`;
    },
  };
}

function refuseTwice({ items }: YAMLMap, at: (offset: number) => string, next: string): void {
  const keys = new Set<unknown>();
  for (const { key } of items) {
    if (!isScalar(key)) continue;
    if (keys.has(key.value)) throw usage('Map keys must be unique', { place: at(key.range?.[0] ?? 0), next });
    keys.add(key.value);
  }
}

/** Finds members of maps and lists; large maps are searched once. */
function members(): (node: unknown, key: PropertyKey) => { key?: unknown; value: unknown } | undefined {
  const indexes = new WeakMap<object, Map<unknown, Pair>>();
  return (node, key) => {
    if (isSeq(node)) return { value: node.items[Number(key)] };
    if (!isMap(node)) return undefined;
    let index = indexes.get(node);
    if (!index) {
      // A key may be a number, and a path has its text.
      index = new Map(
        node.items.map((pair) => [isScalar(pair.key) ? String(pair.key.value) : pair.key, pair]),
      );
      indexes.set(node, index);
    }
    return index.get(String(key));
  };
}

/** The parser's message, except where it is meant for programmers. */
function wordsOf({ code, message }: { code: string; message: string }): string {
  if (/call stack/.test(message)) return 'nested too deeply';
  return code === 'MULTIPLE_DOCS' ? 'only one YAML document is allowed: leave out the ---' : message;
}

/** What zod says of a value, as far as it is needed here. */
interface Issue {
  code?: string | undefined;
  path: PropertyKey[];
  message: string;
  keys?: string[];
}

/** All issues as one error, each with its place; an unknown key names the nearest known one. */
export function schemaError(
  issues: readonly unknown[],
  source: Pick<YamlSource, 'place' | 'file'>,
  knownKeys: (path: PropertyKey[]) => string[],
): FireaxeError {
  const told = withoutGuesses(issues as readonly Issue[]);
  const errors = told.flatMap((issue) => errorsOf(issue, source, knownKeys));
  return together(errors, 'mistakes');
}

function errorsOf(
  issue: Issue,
  source: Pick<YamlSource, 'place'>,
  knownKeys: (path: PropertyKey[]) => string[],
): FireaxeError[] {
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(issue.path);
    return (issue.keys ?? []).map((key) => {
      const meant = nearest(key, known);
      return usage(`unknown key ${key}${where(issue.path)}`, {
        place: source.place([...issue.path, key], 'key'),
        expected: meant ? `perhaps ${meant}` : `one of ${known.join(', ')}`,
      });
    });
  }
  const path = issue.path.map(String).join('.') || 'the file';
  const message = isMissing(issue) ? `${path} is missing` : `${path}: ${issue.message}`;
  return [usage(message, { place: source.place(issue.path) })];
}

const isMissing = ({ message }: Issue): boolean => /received undefined$/.test(message);

/** A missing key may be there misspelled: the unknown key beside it says more. */
function withoutGuesses(issues: readonly Issue[]): readonly Issue[] {
  const misspelled = new Set(
    issues.filter(({ code }) => code === 'unrecognized_keys').map(({ path }) => path.join('.')),
  );
  return issues.filter((issue) => !isMissing(issue) || !misspelled.has(issue.path.slice(0, -1).join('.')));
}

function where(path: PropertyKey[]): string {
  return path.length === 0 ? '' : ` in ${path.map(String).join('.')}`;
}
