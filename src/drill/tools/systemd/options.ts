/** One option of a tool: its long name, and whether a value follows. */
export interface Option {
  long: string;
  letter?: string;
  value?: boolean;
}

export interface Options {
  given: Set<string>;
  /** All values of an option, in order. */
  values(long: string): string[];
  value(long: string): string | undefined;
  words: string[];
}

/** Reads options as GNU's getopt does; `stopAtWord` leaves all from the first word on alone. Returns a complaint as text. */
export function readOptions(argv: string[], known: Option[], stopAtWord = false): Options | string {
  const given = new Set<string>();
  const values = new Map<string, string[]>();
  const words: string[] = [];
  const put = (long: string, value: string) => values.set(long, [...(values.get(long) ?? []), value]);
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at]!;
    if (word === '--') {
      words.push(...argv.slice(at + 1));
      break;
    }
    if (!/^-./.test(word)) {
      if (stopAtWord) {
        words.push(...argv.slice(at));
        break;
      }
      words.push(word);
    } else if (word.startsWith('--')) {
      const [long = '', ...rest] = word.slice(2).split('=');
      const option = known.find((one) => one.long === long);
      if (!option) return `unrecognized option '--${long}'`;
      if (!option.value && rest.length > 0) return `option '--${long}' doesn't allow an argument`;
      const value = option.value ? (rest.length > 0 ? rest.join('=') : argv[++at]) : '';
      if (value === undefined) return `option '--${long}' requires an argument`;
      given.add(long);
      put(long, value);
    } else {
      for (let i = 1; i < word.length; i++) {
        const option = known.find((one) => one.letter === word[i]);
        if (!option) return `invalid option -- '${word[i]}'`;
        given.add(option.long);
        if (!option.value) continue;
        const value = word.slice(i + 1) || argv[++at];
        if (value === undefined) return `option requires an argument -- '${word[i]}'`;
        put(option.long, value);
        break;
      }
    }
  }
  return {
    given,
    words,
    values: (long) => values.get(long) ?? [],
    value: (long) => values.get(long)?.at(-1),
  };
}
