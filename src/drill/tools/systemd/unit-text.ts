/** A unit file's lines by section and key, in order: `Service.ExecStart`. */
export type UnitText = Map<string, string[]>;

export function parseUnitText(text: string): UnitText {
  const all: UnitText = new Map();
  let section = '';
  for (const line of text.replace(/\\\n/g, ' ').split('\n')) {
    const heading = /^\[(.+)\]$/.exec(line.trim());
    const setting = /^\s*([^#;=\s][^=]*?)\s*=\s*(.*?)\s*$/.exec(line);
    if (heading) section = heading[1]!;
    else if (setting) {
      const key = `${section}.${setting[1]}`;
      all.set(key, [...(all.get(key) ?? []), setting[2]!]);
    }
  }
  return all;
}

export function setting(text: UnitText, key: string): string | undefined {
  return text.get(key)?.at(-1);
}

/** Words of a command line or of Environment=, with systemd's quotes and escapes. */
export function splitWords(line: string): string[] {
  const words: string[] = [];
  for (const match of line.matchAll(
    /"((?:[^"\\]|\\[\s\S])*)"|'((?:[^'\\]|\\[\s\S])*)'|((?:[^\s"'\\]|\\[\s\S])+)/g,
  )) {
    words.push(unescaped(match[1] ?? match[2] ?? match[3] ?? ''));
  }
  return words;
}

function unescaped(text: string): string {
  return text
    .replace(/\\([\s\S])/g, (_, char: string) => ({ n: '\n', t: '\t' })[char] ?? char)
    .replaceAll('%%', '%')
    .replaceAll('$$', '$');
}

/** One word as a unit file can hold it. */
export function quoteWord(word: string): string {
  const escaped = word
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replaceAll('\n', '\\n')
    .replaceAll('\t', '\\t')
    .replaceAll('%', '%%')
    .replaceAll('$', '$$$$');
  return `"${escaped}"`;
}
