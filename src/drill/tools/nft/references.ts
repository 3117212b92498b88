import { dataType } from './datatypes.ts';
import { NftError, type Place } from './error.ts';
import { keyType } from './keys.ts';
import type { Rule, Statement, Table, Verdict } from './model.ts';

/** A rule may refer only to existing sets and chains, and to sets of the right type. */
export function checkRule(table: Table, rule: Rule, place: Place): void {
  for (const statement of rule.statements) {
    const name = setIn(statement);
    const set = name === undefined ? undefined : table.sets.get(name);
    if (name !== undefined && !set) throw new NftError('No such file or directory', place);
    if (set && statement.kind === 'match' && set.type !== keyType(statement.key)) {
      const expected = dataType(keyType(statement.key)).title;
      const found = dataType(set.type).title;
      throw new NftError(`datatype mismatch, expected ${expected}, expression has type ${found}`, place);
    }
    for (const chain of chainsIn(statement)) {
      if (!table.chains.has(chain)) {
        throw new NftError('Could not process rule: No such file or directory', place);
      }
    }
  }
}

export function usesSet(table: Table, name: string): boolean {
  return statementsOf(table).some((statement) => setIn(statement) === name);
}

export function usesChain(table: Table, name: string): boolean {
  return statementsOf(table).some((statement) => chainsIn(statement).includes(name));
}

function statementsOf(table: Table): Statement[] {
  return [...table.chains.values()].flatMap((chain) => chain.rules.flatMap((rule) => rule.statements));
}

function setIn(statement: Statement): string | undefined {
  return statement.kind === 'match' && 'set' in statement.operand ? statement.operand.set : undefined;
}

function chainsIn(statement: Statement): string[] {
  const verdicts: Verdict[] =
    statement.kind === 'verdict'
      ? [statement.verdict]
      : statement.kind === 'vmap'
        ? statement.entries.map((entry) => entry.verdict)
        : [];
  return verdicts.flatMap((verdict) =>
    typeof verdict === 'string' ? [] : ['jump' in verdict ? verdict.jump : verdict.goto],
  );
}
