import type { NetworkAcl, Subnet } from '@aws-sdk/client-ec2';
import type { BeforeState } from '../../node/types.ts';
import { CloudError } from '../cloud/side.ts';
import { covers, merged, overlaps } from './cidr.ts';
import {
  DEFAULT_QUOTA,
  type Entry,
  entryText,
  familyField,
  foundText,
  isOurs,
  numbered,
  planEntries,
  readEntry,
} from './entries.ts';
import { errorNamed, type Hands, leasedTo } from './job.ts';
import { fencedBy, leaseOf, leaseTags, markOf, marksIn, RULES_TAG, RUN_TAG, UNTIL_TAG } from './lease.ts';
import { balancersIn, blocksOf, cutsOwnWay, type Site } from './site.ts';
import type { Way } from './way.ts';

const LONGEST_TAG = 256;

/**
 * Entries of the subnet's network ACL. They are stateless, so that running connections are cut at once. Only packets
 * that enter the subnet are filtered: what is denied inbound needs no entry outbound.
 */
export const nacl: Way = {
  name: 'nacl',

  async plan(site, job) {
    const { ec2, context, params } = job;
    const [acl] = await ec2.acls({ 'association.subnet-id': [site.subnet.SubnetId!] });
    if (!acl?.NetworkAclId)
      return { refusal: { code: 'gone', note: 'EC2 shows no network ACL of the subnet' } };
    const id = acl.NetworkAclId;
    const lease = leaseOf(acl.Tags);
    const under = subnetsOf(acl, site);
    const serving = under.filter((subnet) => hasServer(subnet, site));
    // Inside one subnet nothing is filtered.
    const away = site.away.filter((cidr) =>
      serving.some((one) => !blocksOf(one).some((b) => covers(b, cidr))),
    );
    if (away.length === 0)
      return {
        refusal: {
          code: 'same-subnet',
          note: `a network ACL does not filter inside a subnet, and the clients are in that of the API server, ${site.subnet.SubnetId}`,
        },
      };
    const others = under.filter((subnet) => !serving.includes(subnet));
    if (others.length > 0 && !params.shared)
      return {
        refusal: {
          code: 'shared',
          note: `${id} also filters ${named(others)}, where port ${site.ports.join(', ')} would be closed to these clients, too`,
        },
      };
    const own = await cutsOwnWay(site, job, ({ subnets }) =>
      subnets.some((subnet) => under.some(({ SubnetId }) => SubnetId === subnet)),
    );
    if (own) return { refusal: own };
    const balancers = (await balancersIn(site, job)).filter((b) =>
      site.away.some((cidr) => overlaps(cidr, b)),
    );
    const keep = merged([...site.keep, ...balancers]);
    const plan = planEntries(acl.Entries ?? [], { away, keep, ports: site.ports });
    if ('code' in plan) return { refusal: plan };
    const { entries } = plan;
    if (entries.length === 0)
      return {
        nothing: `${id} lets none of ${away.join(', ')} in at port ${site.ports.join(', ')}${fencedBy([acl.Tags], context.runId)}`,
      };
    if (lease && lease.run !== context.runId) return { refusal: leasedTo(id, lease.run) };
    if ([...marksIn(lease), ...entries.map(markOf)].join(' ').length > LONGEST_TAG)
      return {
        refusal: { code: 'no-room', note: `${entries.length} entries are more than a lease can name` },
      };
    const total = numbered(acl.Entries ?? []).length + entries.length;
    const within = site.away.filter((cidr) => !away.includes(cidr));
    const notes = [
      `${id} gets ${entries.map((entry) => `${entry.number} ${entryText(entry)}`).join('; ')}, before rule ${plan.before}`,
      ...(total > DEFAULT_QUOTA
        ? [`${total} inbound rules are more than the default quota of ${DEFAULT_QUOTA}`]
        : []),
      ...(within.length > 0 ? [`not filtered, as inside the API servers' subnet: ${within.join(', ')}`] : []),
      ...(others.length > 0 ? [`also filters ${named(others)}`] : []),
    ];
    return {
      before: {
        with: 'nacl',
        acl: id,
        subnet: site.subnet.SubnetId!,
        ...Object.fromEntries(entries.map((entry) => [`entry.${entry.number}`, entryText(entry)])),
        ...Object.fromEntries(
          numbered(acl.Entries ?? []).map((entry) => [`former.${entry.RuleNumber}`, foundText(entry)]),
        ),
      },
      note: notes.join('; '),
      calls: {
        // Each is harmless even where DryRun is not heeded: the rule exists, and the other does not.
        CreateNetworkAclEntry: (dry) =>
          ec2.createEntry(inputOf(id, { ...entries[0]!, number: plan.before! }), dry),
        DeleteNetworkAclEntry: (dry) => ec2.deleteEntry(id, entries[0]!.number, dry),
        CreateTags: (dry) => ec2.tag(id, { [RUN_TAG]: context.runId }, dry),
        DeleteTags: (dry) => ec2.untag(id, [RUN_TAG], dry),
      },
    };
  },

  async apply(before, job) {
    const { ec2, context } = job;
    const acl = await read(before, job);
    const id = before.acl!;
    const lease = leaseOf(acl.Tags);
    if (lease && lease.run !== context.runId) throw new CloudError('leased', leasedTo(id, lease.run).note);
    const entries = entriesOf(before);
    const rules = [...new Set([...marksIn(lease), ...entries.map(markOf)])].join(' ');
    // The lease comes first: whatever is made has one.
    if (lease?.rules !== rules)
      await ec2.tag(id, leaseTags({ run: context.runId, until: before.until!, rules }));
    for (const entry of entries) {
      const there = acl.Entries?.find((one) => !one.Egress && one.RuleNumber === entry.number);
      if (there && isOurs(there, entry)) continue;
      if (there) throw taken(id, entry);
      await ec2.createEntry(inputOf(id, entry)).catch(async (error: unknown) => {
        if (errorNamed(error, /^NetworkAclEntryAlreadyExists/)) {
          // The answer to an earlier attempt may have been lost.
          const now = (await read(before, job)).Entries?.find(
            (one) => !one.Egress && one.RuleNumber === entry.number,
          );
          if (now && !isOurs(now, entry)) throw taken(id, entry);
          return;
        }
        if (!errorNamed(error, /^NetworkAclEntryLimitExceeded/)) throw error;
        await nacl.undo(before, job);
        throw new CloudError(
          'no-room',
          `${id} has reached its quota of entries: what was added is removed again`,
        );
      });
    }
  },

  async tags(before, job) {
    return [[before.acl!, (await read(before, job)).Tags]];
  },

  async held(before, job) {
    const acl = await read(before, job);
    const ours = entriesOf(before);
    const there = ours.filter((entry) => acl.Entries?.some((one) => !one.Egress && isOurs(one, entry)));
    return there.length === ours.length ? 'all' : there.length > 0 ? 'part' : 'none';
  },

  async idle(before, job) {
    const { Associations = [] } = await read(before, job);
    if (!before.subnet || Associations.some(({ SubnetId }) => SubnetId === before.subnet)) return undefined;
    return `${before.acl} no longer filters ${before.subnet}`;
  },

  async undo(before, job) {
    const { ec2, context } = job;
    const acl = await read(before, job);
    const id = before.acl!;
    const left: string[] = [];
    // Denials first: what must be let in is let in all the time.
    for (const entry of entriesOf(before).reverse()) {
      const there = acl.Entries?.find((one) => !one.Egress && one.RuleNumber === entry.number);
      if (!there) continue;
      if (!isOurs(there, entry)) {
        left.push(`rule ${entry.number} of ${id} is now ${foundText(there)}`);
        continue;
      }
      await ec2.deleteEntry(id, entry.number).catch((error: unknown) => {
        if (!errorNamed(error, /^InvalidNetworkAclEntry\.NotFound/)) throw error;
      });
    }
    const lease = leaseOf(acl.Tags);
    if (lease?.run !== context.runId) return left;
    const gone = new Set(entriesOf(before).map(markOf));
    const rules = marksIn(lease).filter((mark) => !gone.has(mark));
    if (rules.length > 0) await ec2.tag(id, { [RULES_TAG]: rules.join(' ') });
    else await ec2.untag(id, [RUN_TAG, UNTIL_TAG, RULES_TAG]);
    return left;
  },
};

