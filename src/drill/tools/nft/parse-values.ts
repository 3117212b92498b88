import { type DataType, dataType } from './datatypes.ts';
import { NftError, type Place } from './error.ts';
import { type Interval, merge } from './interval.ts';
import type { Reader, Token } from './lexer.ts';
import type { Operand, SetElement } from './model.ts';

const SPAN = /^(?:\d+(?:ms|s|m|h|d))+$/;
const SPAN_UNITS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** An element whose value depends on its set's type. */
export interface RawElement {
  token: Token;
  timeoutMs?: number;
  comment?: string;
}

export function readValue(token: Token, type: DataType): Interval {
  const parsed = dataType(type).parse(token.text);
  if ('problem' in parsed) throw new NftError(parsed.problem, token.place);
  return parsed;
}

/** The right side of a match. */
export function readOperand(reader: Reader, type: DataType): Operand {
  if (reader.token.kind === 'word' && reader.token.text.startsWith('@')) {
    return { set: reader.next().text.slice(1) };
  }
  if (reader.take('{')) {
    const values = readList(reader, (token) => readValue(token, type));
    return { values: merge(values), braces: true };
  }
  const values = [readValue(reader.text(), type)];
  while (reader.take(',')) values.push(readValue(reader.text(), type));
  return { values: merge(values), braces: false };
}

function readList<T>(reader: Reader, read: (token: Token) => T): T[] {
  const all: T[] = [];
  for (;;) {
    skipNewlines(reader);
    if (reader.take('}')) return all;
    all.push(read(reader.text()));
    skipNewlines(reader);
    if (!reader.take(',') && !(reader.token.text === '}' && reader.token.kind === 'mark'))
      reader.unexpected();
  }
}

/** `{ a, b timeout 5m, c comment "x" }` */
export function readElements(reader: Reader): { elements: RawElement[]; place: Place } {
  const { place } = reader.expect('{');
  const elements = readList(reader, (token) => {
    const element: RawElement = { token };
    for (;;) {
      if (reader.take('timeout')) element.timeoutMs = readSpan(reader);
      else if (reader.take('expires')) readSpan(reader);
      else if (reader.take('comment')) element.comment = reader.text().text;
      else return element;
    }
  });
  return { elements, place };
}

export function readSpan(reader: Reader): number {
  const token = reader.word();
  if (!SPAN.test(token.text)) throw new NftError('syntax error, expecting a time', token.place);
  return [...token.text.matchAll(/(\d+)(ms|[smhd])/g)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * SPAN_UNITS[unit!]!,
    0,
  );
}

export function elementOf(raw: RawElement, type: DataType): SetElement {
  return {
    ...readValue(raw.token, type),
    ...(raw.timeoutMs !== undefined && { timeoutMs: raw.timeoutMs }),
    ...(raw.comment !== undefined && { comment: raw.comment }),
  };
}

/** Inside braces a newline separates nothing. */
function skipNewlines(reader: Reader): void {
  while (reader.token.kind === 'end' && reader.token.text === '\n') reader.next();
}
