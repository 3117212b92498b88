import { usage } from '../base/errors.ts';
import { interpolate, parametersIn } from './interpolate.ts';

/**
 * A `when`, read before parameters take their places: a value with spaces or an operator in it stays one value.
 * `place` where it stands elsewhere than what it decides on.
 */
export type Condition = (
  | { is: string }
  | { same: [string, string] }
  | { differ: [string, string] }
  | { not: Condition }
  | { all: Condition[] }
  | { any: Condition[] }
) & { place?: string };

export const CONDITION_FORMS =
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a parameter of a playbook, as it is written there
  'true, false, ${name}, ${name} == word, ${name} != word, not …, … and …, or … or …; words with spaces in quotes';

/** Reads the text of a `when`; undefined for any other text. */
export function parseCondition(text: string): Condition | undefined {
  const words: string[] = text.match(/"[^"]*"|'[^']*'|==|!=|[^\s"'=!]+/g) ?? [];
  // What no word took, such as a single = or an open quote, is a mistake.
  if (words.join('') !== text.replace(/("[^"]*"|'[^']*')|\s+/g, '$1')) return undefined;
  const joint = words.includes('or') ? 'or' : 'and';
  // Without parentheses nobody knows what comes first.
  if (joint === 'or' && words.includes('and')) return undefined;
  const terms = split(words, joint).map(term);
  if (!terms.every((one) => one !== undefined)) return undefined;
  if (terms.length === 1) return terms[0];
  return joint === 'or' ? { any: terms } : { all: terms };
}

function split(words: string[], joint: string): string[][] {
  const parts: string[][] = [[]];
  for (const word of words) {
    if (word === joint) parts.push([]);
    else parts.at(-1)!.push(word);
  }
  return parts;
}

const OPERATORS = ['==', '!=', 'not'];
const bare = (word: string) => (/^["']/.test(word) ? word.slice(1, -1) : word);

function term([first, ...rest]: string[]): Condition | undefined {
  if (first === 'not') {
    const of = term(rest);
    return of && { not: of };
  }
  const [operator, second, ...more] = rest;
  if (first === undefined || OPERATORS.includes(first) || more.length > 0) return undefined;
  if (operator === undefined) return { is: bare(first) };
  if (second === undefined || OPERATORS.includes(second)) return undefined;
  const pair: [string, string] = [bare(first), bare(second)];
  if (operator === '==') return { same: pair };
  return operator === '!=' ? { differ: pair } : undefined;
}

/**
 * Whether it holds; undefined where a parameter has no value. Throws usage with the place for a word that stands alone
 * and is neither true nor false.
 */
export function holds(
  condition: Condition,
  params: Record<string, string>,
  place: string,
): boolean | undefined {
  const at = condition.place ?? place;
  const textOf = (text: string) =>
    [...parametersIn(text)].every((name) => params[name] !== undefined)
      ? interpolate(text, params)
      : undefined;
  if ('is' in condition) return truth(textOf(condition.is), at);
  if ('not' in condition) return opposite(holds(condition.not, params, at));
  if ('all' in condition) return allOf(condition.all.map((one) => holds(one, params, at)));
  // One holds unless all of them do not.
  if ('any' in condition)
    return opposite(allOf(condition.any.map((one) => opposite(holds(one, params, at)))));
  const [left, right] = ('same' in condition ? condition.same : condition.differ).map(textOf);
  if (left === undefined || right === undefined) return undefined;
  return (left === right) === 'same' in condition;
}

const opposite = (held: boolean | undefined) => (held === undefined ? undefined : !held);

function allOf(held: (boolean | undefined)[]): boolean | undefined {
  if (held.includes(false)) return false;
  return held.includes(undefined) ? undefined : true;
}

function truth(value: string | undefined, place: string): boolean | undefined {
  if (value === undefined) return undefined;
  if (value === 'true' || value === 'false') return value === 'true';
  throw usage(`when must be true or false: ${JSON.stringify(value)}`, {
    place,
    expected: `true, or false to leave it out; as a whole: ${CONDITION_FORMS}`,
  });
}
