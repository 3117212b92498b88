import type { Command, Make, TableRef } from './commands.ts';
import { lex, Reader } from './lexer.ts';
import { FAMILIES, type Family } from './model.ts';
import { readChainBody, readName, readSetBody, readTableBody } from './parse-blocks.ts';
import { readRule } from './parse-rule.ts';
import { readElements } from './parse-values.ts';

/** Reads a whole file or command line. Throws NftError at the first word outside this subset of nft. */
export function parse(text: string): Command[] {
  const reader = new Reader(lex(text));
  const commands: Command[] = [];
  for (;;) {
    reader.skipEnds();
    if (reader.done) return commands;
    commands.push(readCommand(reader));
    if (reader.token.kind !== 'end') reader.unexpected();
  }
}

function readCommand(reader: Reader): Command {
  if (reader.take('add')) return readAdd(reader, 'add');
  if (reader.take('create')) return readAdd(reader, 'create');
  if (reader.take('insert')) {
    reader.expect('rule');
    return readRuleCommand(reader, 'start');
  }
  if (reader.take('delete')) return readDelete(reader);
  if (reader.take('flush')) return readFlush(reader);
  if (reader.take('list')) return readList(reader);
  if (reader.take('get')) {
    reader.expect('element');
    const ref = readTableRef(reader);
    const set = readName(reader);
    return { do: 'get-element', ...ref, set, ...readElements(reader) };
  }
  // A block stands for adding what is in it.
  return reader.token.text === 'table' ? readAdd(reader, 'add') : reader.unexpected();
}

function readFamily(reader: Reader): Family | undefined {
  return FAMILIES.find((family) => reader.take(family));
}

function readTableRef(reader: Reader): TableRef {
  const family = readFamily(reader) ?? 'ip';
  return { family, table: readName(reader) };
}

function readAdd(reader: Reader, make: Make): Command {
  if (reader.take('table')) {
    const ref = readTableRef(reader);
    return { do: 'table', make, ...ref, body: readTableBody(reader) };
  }
  if (reader.take('chain')) {
    const ref = readTableRef(reader);
    return { do: 'chain', make, ...ref, name: readName(reader), body: readChainBody(reader) };
  }
  if (reader.take('set')) {
    const ref = readTableRef(reader);
    return { do: 'set', make, ...ref, name: readName(reader), body: readSetBody(reader) };
  }
  if (reader.take('element')) {
    const ref = readTableRef(reader);
    const set = readName(reader);
    return { do: 'element', ...ref, set, elements: readElements(reader).elements };
  }
  reader.expect('rule');
  return readRuleCommand(reader, 'end');
}

function readRuleCommand(reader: Reader, at: 'start' | 'end'): Command {
  const ref = readTableRef(reader);
  const chain = readName(reader);
  const { place } = reader.token;
  return { do: 'rule', at, ...ref, chain, rule: readRule(reader), place };
}

function readDelete(reader: Reader): Command {
  if (reader.take('table')) return { do: 'delete-table', ...readTableRef(reader) };
  if (reader.take('chain')) return { do: 'delete-chain', ...readTableRef(reader), name: readName(reader) };
  if (reader.take('set')) return { do: 'delete-set', ...readTableRef(reader), name: readName(reader) };
  if (reader.take('element')) {
    const ref = readTableRef(reader);
    const set = readName(reader);
    return { do: 'delete-element', ...ref, set, elements: readElements(reader).elements };
  }
  reader.expect('rule');
  const ref = readTableRef(reader);
  const chain = readName(reader);
  reader.expect('handle');
  const { place } = reader.token;
  return { do: 'delete-rule', ...ref, chain, handle: reader.number(), place };
}

function readFlush(reader: Reader): Command {
  if (reader.take('ruleset')) return { do: 'flush-ruleset', ...optionalFamily(reader) };
  if (reader.take('table')) return { do: 'flush-table', ...readTableRef(reader) };
  if (reader.take('chain')) return { do: 'flush-chain', ...readTableRef(reader), name: readName(reader) };
  reader.expect('set');
  return { do: 'flush-set', ...readTableRef(reader), name: readName(reader) };
}

function readList(reader: Reader): Command {
  for (const all of ['ruleset', 'tables', 'chains', 'sets'] as const) {
    if (reader.take(all)) return { do: `list-${all}`, ...optionalFamily(reader) };
  }
  if (reader.take('table')) return { do: 'list-table', ...readTableRef(reader) };
  if (reader.take('chain')) return { do: 'list-chain', ...readTableRef(reader), name: readName(reader) };
  reader.expect('set');
  return { do: 'list-set', ...readTableRef(reader), name: readName(reader) };
}

function optionalFamily(reader: Reader): { family?: Family } {
  const family = readFamily(reader);
  return family ? { family } : {};
}
