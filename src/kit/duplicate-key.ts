const TOKEN = /"(?:[^"\\]|\\.)*"(\s*:)?|[{}[\]]/g;

/** The first key of a JSON text that its object has already; JSON.parse would silently take the last. */
export function duplicateKey(text: string): { key: string; at: number } | undefined {
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
