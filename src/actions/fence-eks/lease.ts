import { createHash } from 'node:crypto';
import type { Cluster } from '@aws-sdk/client-eks';
import type { BeforeState } from '../../node/types.ts';
import { CloudError } from '../cloud/side.ts';
import { blocks } from '../fence-network/cidr.ts';
import { leasedTo } from '../fence-network/job.ts';
import { type Lease, leaseOf, leaseTags } from '../fence-network/lease.ts';
import { type Hands, listIn } from './endpoint.ts';

/** The former list, so that the fence can be removed without a journal; in several tags where one is too short. */
const FORMER_TAG = 'fireaxe:former';
const OURS = /^fireaxe:(run|until|rules|former(-\d+)?)$/;
const LONGEST_TAG = 256;

export interface EksLease extends Lease {
  /** Networks that were let in before. */
  former: string[];
}

/** The tags of the cluster say whose fence it has, and until when. */
export function leaseOn({ tags = {} }: Cluster): EksLease | undefined {
  const lease = leaseOf(Object.entries(tags).map(([Key, Value]) => ({ Key, Value })));
  const parts = Object.keys(tags).filter((key) => key.startsWith(FORMER_TAG));
  const former = parts.sort(byNumber).flatMap((key) => listIn(tags[key]));
  return lease && { ...lease, former };
}

const numberOf = (key: string) => Number(key.slice(FORMER_TAG.length + 1) || 1);
const byNumber = (a: string, b: string) => numberOf(a) - numberOf(b);

/** The other run whose fence the cluster has. */
export function otherHolder(cluster: Cluster, { context }: Pick<Hands, 'context'>): string | undefined {
  const lease = leaseOn(cluster);
  return lease && lease.run !== context.runId ? lease.run : undefined;
}

/** Before the list is changed: whatever is changed has a lease. */
export async function takeLease(cluster: Cluster, before: BeforeState, hands: Hands): Promise<void> {
  const { api, name, context, signal } = hands;
  const lease = leaseOn(cluster);
  if (lease?.run === context.runId) return;
  if (lease) throw new CloudError('leased', leasedTo(name, lease.run).note);
  const own = { run: context.runId, until: before.until!, rules: markOf(listIn(before.fenced)) };
  await api.tag(cluster.arn!, { ...leaseTags(own), ...formerTags(listIn(before.former)) }, signal);
}

export async function endLease(cluster: Cluster, { api, context, signal }: Hands): Promise<void> {
  if (leaseOn(cluster)?.run !== context.runId) return;
  const keys = Object.keys(cluster.tags ?? {}).filter((key) => OURS.test(key));
  await api.untag(cluster.arn!, keys, signal);
}

/** Names a list, in whatever order and notation. */
export function markOf(cidrs: string[]): string {
  const text = blocks(cidrs).sort().join(' ');
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

function formerTags(cidrs: string[]): Record<string, string> {
  const parts: string[] = [];
  for (const cidr of cidrs) {
    const longer = `${parts.at(-1) ?? ''} ${cidr}`.trim();
    if (parts.length > 0 && longer.length <= LONGEST_TAG) parts.splice(-1, 1, longer);
    else parts.push(cidr);
  }
  return Object.fromEntries(parts.map((part, n) => [n === 0 ? FORMER_TAG : `${FORMER_TAG}-${n + 1}`, part]));
}
