import type { NetworkAclEntry } from '@aws-sdk/client-ec2';
import { covers, isV6, overlaps } from './cidr.ts';

/** An inbound entry of a network ACL, as EC2 describes it. */
export type Found = NetworkAclEntry;

/** An inbound entry as Fireaxe makes them: TCP, one port. */
export interface Entry {
  number: number;
  action: 'allow' | 'deny';
  cidr: string;
  port: number;
}

/** The entries `*` have numbers above this. */
const HIGHEST = 32_766;

export const DEFAULT_QUOTA = 20;

export interface Wanted {
  /** Networks to keep away. */
  away: string[];
  /** Addresses that must still be let in. */
  keep: string[];
  ports: number[];
}

export type EntryPlan = { entries: Entry[]; before?: number } | { code: 'no-room' | 'own-way'; note: string };

/**
 * The entries that keep the networks away: EC2 takes the first one that matches, so ours need numbers below the first
 * ALLOW that matches. What is let in now and must stay so comes first; what is denied already needs no entry.
 */
export function planEntries(found: Found[], { away, keep, ports }: Wanted): EntryPlan {
  const present = numbered(found);
  const denies = pairs(away, ports).filter(({ cidr, port }) => judged(present, cidr, port) !== 'denied');
  const allows: Omit<Entry, 'number'>[] = [];
  for (const { cidr, port } of pairs(keep, ports)) {
    if (!denies.some((deny) => deny.port === port && overlaps(deny.cidr, cidr))) continue;
    const now = judged(present, cidr, port);
    if (now === 'mixed')
      return { code: 'own-way', note: `only part of ${cidr}, which must be let in, is let in now` };
    if (now === 'allowed') allows.push({ action: 'allow', cidr, port });
  }
  const ours = [...allows, ...denies.map((deny) => ({ action: 'deny' as const, ...deny }))];
  if (denies.length === 0) return { entries: [] };
  const lowest = Math.min(
    ...present
      .filter((entry) => entry.RuleAction === 'allow' && denies.some((d) => matches(entry, d.cidr, d.port)))
      .map((entry) => entry.RuleNumber!),
  );
  const taken = new Set(present.map((entry) => entry.RuleNumber));
  const free = Array.from({ length: Math.min(lowest - 1, 1000) }, (_, n) => n + 1).filter(
    (n) => !taken.has(n),
  );
  if (free.length < ours.length)
    return {
      code: 'no-room',
      note: `${ours.length} rule numbers are needed below rule ${lowest}, the first that lets these clients in, and ${free.length} are free`,
    };
  return { entries: ours.map((entry, n) => ({ number: free[n]!, ...entry })), before: lowest };
}

/** Inbound entries but the last one, `*`. */
export function numbered(found: Found[]): Found[] {
  return found
    .filter((entry) => !entry.Egress && (entry.RuleNumber ?? HIGHEST + 1) <= HIGHEST)
    .sort((a, b) => a.RuleNumber! - b.RuleNumber!);
}

/** What the entries do to a network as a whole, in their order. */
function judged(present: Found[], cidr: string, port: number): 'allowed' | 'denied' | 'mixed' {
  let denied = false;
  for (const entry of present) {
    if (!matches(entry, cidr, port)) continue;
    const all = covers(cidrOf(entry), cidr);
    if (entry.RuleAction === 'deny') {
      if (all) return 'denied';
      denied = true;
    } else return all && !denied ? 'allowed' : 'mixed';
  }
  return 'denied';
}

function matches(entry: Found, cidr: string, port: number): boolean {
  if (entry.Protocol !== '-1' && entry.Protocol !== '6') return false;
  const { From = 0, To = 65_535 } = entry.PortRange ?? {};
  const any = entry.Protocol === '-1';
  return (any || (From <= port && port <= To)) && overlaps(cidrOf(entry), cidr);
}

export function cidrOf(entry: Found): string {
  return entry.CidrBlock ?? entry.Ipv6CidrBlock ?? '';
}

/** Whether the entry is the one that we would make. */
export function isOurs(entry: Found, ours: Entry): boolean {
  return (
    entry.RuleNumber === ours.number &&
    entry.RuleAction === ours.action &&
    entry.Protocol === '6' &&
    cidrOf(entry) === ours.cidr &&
    entry.PortRange?.From === ours.port &&
    entry.PortRange.To === ours.port
  );
}

/** As people read it, and as the before-state has it: `deny tcp 6443 10.0.1.0/24`. */
export function entryText({ action, port, cidr }: Omit<Entry, 'number'>): string {
  return `${action} tcp ${port} ${cidr}`;
}

export function readEntry(number: string, text: string): Entry {
  const [action, , port, cidr] = text.split(' ');
  return {
    number: Number(number),
    action: action === 'allow' ? 'allow' : 'deny',
    port: Number(port),
    cidr: cidr ?? '',
  };
}

/** Any inbound entry, for the record. */
export function foundText(entry: Found): string {
  const protocol =
    entry.Protocol === '6' ? 'tcp' : entry.Protocol === '17' ? 'udp' : (entry.Protocol ?? '-1');
  const { From, To } = entry.PortRange ?? {};
  const ports = From === undefined ? 'all' : From === To ? String(From) : `${From}-${To}`;
  return `${entry.RuleAction} ${protocol === '-1' ? 'all' : protocol} ${ports} ${cidrOf(entry)}`;
}

/** EC2 has a field of its own for each family. */
export function familyField(cidr: string): { CidrBlock: string } | { Ipv6CidrBlock: string } {
  return isV6(cidr) ? { Ipv6CidrBlock: cidr } : { CidrBlock: cidr };
}

function pairs(cidrs: string[], ports: number[]): { cidr: string; port: number }[] {
  return ports.flatMap((port) => cidrs.map((cidr) => ({ cidr, port })));
}
