import type { Option } from '../option.ts';

/** Where the cursor stands in a verb's own words. */
export type Place = { word: string; positionals: string[] } & (
  | { kind: 'word' }
  /** `before` is what stands before the value in the same word. */
  | { kind: 'value'; option: Option<unknown>; before: string }
  | { kind: 'command' }
);

/** Reads the words as commander does. The last one is at the cursor. */
export function placeOf(words: string[], options: Option<unknown>[]): Place {
  const positionals: string[] = [];
  let taking: Option<unknown> | undefined;
  for (const [i, word] of words.entries()) {
    const last = i === words.length - 1;
    if (taking) {
      if (last) return { kind: 'value', word, before: '', option: taking, positionals };
      taking = undefined;
    } else if (word === '--' && !last) return { kind: 'command', word: words.at(-1)!, positionals };
    else if (word.startsWith('-') && word !== '-') {
      const [flag = '', value] = word.split(/=(.*)/s, 2);
      const option = options.find((one) => namesOf(one).includes(flag));
      if (last && value !== undefined && option)
        return { kind: 'value', word: value, before: `${flag}=`, option, positionals };
      if (value === undefined && option && takesValue(option)) taking = option;
    } else if (!last) positionals.push(word);
  }
  return { kind: 'word', word: words.at(-1) ?? '', positionals };
}

const namesOf = ({ flags }: Option<unknown>): string[] =>
  flags.split(/[ ,]+/).filter((one) => one.startsWith('-'));

const takesValue = ({ flags }: Option<unknown>): boolean => flags.includes('<');
