import type { DataType } from './datatypes.ts';
import type { Interval } from './interval.ts';

export const FAMILIES = ['ip', 'ip6', 'inet', 'arp', 'bridge', 'netdev'] as const;
export type Family = (typeof FAMILIES)[number];

export const HOOKS = ['ingress', 'prerouting', 'input', 'forward', 'output', 'postrouting'] as const;
export type Hook = (typeof HOOKS)[number];

/** All that nft holds on a machine. */
export type Ruleset = Map<string, Table>;

export interface Table {
  family: Family;
  name: string;
  comment?: string;
  sets: Map<string, NamedSet>;
  chains: Map<string, Chain>;
  /** The last handle in use. */
  handles: number;
}

export interface SetElement extends Interval {
  timeoutMs?: number;
  /** Milliseconds of the machine's clock. */
  expiresAt?: number;
  comment?: string;
}

export interface NamedSet {
  name: string;
  type: DataType;
  flags: string[];
  autoMerge: boolean;
  timeoutMs?: number;
  comment?: string;
  /** Sorted, without overlap. */
  elements: SetElement[];
}

export interface BaseChain {
  type: 'filter' | 'nat' | 'route';
  hook: Hook;
  priority: number;
  policy: 'accept' | 'drop';
}

export interface Chain {
  name: string;
  base?: BaseChain;
  comment?: string;
  handle: number;
  rules: Rule[];
}

export interface Rule {
  handle: number;
  statements: Statement[];
  comment?: string;
}

export type Verdict = 'accept' | 'drop' | 'return' | 'continue' | { jump: string } | { goto: string };

export type Operator = '==' | '!=' | '<' | '>' | '<=' | '>=';

/** The right side of a match: values written out, or a named set. */
export type Operand = { values: Interval[]; braces: boolean } | { set: string };

export type Statement =
  | { kind: 'match'; key: string; operator: Operator; operand: Operand }
  | { kind: 'vmap'; key: string; entries: { value: Interval; verdict: Verdict }[] }
  | { kind: 'cgroup'; level: number; path: string; operator: '==' | '!=' }
  | LimitStatement
  | CounterStatement
  | { kind: 'log'; options: string }
  | { kind: 'verdict'; verdict: Verdict }
  | { kind: 'reject'; how: string };

export interface CounterStatement {
  kind: 'counter';
  packets: number;
  bytes: number;
}

export interface LimitStatement {
  kind: 'limit';
  over: boolean;
  rate: number;
  unit: 'second' | 'minute' | 'hour' | 'day';
  burst: number;
  /** Packets that may pass now, as of `at`. */
  tokens?: number;
  at?: number;
}

export function tableKey(family: Family, name: string): string {
  return `${family} ${name}`;
}

/** A copy to change: counters and limiters stay the same objects, so that they keep counting. */
export function cloneRuleset(ruleset: Ruleset): Ruleset {
  return new Map(
    [...ruleset].map(([key, table]) => [
      key,
      {
        ...table,
        sets: new Map([...table.sets].map(([name, set]) => [name, { ...set, elements: [...set.elements] }])),
        chains: new Map(
          [...table.chains].map(([name, chain]) => [name, { ...chain, rules: [...chain.rules] }]),
        ),
      },
    ]),
  );
}
