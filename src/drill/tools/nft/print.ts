import { dataType } from './datatypes.ts';
import { keyType } from './keys.ts';
import type { Chain, NamedSet, Rule, Ruleset, SetElement, Statement, Table, Verdict } from './model.ts';
import { formatPriority } from './priority.ts';

export interface PrintOptions {
  handles: boolean;
  numeric: boolean;
  /** Without counters' values. */
  stateless: boolean;
  /** Without sets' elements. */
  terse: boolean;
  now: number;
}

export function printRuleset(ruleset: Ruleset, options: PrintOptions): string {
  return [...ruleset.values()].map((table) => printTable(table, options)).join('');
}

export function printTable(
  table: Table,
  options: PrintOptions,
  only: { sets?: NamedSet[]; chains?: Chain[] } = {
    sets: [...table.sets.values()],
    chains: [...table.chains.values()],
  },
): string {
  const parts = [
    ...(only.sets ?? []).map((set) => printSet(set, options)),
    ...(only.chains ?? []).map((chain) => printChain(chain, options)),
  ];
  const comment = table.comment === undefined ? '' : `\tcomment "${table.comment}"\n`;
  return `table ${table.family} ${table.name} {\n${comment}${parts.join('\n')}}\n`;
}

function printSet(set: NamedSet, options: PrintOptions): string {
  const lines = [`type ${set.type}`];
  if (set.flags.length > 0) lines.push(`flags ${set.flags.join(',')}`);
  if (set.timeoutMs !== undefined) lines.push(`timeout ${formatSpan(set.timeoutMs)}`);
  if (set.comment !== undefined) lines.push(`comment "${set.comment}"`);
  if (set.autoMerge) lines.push('auto-merge');
  const live = set.elements.filter(
    (element) => (element.expiresAt ?? Number.POSITIVE_INFINITY) > options.now,
  );
  if (live.length > 0 && !options.terse)
    lines.push(`elements = { ${printElements(set, live, options.now)} }`);
  return `\tset ${set.name} {\n${lines.map((line) => `\t\t${line}\n`).join('')}\t}\n`;
}

// nft breaks the list after so many elements of a type.
const PER_LINE: Partial<Record<NamedSet['type'], number>> = { ipv4_addr: 2, ipv6_addr: 1 };

function printElements(set: NamedSet, elements: SetElement[], now: number): string {
  const perLine = PER_LINE[set.type] ?? 5;
  const { format } = dataType(set.type);
  return elements
    .map((element, index) => {
      const timeout = element.timeoutMs === undefined ? '' : ` timeout ${formatSpan(element.timeoutMs)}`;
      const left = element.expiresAt === undefined ? '' : ` expires ${formatSpan(element.expiresAt - now)}`;
      const comment = element.comment === undefined ? '' : ` comment "${element.comment}"`;
      const end = index === elements.length - 1 ? '' : (index + 1) % perLine === 0 ? ',\n\t\t\t     ' : ', ';
      return `${format(element)}${timeout}${left}${comment}${end}`;
    })
    .join('');
}

function printChain(chain: Chain, options: PrintOptions): string {
  const handle = options.handles ? ` # handle ${chain.handle}` : '';
  const { base } = chain;
  const head: string[] = [];
  if (chain.comment !== undefined) head.push(`comment "${chain.comment}"`);
  if (base) {
    const priority = formatPriority(base.priority, options.numeric);
    head.push(`type ${base.type} hook ${base.hook} priority ${priority}; policy ${base.policy};`);
  }
  const rules = chain.rules.map(
    (rule) => `${printRule(rule, options)}${options.handles ? ` # handle ${rule.handle}` : ''}`,
  );
  return `\tchain ${chain.name} {${handle}\n${[...head, ...rules].map((line) => `\t\t${line}\n`).join('')}\t}\n`;
}

export function printRule(rule: Rule, options: Pick<PrintOptions, 'stateless'>): string {
  const comment = rule.comment === undefined ? [] : [`comment "${rule.comment}"`];
  return [...rule.statements.map((statement) => printStatement(statement, options)), ...comment].join(' ');
}

function printStatement(statement: Statement, options: Pick<PrintOptions, 'stateless'>): string {
  switch (statement.kind) {
    case 'match':
      return printMatch(statement);
    case 'vmap': {
      const { format } = dataType(keyType(statement.key));
      const entries = statement.entries.map(
        ({ value, verdict }) => `${format(value)} : ${printVerdict(verdict)}`,
      );
      return `${statement.key} vmap { ${entries.join(', ')} }`;
    }
    case 'cgroup':
      return `socket cgroupv2 level ${statement.level} ${statement.operator === '!=' ? '!= ' : ''}"${statement.path}"`;
    case 'limit': {
      const burst = statement.burst === 5 ? '' : ` burst ${statement.burst} packets`;
      return `limit rate ${statement.over ? 'over ' : ''}${statement.rate}/${statement.unit}${burst}`;
    }
    case 'counter':
      return options.stateless ? 'counter' : `counter packets ${statement.packets} bytes ${statement.bytes}`;
    case 'log':
      return `log${statement.options}`;
    case 'verdict':
      return printVerdict(statement.verdict);
    case 'reject':
      return statement.how === '' ? 'reject' : `reject with ${statement.how}`;
  }
}

function printMatch({ key, operator, operand }: Extract<Statement, { kind: 'match' }>): string {
  const left = operator === '==' ? key : `${key} ${operator}`;
  if ('set' in operand) return `${left} @${operand.set}`;
  const { format } = dataType(keyType(key));
  const values = operand.values.map(format);
  return `${left} ${operand.braces ? `{ ${values.join(', ')} }` : values.join(',')}`;
}

function printVerdict(verdict: Verdict): string {
  if (typeof verdict === 'string') return verdict;
  return 'jump' in verdict ? `jump ${verdict.jump}` : `goto ${verdict.goto}`;
}

function formatSpan(ms: number): string {
  const parts: string[] = [];
  let left = Math.max(0, Math.round(ms));
  for (const [unit, size] of [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1000],
    ['ms', 1],
  ] as const) {
    if (left >= size) parts.push(`${Math.floor(left / size)}${unit}`);
    left %= size;
  }
  return parts.join('') || '0s';
}
