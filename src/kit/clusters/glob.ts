import { expandNodeset } from '../../fleet/nodeset.ts';

/** `*` stands for any text, `?` for one character. */
export const isGlob = (word: string): boolean => /[*?]/.test(word);

/** Whether a glob, or a plain word, means this name. The time grows with both lengths only, however many stars. */
export function globMatches(glob: string, name: string): boolean {
  let at = 0;
  let star = -1;
  let retry = 0;
  for (let i = 0; i < name.length; ) {
    if (glob[at] === '*') {
      star = at++;
      retry = i;
    } else if (glob[at] === '?' || glob[at] === name[i]) {
      at++;
      i++;
    } else if (star >= 0) {
      // The last star takes one character more.
      at = star + 1;
      i = ++retry;
    } else return false;
  }
  return [...glob.slice(at)].every((rest) => rest === '*');
}

/** The names and globs of `-c`: each word may be a list with commas, or a node set such as `prod-[1-9,12]`. */
export const wordsOf = (typed: readonly string[]): string[] =>
  typed
    // A comma within brackets belongs to a node set.
    .flatMap((list) => list.split(/,(?![^[]*\])/))
    .map((word) => word.trim())
    .flatMap((word) => (word.includes('[') ? expandNodeset(word, '--cluster') : [word]));

/** Whether the names and globs of `-c` mean a cluster. */
export const isNamed = (typed: readonly string[], name: string): boolean =>
  wordsOf(typed).some((word) => globMatches(word, name));
