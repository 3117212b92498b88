/** The words of a command line, as a shell would split it; without expansions. */
export function wordsOf(line: string): string[] {
  return [...line.matchAll(/(?:[^\s"']|"(?:[^"\\]|\\.)*"|'[^']*')+/g)].map(([word]) =>
    word.replace(
      /"((?:[^"\\]|\\.)*)"|'([^']*)'/g,
      (_, double, single) => single ?? double.replace(/\\(.)/g, '$1'),
    ),
  );
}
