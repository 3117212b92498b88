import type { SecurityGroupRule } from '@aws-sdk/client-ec2';
import type { NetworkApi } from '../../aws/network-api.ts';
import { blocks, covers, merged, overlaps } from './cidr.ts';
import type { Job } from './job.ts';
import { addressesIn, balancersIn, blocksOf, type Site } from './site.ts';

/** How security groups admit to one API server. */
export interface Admission {
  /** Inbound rules of its groups that are about a port of the API. */
  rules: SecurityGroupRule[];
  groups: string[];
  /** Blocks of the customer's own prefix lists. */
  lists: Map<string, string[]>;
  /** Groups in which the fleet's clients are. */
  clients: Set<string>;
  /** Groups of peers, in which clients of other VPCs may be: their members cannot be read here. */
  peers: Set<string>;
  /** What must get through: addresses and networks, and each address of the VPC in one of them, with its groups. */
  kept: Map<string, Set<string>>;
  /** Those of them that are load balancers'. */
  balancers: Set<string>;
}

export async function readAdmission(site: Site, job: Job): Promise<Admission> {
  const { ec2 } = job;
  const groups = (site.instance.SecurityGroups ?? []).flatMap(({ GroupId }) => GroupId ?? []);
  const all = groups.length > 0 ? await ec2.groupRules({ 'group-id': groups }) : [];
  const rules = all.filter((rule) => rule.IsEgress !== true && reaches(rule, site.ports));
  const lists = new Map<string, string[]>();
  for (const id of new Set(rules.flatMap((rule) => rule.PrefixListId ?? [])))
    lists.set(
      id,
      (await ec2.prefixEntries(id)).flatMap(({ Cidr }) => Cidr ?? []),
    );
  const byGroup = rules.some((rule) => rule.ReferencedGroupInfo !== undefined);
  // Without its health checks, no client gets in by a balancer.
  const balancers = new Set(await balancersIn(site, job));
  const kept = await keptGroups(site, job, [...site.keep, ...balancers], byGroup);
  const clients = byGroup ? await clientGroups(ec2, site) : new Set<string>();
  return { rules, groups, lists, kept, balancers, clients, peers: peersIn(rules, site) };
}

/** None where all networks to keep away are in the VPC. */
function peersIn(rules: SecurityGroupRule[], { away, subnets, vpc }: Site): Set<string> {
  const own = merged(subnets.flatMap(blocksOf));
  if (away.every((cidr) => own.some((block) => covers(block, cidr)))) return new Set();
  const far = rules.filter(({ ReferencedGroupInfo: of }) => of?.VpcId !== undefined && of.VpcId !== vpc);
  return new Set(far.flatMap(({ ReferencedGroupInfo }) => ReferencedGroupInfo?.GroupId ?? []));
}

/** The groups of everything that has an address in the networks to keep away, pods included. */
async function clientGroups(ec2: NetworkApi, { subnets, away }: Site): Promise<Set<string>> {
  const within = subnets.filter((one) => blocksOf(one).some((b) => away.some((cidr) => overlaps(b, cidr))));
  if (within.length === 0) return new Set();
  const members = await ec2.interfaces({ 'subnet-id': within.map(({ SubnetId }) => SubnetId!) });
  const clients = members.filter(({ PrivateIpAddress: ip }) => ip && away.some((cidr) => covers(cidr, ip)));
  return new Set(clients.flatMap(({ Groups = [] }) => Groups.flatMap(({ GroupId }) => GroupId ?? [])));
}

async function keptGroups(
  site: Site,
  job: Job,
  keep: string[],
  byGroup: boolean,
): Promise<Admission['kept']> {
  const kept: Admission['kept'] = new Map(keep.map((cidr) => [cidr, new Set()]));
  const within = byGroup
    ? site.subnets.filter((one) => blocksOf(one).some((block) => keep.some((cidr) => overlaps(block, cidr))))
    : [];
  if (within.length === 0) return kept;
  const ids = within.map(({ SubnetId }) => SubnetId!);
  for (const member of await job.ec2.interfaces({ 'subnet-id': ids }))
    for (const address of blocks(addressesIn(member)))
      if (keep.some((cidr) => covers(cidr, address)))
        kept.set(address, new Set((member.Groups ?? []).flatMap(({ GroupId }) => GroupId ?? [])));
  return kept;
}

/** Whether a rule admits at one of the ports. */
function reaches({ IpProtocol, FromPort = -1, ToPort = -1 }: SecurityGroupRule, ports: number[]): boolean {
  if (IpProtocol === '-1') return true;
  return IpProtocol === 'tcp' && ports.some((port) => FromPort <= port && port <= ToPort);
}
