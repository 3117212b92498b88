import { missing, setOf } from './apply.ts';
import type { Command, TableRef } from './commands.ts';
import { NftError } from './error.ts';
import { find } from './interval.ts';
import { type Family, type Ruleset, type Table, tableKey } from './model.ts';
import { elementOf } from './parse-values.ts';
import { type PrintOptions, printRuleset, printTable } from './print.ts';

/** What a listing command prints; undefined for a command that changes something. */
export function list(ruleset: Ruleset, command: Command, options: PrintOptions): string | undefined {
  switch (command.do) {
    case 'list-ruleset':
      return printRuleset(only(ruleset, command.family), options);
    case 'list-tables':
      return tables(ruleset, command.family)
        .map((table) => `table ${table.family} ${table.name}\n`)
        .join('');
    case 'list-chains':
      return tables(ruleset, command.family)
        .map((table) => {
          const chains = [...table.chains.values()].map((chain) => ({ ...chain, rules: [] }));
          // nft lists them without empty lines between.
          return printTable({ ...table, sets: new Map() }, options, { chains }).replaceAll('\n\n', '\n');
        })
        .join('');
    case 'list-sets':
      return tables(ruleset, command.family)
        .map((table) => printTable(table, options, { sets: [...table.sets.values()] }))
        .join('');
    case 'list-table':
      return printTable(known(ruleset, command), options);
    case 'list-chain': {
      const chain = known(ruleset, command).chains.get(command.name.text) ?? missing(command.name, false);
      return printTable(bare(known(ruleset, command)), options, { chains: [chain] });
    }
    case 'list-set': {
      const set = setOf(known(ruleset, command), command.name);
      return printTable(bare(known(ruleset, command)), options, { sets: [set] });
    }
    case 'get-element': {
      const table = known(ruleset, command);
      const set = setOf(table, command.set);
      const elements = command.elements.map((raw) => {
        const wanted = elementOf(raw, set.type);
        const found = find(set.elements, wanted.lo);
        if (found && found.hi >= wanted.hi) return found;
        throw new NftError('Could not process rule: No such file or directory', command.place);
      });
      return printTable(bare(table), options, { sets: [{ ...set, elements }] });
    }
    default:
      return undefined;
  }
}

function known(ruleset: Ruleset, ref: TableRef): Table {
  return ruleset.get(tableKey(ref.family, ref.table.text)) ?? missing(ref.table, false);
}

/** A listing of one object leaves out the table's own attributes. */
function bare(table: Table): Table {
  const { comment: _, ...rest } = table;
  return rest;
}

function tables(ruleset: Ruleset, family: Family | undefined): Table[] {
  return [...only(ruleset, family).values()];
}

function only(ruleset: Ruleset, family: Family | undefined): Ruleset {
  return family === undefined
    ? ruleset
    : new Map([...ruleset].filter(([, table]) => table.family === family));
}
