import { NftError, type Place } from './error.ts';

export interface Token {
  kind: 'word' | 'string' | 'mark' | 'end';
  /** Without quotes. `end` is a newline, a semicolon or the end of the text. */
  text: string;
  place: Place;
}

const TOKEN =
  /(?<skip>[ \t\r]+|\\\n|#[^\n]*)|(?<end>[\n;])|"(?<string>[^"\n]*)"|(?<mark>==|!=|<=|>=|[{}(),=<>&|])|(?<word>[A-Za-z0-9_./*@$:[\]+-]+)/y;

export function lex(text: string): Token[] {
  const tokens: Token[] = [];
  let line = 1;
  let lineStart = 0;
  let at = 0;
  while (at < text.length) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    const place: Place = { line, column: at - lineStart + 1, length: match?.[0].length ?? 1 };
    if (!match?.groups) throw new NftError('syntax error, unexpected junk', place);
    const { end, string, mark, word } = match.groups;
    if (end !== undefined) tokens.push({ kind: 'end', text: end, place });
    else if (string !== undefined) tokens.push({ kind: 'string', text: string, place });
    else if (mark !== undefined) tokens.push({ kind: 'mark', text: mark, place });
    else if (word !== undefined) tokens.push(...splitWord(word, place));
    at += match[0].length;
    if (match[0].endsWith('\n')) {
      line += 1;
      lineStart = at;
    }
  }
  tokens.push({ kind: 'end', text: '', place: { line, column: at - lineStart + 1, length: 1 } });
  return tokens;
}

/** A colon at the end of a word is a mark of its own: `established: accept`; inside it belongs to an IPv6 address. */
function splitWord(word: string, place: Place): Token[] {
  if (word === ':' || !/[^:]:$/.test(word)) {
    return [{ kind: word === ':' ? 'mark' : 'word', text: word, place }];
  }
  const length = word.length - 1;
  return [
    { kind: 'word', text: word.slice(0, -1), place: { ...place, length } },
    { kind: 'mark', text: ':', place: { line: place.line, column: place.column + length, length: 1 } },
  ];
}

/** Reads tokens one after another. */
export class Reader {
  private at = 0;
  private readonly tokens: Token[];

  constructor(tokens: Token[]) {
    this.tokens = tokens;
  }

  get token(): Token {
    return this.tokens[Math.min(this.at, this.tokens.length - 1)]!;
  }

  get done(): boolean {
    return this.at >= this.tokens.length - 1;
  }

  /** A place to come back to. */
  save(): number {
    return this.at;
  }

  restore(at: number): void {
    this.at = at;
  }

  next(): Token {
    const token = this.token;
    this.at += 1;
    return token;
  }

  /** Takes the next token if it is this word or mark. */
  take(text: string): boolean {
    const { token } = this;
    if (token.kind === 'string' || token.kind === 'end' || token.text !== text) return false;
    this.at += 1;
    return true;
  }

  expect(text: string): Token {
    const { token } = this;
    return this.take(text) ? token : this.unexpected(text);
  }

  word(what = 'string'): Token {
    return this.token.kind === 'word' ? this.next() : this.unexpected(what);
  }

  /** A word or a quoted text. */
  text(what = 'string'): Token {
    return this.token.kind === 'word' || this.token.kind === 'string' ? this.next() : this.unexpected(what);
  }

  number(what = 'number'): number {
    const { token } = this;
    if (token.kind !== 'word' || !/^-?\d+$/.test(token.text)) return this.unexpected(what);
    return Number(this.next().text);
  }

  skipEnds(): void {
    while (this.token.kind === 'end' && !this.done) this.at += 1;
  }

  unexpected(expected?: string): never {
    const { token } = this;
    const name = token.kind !== 'end' ? token.text : { '\n': 'newline', ';': 'semicolon' }[token.text];
    const wanted = expected === undefined ? '' : `, expecting ${expected}`;
    throw new NftError(`syntax error, unexpected ${name ?? 'end of file'}${wanted}`, token.place);
  }
}
