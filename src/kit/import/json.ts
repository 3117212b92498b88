import { usage } from '../../base/errors.ts';
import type { SourceText } from './source-text.ts';

const TOKEN = /"(?:[^"\\]|\\.)*"(\s*:)?|[{}[\],]/g;

/** Parses JSON; a mistake is told by line and column. */
export function parseJson({ text, place }: SourceText, expected: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const at = firstMistake(text);
    const what =
      at >= text.trimEnd().length
        ? 'it is cut short'
        : `unexpected ${JSON.stringify(text.slice(at, at + 10))}`;
    throw usage(`not JSON: ${what}`, { place: place(at), expected, cause });
  }
}

const SCALAR =
  /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

/** Where a text stops being JSON: the engine does not tell it of every mistake. */
function firstMistake(text: string): number {
  const open: string[] = [];
  let wanted: 'value' | 'first' | 'key' | 'colon' | 'more' = 'value';
  let at = 0;
  for (;;) {
    while (/[ \t\r\n]/.test(text[at] ?? 'x')) at++;
    const c = text[at];
    if (c === undefined || (wanted === 'more' && open.length === 0)) return at;
    const list = open.at(-1) === '[';
    if (wanted === 'colon') {
      if (c !== ':') return at;
      wanted = 'value';
    } else if (wanted === 'more' && c === ',') wanted = list ? 'value' : 'key';
    else if ((wanted === 'more' || wanted === 'first') && c === (list ? ']' : '}')) {
      open.pop();
      wanted = 'more';
    } else if (wanted === 'more') return at;
    else if ((c === '{' || c === '[') && (wanted === 'value' || (wanted === 'first' && list))) {
      open.push(c);
      wanted = 'first';
    } else {
      const key: boolean = wanted === 'key' || (wanted === 'first' && !list);
      SCALAR.lastIndex = at;
      if (!SCALAR.test(text) || (key && c !== '"')) return at;
      at = SCALAR.lastIndex - 1;
      wanted = key ? 'colon' : 'more';
    }
    at++;
  }
}

/** Where the members of the container under a path stand, by key or index. The text must be JSON. */
export function memberOffsets(text: string, path: readonly string[]): Map<string, number> {
  const found = new Map<string, number>();
  /** The containers that are open: the key or index of the member that is read. */
  const open: { list: boolean; key: string; index: number }[] = [];
  const inside = () =>
    open.length === path.length + 1 && path.every((key, depth) => open[depth]!.key === key);
  const note = (key: string, at: number) => inside() && !found.has(key) && found.set(key, at);
  for (const match of text.matchAll(TOKEN)) {
    const [word, colon] = match;
    const top = open.at(-1);
    if (word === '}' || word === ']') open.pop();
    else if (word === ',') {
      if (top?.list) top.key = String(++top.index);
    } else if (colon !== undefined && top) {
      top.key = JSON.parse(word.slice(0, -colon.length)) as string;
      note(top.key, match.index);
    } else {
      if (top?.list) note(top.key, match.index);
      if (word === '{' || word === '[') open.push({ list: word === '[', key: '0', index: 0 });
    }
  }
  return found;
}

/** The same, read when the first place is asked for. */
export function memberPlaces({ text, place, file }: SourceText, path: readonly string[]) {
  let offsets: Map<string, number> | undefined;
  return (key: string | number): string => {
    offsets ??= memberOffsets(text, path);
    const at = offsets.get(String(key));
    return at === undefined ? file : place(at);
  };
}