async function read(before: BeforeState, { ec2 }: Hands): Promise<NetworkAcl> {
  const acl = await ec2.acl(before.acl!);
  if (!acl) throw new CloudError('gone', `EC2 has no network ACL ${before.acl}`);
  return acl;
}

function entriesOf(before: BeforeState): Entry[] {
  return Object.entries(before)
    .filter(([key]) => key.startsWith('entry.'))
    .map(([key, text]) => readEntry(key.slice('entry.'.length), text))
    .sort((a, b) => a.number - b.number);
}

function inputOf(acl: string, { number, action, port, cidr }: Entry) {
  return { acl, number, action, port, source: familyField(cidr) };
}

function taken(acl: string, { number }: Entry): CloudError {
  return new CloudError('changed-since', `somebody else has made rule ${number} of ${acl} since the check`);
}

function subnetsOf(acl: NetworkAcl, site: Site): Subnet[] {
  const ids = new Set(acl.Associations?.map(({ SubnetId }) => SubnetId));
  return site.subnets.filter(({ SubnetId }) => ids.has(SubnetId));
}

function hasServer(subnet: Subnet, { servers, subnet: own }: Site): boolean {
  return (
    subnet.SubnetId === own.SubnetId ||
    servers.some((address) => blocksOf(subnet).some((block) => covers(block, address)))
  );
}

function named(subnets: Subnet[]): string {
  const ids = subnets.map(({ SubnetId }) => SubnetId);
  return ids.length > 4 ? `${ids.slice(0, 3).join(', ')} and ${ids.length - 3} more subnets` : ids.join(', ');
}
