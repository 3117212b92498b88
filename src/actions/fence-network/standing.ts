import type { NetworkAcl, TagDescription } from '@aws-sdk/client-ec2';
import { withOurKeys } from '../../aws/errors.ts';
import type { NetworkApi } from '../../aws/network-api.ts';
import type { CloudProfile } from '../../kit/types.ts';
import { cidrOf, type Entry } from './entries.ts';
import { type Lease, leaseOf, markOf, marksIn, RULES_TAG, RUN_TAG, UNTIL_TAG } from './lease.ts';

/** What a fence changes, as EC2 calls it. Other things that a run has made carry the same tags. */
const KINDS = ['network-acl', 'prefix-list', 'security-group'];

/** A lease that stands in the cloud. */
export interface StandingLease extends Lease {
  id: string;
  kind: string;
  expired: boolean;
}

/** The leases of an account and region, by their tags: one call for all kinds of things. */
export async function standingLeases(ec2: Pick<NetworkApi, 'tags'>, now: Date): Promise<StandingLease[]> {
  const tags = await ec2.tags({ key: [RUN_TAG, UNTIL_TAG, RULES_TAG], 'resource-type': KINDS });
  const things = new Map<string, TagDescription[]>();
  for (const tag of tags) things.set(tag.ResourceId!, [...(things.get(tag.ResourceId!) ?? []), tag]);
  return [...things]
    .flatMap(([id, of]) => {
      const lease = leaseOf(of);
      // A run that was killed while it removed the tags may leave one alone.
      if (!lease?.until) return [];
      const expired = Date.parse(lease.until) <= now.getTime();
      return [{ ...lease, id, kind: of[0]!.ResourceType ?? '', expired }];
    })
    .sort((a, b) => (a.until < b.until ? -1 : 1));
}

/** What a lease names in a network ACL: an entry counts only if number and content are those of the tag. */
export function entriesOf(acl: NetworkAcl, lease: Lease): Entry[] {
  const marks = new Set(marksIn(lease));
  const made = (acl.Entries ?? []).flatMap((entry): Entry[] => {
    const { RuleNumber: number, RuleAction: action, PortRange } = entry;
    if (entry.Egress || number === undefined || action === undefined || PortRange?.From === undefined)
      return [];
    return [{ number, action, cidr: cidrOf(entry), port: PortRange.From }];
  });
  return made.filter((entry) => marks.has(markOf(entry)));
}

/** The commands of AWS's own tool that remove it. */
export function removalOf(acl: NetworkAcl, lease: Lease, cloud: CloudProfile): string[] {
  const id = acl.NetworkAclId!;
  // Denials first: what must be let in is let in all the time.
  const ours = entriesOf(acl, lease).sort((a, b) => b.number - a.number);
  const commands = [
    ...ours.map(
      ({ number }) =>
        `aws ec2 delete-network-acl-entry --network-acl-id ${id} --ingress --rule-number ${number}`,
    ),
    `aws ec2 delete-tags --resources ${id} --tags ${[RUN_TAG, UNTIL_TAG, RULES_TAG].map((key) => `Key=${key}`).join(' ')}`,
  ];
  return commands.map((command) => withOurKeys(command, cloud));
}
