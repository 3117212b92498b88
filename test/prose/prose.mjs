// Finds words that Fireaxe does not use: pure, so that the unit test can hold every entry of the list.

/** A space in a pattern also matches where a comment or a string goes on in the next line. */
const GAP = String.raw`(?:\s|\n\s*(?:\*|//|#|>)|['"\x60]\s*\+\s*['"\x60])+`;

/** The entries of words.yaml, ready to search with. */
export function compile(entries) {
  return entries.map((entry) => ({ ...entry, pattern: new RegExp(entry.not.replaceAll(' ', GAP), 'gi') }));
}

/** Each place in a text where an entry matches: line and column count from 1. */
export function findIn(text, words) {
  return words
    .flatMap(({ pattern, say, why }) =>
      [...text.matchAll(pattern)].map((match) => ({
        ...place(text, match.index),
        found: flat(match[0]),
        say,
        why,
      })),
    )
    .sort((a, b) => a.line - b.line || a.column - b.column);
}

function place(text, index) {
  const before = text.slice(0, index).split('\n');
  return { line: before.length, column: before.at(-1).length + 1 };
}

function flat(text) {
  return text.replaceAll(/\s+/g, ' ').trim();
}
