import { createHash } from 'node:crypto';
import type { Tag } from '@aws-sdk/client-ec2';
import { type Entry, entryText } from './entries.ts';

/**
 * A rule in the cloud has no timer as a node has: what was changed carries these tags, so that anybody sees whose it is
 * and until when, without a journal.
 */
export const RUN_TAG = 'fireaxe:run';
export const UNTIL_TAG = 'fireaxe:until';
/** Which entries of a network ACL are ours, by number and content. */
export const RULES_TAG = 'fireaxe:rules';

export interface Lease {
  run: string;
  until: string;
  rules?: string;
}

export function leaseOf(tags: Tag[] | undefined): Lease | undefined {
  const value = (key: string) => tags?.find((tag) => tag.Key === key)?.Value;
  const run = value(RUN_TAG);
  if (run === undefined) return undefined;
  const rules = value(RULES_TAG);
  return { run, until: value(UNTIL_TAG) ?? '', ...(rules !== undefined && { rules }) };
}

export function leaseTags({ run, until, rules }: Lease): Record<string, string> {
  return { [RUN_TAG]: run, [UNTIL_TAG]: until, ...(rules !== undefined && { [RULES_TAG]: rules }) };
}

/** `2:1f0a9c`: the number of an entry, and the beginning of a digest of the rest. */
export function markOf(entry: Entry): string {
  const digest = createHash('sha256').update(entryText(entry)).digest('hex');
  return `${entry.number}:${digest.slice(0, 6)}`;
}

export function marksIn(lease: Lease | undefined): string[] {
  return lease?.rules?.split(' ').filter(Boolean) ?? [];
}

/** What to know of clients that others keep away already: the fence is theirs, and so is its end. */
export function fencedBy(all: (Tag[] | undefined)[], own: string): string {
  const leases = all.map(leaseOf).filter((lease) => lease !== undefined && lease.run !== own);
  const [lease] = leases;
  return lease ? `; fenced by ${lease.run}, until ${lease.until}: its undo lets them in` : '';
}
