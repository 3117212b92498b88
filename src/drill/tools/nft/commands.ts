import type { Place } from './error.ts';
import type { BaseChain, Family, Rule } from './model.ts';
import type { RawElement } from './parse-values.ts';

/** A thing's name, and where it stands for the mark under it. */
export interface Name {
  text: string;
  place: Place;
}

export interface SetBody {
  type: Name | undefined;
  flags: string[];
  autoMerge: boolean;
  timeoutMs?: number;
  comment?: string;
  elements: RawElement[];
}

export interface ChainBody {
  base?: BaseChain;
  comment?: string;
  rules: { rule: Rule; place: Place }[];
}

export interface TableBody {
  comment?: string;
  sets: { name: Name; body: SetBody }[];
  chains: { name: Name; body: ChainBody }[];
}

export type Make = 'add' | 'create';
/** A table by family and name. */
export interface TableRef {
  family: Family;
  table: Name;
}

export type Command =
  | ({ do: 'table'; make: Make; body: TableBody } & TableRef)
  | ({ do: 'chain'; make: Make; name: Name; body: ChainBody } & TableRef)
  | ({ do: 'set'; make: Make; name: Name; body: SetBody } & TableRef)
  | ({ do: 'rule'; at: 'end' | 'start'; chain: Name; rule: Rule; place: Place } & TableRef)
  | ({ do: 'element'; set: Name; elements: RawElement[] } & TableRef)
  | ({ do: 'delete-table' } & TableRef)
  | ({ do: 'delete-chain'; name: Name } & TableRef)
  | ({ do: 'delete-set'; name: Name } & TableRef)
  | ({ do: 'delete-rule'; chain: Name; handle: number; place: Place } & TableRef)
  | ({ do: 'delete-element'; set: Name; elements: RawElement[] } & TableRef)
  | { do: 'flush-ruleset'; family?: Family }
  | ({ do: 'flush-table' } & TableRef)
  | ({ do: 'flush-chain'; name: Name } & TableRef)
  | ({ do: 'flush-set'; name: Name } & TableRef)
  | ({ do: 'get-element'; set: Name; elements: RawElement[]; place: Place } & TableRef)
  | { do: 'list-ruleset' | 'list-tables' | 'list-chains' | 'list-sets'; family?: Family }
  | ({ do: 'list-table' } & TableRef)
  | ({ do: 'list-chain'; name: Name } & TableRef)
  | ({ do: 'list-set'; name: Name } & TableRef);
