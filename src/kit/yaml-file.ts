import { isMap, isNode, isPair, isScalar, LineCounter, parseDocument, visit } from 'yaml';
import { type FireaxeError, usage } from '../base/errors.ts';
import { nearest } from '../base/nearest.ts';

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
 * the file means exactly what it shows, and no small file grows large.
 */
export async function parseYaml(text: string, file: string): Promise<YamlSource> {
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
  });
  const broken = document.errors[0] ?? document.warnings[0];
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
  });
  return {
    file,
    value: document.toJS({ maxAliasCount: 0 }),
    place(path, of = 'value') {
      for (let depth = path.length; depth >= 0; depth--) {
        const parent = depth === 0 ? document.contents : document.getIn(path.slice(0, depth - 1), true);
        if (depth > 0 && of === 'key' && isMap(parent)) {
          const pair = parent.items.find(
            (i) => isPair(i) && isScalar(i.key) && i.key.value === path[depth - 1],
          );
          if (pair && isNode(pair.key) && pair.key.range) return at(pair.key.range[0]);
        }
        const node = depth === 0 ? document.contents : document.getIn(path.slice(0, depth), true);
        if (isNode(node) && node.range) return at(node.range[0]);
      }
      return `${file}:1:1`;
    },
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

/** The first issue as an error with its place; an unknown key names the nearest known one. */
export function schemaError(
  issues: readonly unknown[],
  source: Pick<YamlSource, 'place' | 'file'>,
  knownKeys: (path: PropertyKey[]) => string[],
): FireaxeError {
  const issue = worst(issues as readonly Issue[]);
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys?.[0] ?? '';
    const known = knownKeys(issue.path);
    const meant = nearest(key, known);
    return usage(`unknown key ${key}${where(issue.path)}`, {
      place: source.place([...issue.path, key], 'key'),
      expected: meant ? `perhaps ${meant}` : `one of ${known.join(', ')}`,
    });
  }
  const path = issue.path.map(String).join('.') || 'the file';
  const missing = /received undefined$/.test(issue.message);
  return usage(`${path}${missing ? ' is missing' : `: ${issue.message}`}`, {
    place: source.place(issue.path),
  });
}

/** A missing key may be there misspelled: the unknown key beside it says more. */
function worst(issues: readonly Issue[]): Issue {
  const first = issues[0]!;
  const holder = first.path.slice(0, -1).join('.');
  return issues.find((i) => i.code === 'unrecognized_keys' && i.path.join('.') === holder) ?? first;
}

function where(path: PropertyKey[]): string {
  return path.length === 0 ? '' : ` in ${path.map(String).join('.')}`;
}
