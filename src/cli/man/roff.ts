/** Text for a man page: nothing of it is read as a request or an escape, and all of it is ASCII. */
export function roff(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(
      /[^\x20-\x7e\n]/gu,
      (c) => `\\[u${c.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}]`,
    )
    .replace(/^(?=[.'])/gm, '\\&');
}

/** An argument of a request, such as the title of a section. */
export const quoted = (text: string): string => `"${roff(text).replaceAll('"', '""')}"`;

/** A term and what it means. */
export const term = (name: string, meaning: string): string =>
  `.TP\n.B ${quoted(name)}\n${roff(meaning) || '\\&'}`;

/** Lines as they are typed. */
export const asTyped = (lines: readonly string[]): string =>
  ['.PP', '.RS 4', '.nf', ...lines.map((line) => roff(line) || '\\&'), '.fi', '.RE'].join('\n');

/** Markdown of the docs in plain words. */
export const plain = (text: string): string =>
  text
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll('`', '')
    .replaceAll('**', '');
