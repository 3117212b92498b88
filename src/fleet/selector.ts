import { type FireaxeError, usage } from '../base/errors.ts';
import { labelValues } from './labels.ts';
import type { FleetNode } from './types.ts';

/** One requirement: the key has, or has not, one of these values; without values: it exists, or not. */
export interface Requirement {
  key: string;
  wanted: boolean;
  values?: string[];
}

export type Selector = Requirement[];

interface Token {
  text: string;
  /** 1-based. */
  column: number;
  /** A key or value rather than punctuation. */
  word: boolean;
}

const NAME = /^[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/;
const PREFIX = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/;

export function isLabelKey(text: string): boolean {
  const [name, prefix, ...more] = text.split('/').reverse();
  return NAME.test(name!) && more.length === 0 && (prefix === undefined || PREFIX.test(prefix));
}

export const isLabelValue = (text: string): boolean => text === '' || NAME.test(text);

/** Reads Kubernetes' label-selector syntax: `a=b,c!=d,e in (f,g),h notin (i),j,!k`. */
export function parseSelector(text: string, place = '--selector'): Selector {
  const tokens = tokenize(text);
  const selector: Selector = [];
  let i = 0;
  const peek = () => tokens[i]!;
  const take = (expected: string, ...texts: string[]): Token => {
    const token = peek();
    if (!texts.includes(token.text) || token.word) throw unexpected(token, expected);
    i++;
    return token;
  };
  const word = (expected: string): Token => {
    const token = peek();
    if (!token.word) throw unexpected(token, expected);
    i++;
    return token;
  };

  for (;;) {
    selector.push(requirement());
    if (peek().text === '') return selector;
    take('a comma, or the end', ',');
  }

  function requirement(): Requirement {
    if (peek().text === '!') {
      i++;
      return { key: key(word('a label key after !')), wanted: false };
    }
    const name = key(word('a label key'));
    const operator = peek();
    if (operator.text === '' || operator.text === ',') return { key: name, wanted: true };
    if (operator.word && (operator.text === 'in' || operator.text === 'notin')) {
      i++;
      return { key: name, wanted: operator.text === 'in', values: list() };
    }
    take('one of =, ==, !=, in, notin, a comma or the end', '=', '==', '!=');
    const values = peek().word ? [value(word('a value'))] : [''];
    return { key: name, wanted: operator.text !== '!=', values };
  }

  function list(): string[] {
    take('( before the values', '(');
    const values: string[] = [];
    for (;;) {
      values.push(peek().word ? value(word('a value')) : '');
      if (take('a comma or )', ',', ')').text === ')') return values;
    }
  }

  function unexpected({ text: found, column }: Token, expected: string): FireaxeError {
    return at(column, found === '' ? 'the selector ends too early' : `unexpected ${found}`, expected);
  }

  function at(column: number, message: string, expected: string): FireaxeError {
    return usage(message, { place: `${place} ${JSON.stringify(text)}, column ${column}`, expected });
  }

  function key(token: Token): string {
    const [name, prefix, ...more] = token.text.split('/').reverse();
    const good = NAME.test(name!) && more.length === 0 && (prefix === undefined || PREFIX.test(prefix));
    if (!good) throw at(token.column, `not a label key: ${token.text}`, 'such as app or example.com/app');
    return token.text;
  }

  function value(token: Token): string {
    if (!isLabelValue(token.text)) {
      throw at(token.column, `not a label value: ${token.text}`, 'at most 63 letters, digits and _.-');
    }
    return token.text;
  }
}

export function matches(selector: Selector, node: FleetNode): boolean {
  return meets(selector, (key) => labelValues(node, key));
}

/** The same for anything that has labels: `valuesOf` tells what it has under a key. */
export function meets(selector: Selector, valuesOf: (key: string) => string[]): boolean {
  return selector.every(({ key, wanted, values }) => {
    const found = valuesOf(key);
    const hit = values === undefined ? found.length > 0 : found.some((v) => values.includes(v));
    return hit === wanted;
  });
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  for (const match of text.matchAll(/\s+|==|!=|[=!(),]|[^\s=!(),]+/g)) {
    const found = match[0];
    if (/^\s/.test(found)) continue;
    tokens.push({ text: found, column: match.index + 1, word: !/^[=!(),]/.test(found) });
  }
  tokens.push({ text: '', column: text.length + 1, word: false });
  return tokens;
}
