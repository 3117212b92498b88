const TOKEN = /"(?:[^"\\]|\\.)*"(\s*:)?|[{}[\]]/g;

/**
 * The first key of a JSON text that its object has already; JSON.parse would silently take the last. `value` is what it
 * made of the text: where it has as many keys as the text, none is there twice.
 */
export function duplicateKey(text: string, value: unknown): { key: string; at: number } | undefined {
  if (keysIn(value) === keysInText(text)) return undefined;
  const open: (Set<string> | undefined)[] = [];
  for (const match of text.matchAll(TOKEN)) {
    const [word, colon] = match;
    if (word === '{') open.push(new Set());
    else if (word === '[') open.push(undefined);
    else if (word === '}' || word === ']') open.pop();
    else if (colon !== undefined) {
      const key = JSON.parse(word.slice(0, -colon.length)) as string;
      const keys = open.at(-1);
      if (keys?.has(key)) return { key, at: match.index };
      keys?.add(key);
    }
  }
  return undefined;
}

function keysIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const inner = Array.isArray(value) ? value : Object.values(value);
  let count = Array.isArray(value) ? 0 : inner.length;
  for (const one of inner) if (typeof one === 'object') count += keysIn(one);
  return count;
}

/** Of a text that is JSON: the strings that a colon follows. Searching is many times faster than matching tokens. */
function keysInText(text: string): number {
  let count = 0;
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at)) {
    at = endOfString(text, at + 1);
    while (WHITE.has(text.charCodeAt(at))) at++;
    if (text.charCodeAt(at) === COLON) count++;
  }
  return count;
}

const COLON = 58;
const WHITE = new Set([9, 10, 13, 32]);

/** Behind the quote that ends a string. */
function endOfString(text: string, from: number): number {
  for (let at = text.indexOf('"', from); ; at = text.indexOf('"', at + 1)) {
    let before = at - 1;
    while (before >= from && text[before] === '\\') before--;
    if ((at - before) % 2 === 1) return at + 1;
  }
}
