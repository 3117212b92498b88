import { NftError } from './error.ts';
import { findKey, keyType } from './keys.ts';
import type { Reader } from './lexer.ts';
import type { LimitStatement, Operator, Rule, Statement, Verdict } from './model.ts';
import { readOperand, readValue } from './parse-values.ts';

const OPERATORS: Record<string, Operator> = {
  '==': '==',
  '!=': '!=',
  '<': '<',
  '>': '>',
  '<=': '<=',
  '>=': '>=',
  eq: '==',
  ne: '!=',
  lt: '<',
  gt: '>',
  le: '<=',
  ge: '>=',
};

/** Reads one rule up to its end. Its handle is given when it enters a chain. */
export function readRule(reader: Reader): Rule {
  const statements: Statement[] = [];
  let comment: string | undefined;
  while (reader.token.kind !== 'end' && reader.token.text !== '}') {
    if (reader.take('comment')) {
      comment = reader.text().text;
      break;
    }
    statements.push(readStatement(reader, statements.at(-1)));
  }
  if (statements.length === 0) reader.unexpected();
  return { handle: 0, statements, ...(comment !== undefined && { comment }) };
}

function readStatement(reader: Reader, last: Statement | undefined): Statement {
  const { token } = reader;
  // Nothing after a verdict can be reached, and nft refuses it.
  if (last?.kind === 'verdict' || last?.kind === 'reject') {
    throw new NftError('Statement after terminal statement has no effect', token.place);
  }
  if (token.kind !== 'word') return reader.unexpected();
  const verdict = readVerdict(reader);
  if (verdict) return { kind: 'verdict', verdict };
  if (reader.take('counter')) return readCounter(reader);
  if (reader.take('limit')) return readLimit(reader);
  if (reader.take('reject')) return readReject(reader);
  if (reader.take('log')) return { kind: 'log', options: readLog(reader) };
  if (reader.take('socket')) return readCgroup(reader);
  return readMatch(reader);
}

export function readVerdict(reader: Reader): Verdict | undefined {
  for (const plain of ['accept', 'drop', 'return', 'continue'] as const) if (reader.take(plain)) return plain;
  if (reader.take('jump')) return { jump: reader.word().text };
  if (reader.take('goto')) return { goto: reader.word().text };
  return undefined;
}

function readMatch(reader: Reader): Statement {
  const words: string[] = [];
  const first = reader.token;
  const start = reader.save();
  while (words.length < 4 && reader.token.kind === 'word') words.push(reader.next().text);
  const found = findKey(words);
  reader.restore(start);
  if (!found) throw new NftError(`syntax error, unexpected ${first.text}`, first.place);
  for (let n = 0; n < found.words; n++) reader.next();
  const { key } = found;
  const type = keyType(key);
  if (reader.take('vmap')) return { kind: 'vmap', key, entries: readMap(reader, key) };
  const operator = OPERATORS[reader.token.kind === 'string' ? '' : reader.token.text];
  if (operator) reader.next();
  return { kind: 'match', key, operator: operator ?? '==', operand: readOperand(reader, type) };
}

function readMap(reader: Reader, key: string): { value: ReturnType<typeof readValue>; verdict: Verdict }[] {
  reader.expect('{');
  const entries: { value: ReturnType<typeof readValue>; verdict: Verdict }[] = [];
  do {
    const value = readValue(reader.text(), keyType(key));
    reader.expect(':');
    entries.push({ value, verdict: readVerdict(reader) ?? reader.unexpected('a verdict') });
  } while (reader.take(','));
  reader.expect('}');
  return entries.sort((a, b) => (a.value.lo < b.value.lo ? -1 : 1));
}

function readCounter(reader: Reader): Statement {
  const counter = { kind: 'counter' as const, packets: 0, bytes: 0 };
  if (reader.take('packets')) {
    counter.packets = reader.number();
    reader.expect('bytes');
    counter.bytes = reader.number();
  }
  return counter;
}

function readLimit(reader: Reader): LimitStatement {
  reader.expect('rate');
  const over = reader.take('over');
  const rate = /^(\d+)\/(second|minute|hour|day)$/.exec(reader.token.text);
  if (!rate) return reader.unexpected('a rate');
  reader.next();
  let burst = 5;
  if (reader.take('burst')) {
    burst = reader.number();
    reader.expect('packets');
  }
  return { kind: 'limit', over, rate: Number(rate[1]), unit: rate[2] as LimitStatement['unit'], burst };
}

/** How a packet is rejected, in nft's own canonical spelling. */
function readReject(reader: Reader): Statement {
  if (!reader.take('with')) return { kind: 'reject', how: '' };
  if (reader.take('tcp')) {
    reader.expect('reset');
    return { kind: 'reject', how: 'tcp reset' };
  }
  const kind = reader.word().text;
  if (!/^icmp(x|v6)?$/.test(kind)) return reader.unexpected();
  reader.take('type');
  const { text, place } = reader.word();
  if (
    !/^(port-unreachable|admin-prohibited|no-route|host-unreachable|net-unreachable|prot-unreachable|addr-unreachable)$/.test(
      text,
    )
  )
    throw new NftError(`unknown code ${text}`, place);
  return { kind: 'reject', how: kind === 'icmpx' && text === 'port-unreachable' ? '' : `${kind} ${text}` };
}

function readLog(reader: Reader): string {
  let options = '';
  for (;;) {
    if (reader.take('prefix')) options += ` prefix "${reader.text().text}"`;
    else if (reader.take('level')) options += ` level ${reader.word().text}`;
    else return options;
  }
}

function readCgroup(reader: Reader): Statement {
  reader.expect('cgroupv2');
  reader.expect('level');
  const level = reader.number();
  const operator = reader.take('!=') ? '!=' : '==';
  reader.take('==');
  return { kind: 'cgroup', level, operator, path: reader.text().text };
}
