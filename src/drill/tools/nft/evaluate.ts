import { nameNumber } from './datatypes.ts';
import { find, type Interval } from './interval.ts';
import { passes } from './limiter.ts';
import type { Chain, Operand, Operator, Rule, Ruleset, Statement, Table, Verdict } from './model.ts';
import type { Packet } from './packet.ts';

export type PacketVerdict = 'accept' | 'reject' | 'drop';

type Step = PacketVerdict | 'return' | 'continue' | { jump: string } | { goto: string };

const PACKET_BYTES = 60;
const TCP = 6n;
const CT_STATES = { established: 2n, new: 8n } as const;

/** Sends a packet through every base chain of its hook, in order of priority: a drop is final, an accept is not. */
export function evaluate(ruleset: Ruleset, packet: Packet, now: number): PacketVerdict {
  for (const { table, chain } of baseChains(ruleset, packet)) {
    const verdict = runChain(table, chain, packet, now, 0) ?? chain.base!.policy;
    if (verdict !== 'accept') return verdict;
  }
  return 'accept';
}

function baseChains(ruleset: Ruleset, packet: Packet): { table: Table; chain: Chain }[] {
  const family = packet.family === 4 ? 'ip' : 'ip6';
  const found: { table: Table; chain: Chain }[] = [];
  for (const table of ruleset.values()) {
    if (table.family !== 'inet' && table.family !== family) continue;
    for (const chain of table.chains.values()) {
      if (chain.base?.hook === packet.hook && chain.base.type !== 'nat') found.push({ table, chain });
    }
  }
  return found.sort((a, b) => a.chain.base!.priority - b.chain.base!.priority);
}

/** Undefined where the chain's end is reached. */
function runChain(
  table: Table,
  chain: Chain,
  packet: Packet,
  now: number,
  depth: number,
): PacketVerdict | undefined {
  // The kernel takes sixteen jumps; a loop is refused there, and ends here.
  if (depth > 16) return 'drop';
  for (const rule of chain.rules) {
    const step = runRule(table, rule, packet, now);
    if (step === 'continue') continue;
    if (step === 'return') return undefined;
    if (typeof step === 'string') return step;
    const target = table.chains.get('jump' in step ? step.jump : step.goto)!;
    const verdict = runChain(table, target, packet, now, depth + 1);
    if (verdict || 'goto' in step) return verdict;
  }
  return undefined;
}

function runRule(table: Table, rule: Rule, packet: Packet, now: number): Step {
  for (const statement of rule.statements) {
    switch (statement.kind) {
      case 'match':
        if (!matches(table, statement.key, statement.operator, statement.operand, packet, now))
          return 'continue';
        break;
      case 'cgroup':
        if (!inCgroup(statement, packet)) return 'continue';
        break;
      case 'limit':
        if (!passes(statement, now)) return 'continue';
        break;
      case 'counter':
        statement.packets += 1;
        statement.bytes += PACKET_BYTES;
        break;
      case 'vmap': {
        const value = read(statement.key, packet);
        const entry =
          value === undefined ? undefined : statement.entries.find((one) => within(one.value, value));
        if (!entry) return 'continue';
        return entry.verdict;
      }
      case 'verdict':
        return statement.verdict satisfies Verdict;
      case 'reject':
        return 'reject';
      case 'log':
        break;
    }
  }
  return 'continue';
}

function matches(
  table: Table,
  key: string,
  operator: Operator,
  operand: Operand,
  packet: Packet,
  now: number,
): boolean {
  const value = read(key, packet);
  // Another protocol or family: not even `!=` matches.
  if (value === undefined) return false;
  if (operator === '==' || operator === '!=') {
    const element =
      'set' in operand
        ? find(table.sets.get(operand.set)?.elements ?? [], value)
        : find(operand.values, value);
    const expired = element && 'expiresAt' in element && Number(element.expiresAt) <= now;
    return (element !== undefined && !expired) === (operator === '==');
  }
  if ('set' in operand) return false;
  const bound = operand.values[0]!;
  if (operator === '<') return value < bound.lo;
  if (operator === '<=') return value <= bound.hi;
  if (operator === '>') return value > bound.hi;
  return value >= bound.lo;
}

/** The packet's value for a key; undefined where it has none. */
function read(key: string, packet: Packet): bigint | undefined {
  const four = packet.family === 4;
  switch (key) {
    case 'ip saddr':
    case 'ct original ip saddr':
      return four ? packet.saddr : undefined;
    case 'ip daddr':
    case 'ct original ip daddr':
      return four ? packet.daddr : undefined;
    case 'ip6 saddr':
    case 'ct original ip6 saddr':
      return four ? undefined : packet.saddr;
    case 'ip6 daddr':
    case 'ct original ip6 daddr':
      return four ? undefined : packet.daddr;
    case 'ip protocol':
      return four ? TCP : undefined;
    case 'ip6 nexthdr':
      return four ? undefined : TCP;
    case 'meta l4proto':
      return TCP;
    case 'meta nfproto':
      return four ? 2n : 10n;
    case 'tcp sport':
    case 'th sport':
      return BigInt(packet.sport);
    case 'tcp dport':
    case 'th dport':
      return BigInt(packet.dport);
    case 'tcp flags':
      // A connection's first packet, or one of those after it.
      return packet.state === 'new' ? 2n : 16n;
    case 'ct state':
      return CT_STATES[packet.state];
    case 'iif':
    case 'iifname':
      return /input|prerouting/.test(packet.hook) ? nameNumber(packet.device) : undefined;
    case 'oif':
    case 'oifname':
      return /output|postrouting/.test(packet.hook) ? nameNumber(packet.device) : undefined;
    case 'meta mark':
      return 0n;
    case 'meta skuid':
      // All processes of a lab node are root's.
      return /output|postrouting/.test(packet.hook) ? 0n : undefined;
    default:
      return undefined;
  }
}

function inCgroup(statement: Extract<Statement, { kind: 'cgroup' }>, packet: Packet): boolean {
  if (packet.cgroup === undefined) return false;
  const ancestor = packet.cgroup.split('/').filter(Boolean).slice(0, statement.level).join('/');
  return (ancestor === statement.path.replace(/^\/|\/$/g, '')) === (statement.operator === '==');
}

function within(interval: Interval, value: bigint): boolean {
  return interval.lo <= value && value <= interval.hi;
}
