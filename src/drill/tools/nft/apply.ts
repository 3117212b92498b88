import type { ChainBody, Command, Name, SetBody, TableRef } from './commands.ts';
import { isDataType } from './datatypes.ts';
import { addElements, removeElements } from './elements.ts';
import { NftError } from './error.ts';
import { type Chain, type NamedSet, type Rule, type Ruleset, type Table, tableKey } from './model.ts';
import { checkRule, usesChain, usesSet } from './references.ts';

/** Changes the ruleset as one command says. The caller hands in a copy and throws it away at an error. */
export function apply(ruleset: Ruleset, command: Command, now: number): void {
  switch (command.do) {
    case 'table': {
      const table = makeTable(ruleset, command, command.make === 'create');
      if (command.body.comment !== undefined) table.comment = command.body.comment;
      for (const { name, body } of command.body.sets) addSet(table, name, body, false, now);
      for (const { name, body } of command.body.chains) addChain(table, name, { ...body, rules: [] }, false);
      for (const { name, body } of command.body.chains) addRules(table, table.chains.get(name.text)!, body);
      return;
    }
    case 'chain': {
      const table = tableOf(ruleset, command);
      addRules(table, addChain(table, command.name, command.body, command.make === 'create'), command.body);
      return;
    }
    case 'set':
      addSet(tableOf(ruleset, command), command.name, command.body, command.make === 'create', now);
      return;
    case 'rule': {
      const table = tableOf(ruleset, command);
      insert(table, chainOf(table, command.chain), command.rule, command);
      return;
    }
    case 'element':
      addElements(setOf(tableOf(ruleset, command), command.set), command.elements, now);
      return;
    case 'delete-element':
      removeElements(setOf(tableOf(ruleset, command), command.set), command.elements);
      return;
    case 'delete-table':
      tableOf(ruleset, command);
      ruleset.delete(tableKey(command.family, command.table.text));
      return;
    case 'delete-chain': {
      const table = tableOf(ruleset, command);
      const chain = chainOf(table, command.name);
      if (chain.rules.length > 0 || usesChain(table, chain.name)) throw busy(command.name);
      table.chains.delete(chain.name);
      return;
    }
    case 'delete-set': {
      const table = tableOf(ruleset, command);
      const set = setOf(table, command.name);
      if (usesSet(table, set.name)) throw busy(command.name);
      table.sets.delete(set.name);
      return;
    }
    case 'delete-rule': {
      const chain = chainOf(tableOf(ruleset, command), command.chain);
      const index = chain.rules.findIndex((rule) => rule.handle === command.handle);
      if (index < 0) throw new NftError('Could not process rule: No such file or directory', command.place);
      chain.rules.splice(index, 1);
      return;
    }
    case 'flush-ruleset':
      for (const [key, table] of ruleset) {
        if (command.family === undefined || table.family === command.family) ruleset.delete(key);
      }
      return;
    case 'flush-table':
      for (const chain of tableOf(ruleset, command).chains.values()) chain.rules = [];
      return;
    case 'flush-chain':
      chainOf(tableOf(ruleset, command), command.name).rules = [];
      return;
    case 'flush-set':
      setOf(tableOf(ruleset, command), command.name).elements = [];
      return;
  }
}

function makeTable(ruleset: Ruleset, { family, table: name }: TableRef, fresh: boolean): Table {
  const key = tableKey(family, name.text);
  const known = ruleset.get(key);
  if (known && fresh) throw new NftError('Could not process rule: File exists', name.place);
  const table = known ?? { family, name: name.text, sets: new Map(), chains: new Map(), handles: 0 };
  ruleset.set(key, table);
  return table;
}

export function tableOf(ruleset: Ruleset, { family, table }: TableRef): Table {
  return ruleset.get(tableKey(family, table.text)) ?? missing(table, true);
}

export function chainOf(table: Table, name: Name): Chain {
  return table.chains.get(name.text) ?? missing(name, true);
}

export function setOf(table: Table, name: Name): NamedSet {
  return table.sets.get(name.text) ?? missing(name, false);
}

/** Messages of the kernel begin otherwise than those of nft itself. */
export function missing(name: Name, byKernel: boolean): never {
  throw new NftError(`${byKernel ? 'Could not process rule: ' : ''}No such file or directory`, name.place);
}

function busy(name: Name): NftError {
  return new NftError('Could not process rule: Device or resource busy', name.place);
}

function addSet(table: Table, name: Name, body: SetBody, fresh: boolean, now: number): void {
  const known = table.sets.get(name.text);
  if (known && fresh) throw new NftError('Could not process rule: File exists', name.place);
  if (!body.type) throw new NftError('set definition does not specify key', name.place);
  const type = body.type.text;
  if (!isDataType(type)) throw new NftError(`syntax error, unknown type ${type}`, body.type.place);
  if (known && known.type !== type) throw new NftError('Could not process rule: File exists', name.place);
  const set: NamedSet = known ?? {
    name: name.text,
    type,
    flags: body.flags,
    autoMerge: body.autoMerge,
    elements: [],
    ...(body.timeoutMs !== undefined && { timeoutMs: body.timeoutMs }),
    ...(body.comment !== undefined && { comment: body.comment }),
  };
  table.sets.set(set.name, set);
  addElements(set, body.elements, now);
}

function addChain(table: Table, name: Name, body: ChainBody, fresh: boolean): Chain {
  const known = table.chains.get(name.text);
  if (known && fresh) throw new NftError('Could not process rule: File exists', name.place);
  if (known) {
    if (body.base && known.base) known.base = { ...known.base, policy: body.base.policy };
    return known;
  }
  table.handles += 1;
  const chain: Chain = {
    name: name.text,
    handle: table.handles,
    rules: [],
    ...(body.base && { base: body.base }),
    ...(body.comment !== undefined && { comment: body.comment }),
  };
  table.chains.set(chain.name, chain);
  return chain;
}

function addRules(table: Table, chain: Chain, body: ChainBody): void {
  for (const { rule, place } of body.rules) insert(table, chain, rule, { at: 'end', place });
}

function insert(
  table: Table,
  chain: Chain,
  rule: Rule,
  { at, place }: { at: 'start' | 'end'; place: NonNullable<NftError['place']> },
): void {
  checkRule(table, rule, place);
  table.handles += 1;
  const placed = { ...rule, handle: table.handles };
  if (at === 'start') chain.rules.unshift(placed);
  else chain.rules.push(placed);
}
