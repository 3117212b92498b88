import type { ChainBody, Name, SetBody, TableBody } from './commands.ts';
import { NftError } from './error.ts';
import type { Reader } from './lexer.ts';
import { type BaseChain, HOOKS, type Hook } from './model.ts';
import { readRule } from './parse-rule.ts';
import { readElements, readSpan } from './parse-values.ts';
import { PRIORITIES } from './priority.ts';

export function readName(reader: Reader): Name {
  const { text, place } = reader.text();
  return { text, place };
}

/** `{ … }` of a table, with its sets and chains. */
export function readTableBody(reader: Reader): TableBody {
  const body: TableBody = { sets: [], chains: [] };
  if (!reader.take('{')) return body;
  for (;;) {
    reader.skipEnds();
    if (reader.take('}')) return body;
    if (reader.take('chain')) body.chains.push({ name: readName(reader), body: readChainBody(reader) });
    else if (reader.take('set')) body.sets.push({ name: readName(reader), body: readSetBody(reader) });
    else if (reader.take('comment')) body.comment = reader.text().text;
    else reader.unexpected();
  }
}

export function readSetBody(reader: Reader): SetBody {
  const body: SetBody = { type: undefined, flags: [], autoMerge: false, elements: [] };
  if (!reader.take('{')) return body;
  for (;;) {
    reader.skipEnds();
    if (reader.take('}')) return body;
    if (reader.take('type')) body.type = readName(reader);
    else if (reader.take('flags')) {
      do body.flags.push(readFlag(reader));
      while (reader.take(','));
    } else if (reader.take('auto-merge')) body.autoMerge = true;
    else if (reader.take('timeout')) body.timeoutMs = readSpan(reader);
    else if (reader.take('comment')) body.comment = reader.text().text;
    else if (reader.take('size')) reader.number();
    else if (reader.take('elements')) {
      reader.expect('=');
      body.elements.push(...readElements(reader).elements);
    } else reader.unexpected();
  }
}

function readFlag(reader: Reader): string {
  const { text, place } = reader.word();
  if (!['interval', 'timeout', 'constant', 'dynamic'].includes(text)) {
    throw new NftError(`syntax error, unexpected ${text}`, place);
  }
  return text;
}

export function readChainBody(reader: Reader): ChainBody {
  const body: ChainBody = { rules: [] };
  if (!reader.take('{')) return body;
  for (;;) {
    reader.skipEnds();
    if (reader.take('}')) return body;
    if (reader.take('type')) body.base = readBase(reader);
    else if (reader.take('policy')) setPolicy(reader, body);
    else if (body.rules.length === 0 && reader.take('comment')) body.comment = reader.text().text;
    else {
      const { place } = reader.token;
      body.rules.push({ rule: readRule(reader), place });
    }
  }
}

function readBase(reader: Reader): BaseChain {
  const type = reader.word();
  if (type.text !== 'filter' && type.text !== 'nat' && type.text !== 'route') {
    throw new NftError(`unknown chain type`, type.place);
  }
  reader.expect('hook');
  const hook = reader.word();
  if (!(HOOKS as readonly string[]).includes(hook.text)) throw new NftError('unknown chain hook', hook.place);
  reader.expect('priority');
  return { type: type.text, hook: hook.text as Hook, priority: readPriority(reader), policy: 'accept' };
}

function readPriority(reader: Reader): number {
  const { token } = reader;
  const named = PRIORITIES[token.text];
  if (named === undefined) return reader.number('a priority');
  reader.next();
  if (reader.take('+')) return named + reader.number();
  if (reader.take('-')) return named - reader.number();
  return named;
}

function setPolicy(reader: Reader, body: ChainBody): void {
  const { text, place } = reader.word();
  if (text !== 'accept' && text !== 'drop') throw new NftError(`syntax error, unexpected ${text}`, place);
  if (!body.base) throw new NftError('chain has no hook for a policy', place);
  body.base.policy = text;
}
