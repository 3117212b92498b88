import ipaddr from 'ipaddr.js';
import { CloudError } from '../../errors.ts';
import { listOf, type QueryParameters, required } from '../../query/parameters.ts';
import type { QueryOperations } from '../../query/service.ts';
import type { ServiceDeps } from '../../service.ts';
import { ACCOUNT } from '../describe.ts';
import { dryRunEnds } from '../dry-run.ts';
import { filtered, tagSet, tagValues } from './filter.ts';
import type { CloudAcl, CloudAclEntry } from './world.ts';

const DEFAULT_ENTRIES = 20;
const HIGHEST = 32_766;

/** Network ACLs and their entries. */
export function aclOperations({ world }: ServiceDeps): QueryOperations {
  const all = () => world.network?.acls ?? [];
  const find = (id: string) => {
    const acl = all().find((each) => each.id === id);
    if (!acl)
      throw new CloudError('InvalidNetworkAclID.NotFound', `The networkAcl ID '${id}' does not exist`);
    return acl;
  };
  const named = (ids: string[]) => (ids.length > 0 ? ids.map(find) : all());
  const one = (parameters: QueryParameters) => find(required(parameters, 'NetworkAclId'));
  return {
    DescribeNetworkAcls: (parameters) => ({
      networkAclSet: filtered(parameters, named(listOf(parameters, 'NetworkAclId')), (acl) => ({
        'network-acl-id': [acl.id],
        'vpc-id': [acl.vpc],
        'association.subnet-id': acl.subnets,
        ...tagValues(acl.tags),
      })).map(aclValue),
    }),
    CreateNetworkAclEntry: (parameters) => {
      const acl = one(parameters);
      const entry = entryOf(parameters);
      dryRunEnds(parameters);
      const same = acl.entries.filter((each) => each.egress === entry.egress);
      if (same.some((each) => each.number === entry.number))
        throw new CloudError(
          'NetworkAclEntryAlreadyExists',
          `The network acl entry identified by ${entry.number} already exists.`,
        );
      const most = world.network?.entriesPerAcl ?? DEFAULT_ENTRIES;
      if (same.filter((each) => each.number <= HIGHEST).length >= most)
        throw new CloudError(
          'NetworkAclEntryLimitExceeded',
          'The maximum number of network acl entries has been reached.',
        );
      acl.entries.push(entry);
      acl.entries.sort((a, b) => Number(b.egress) - Number(a.egress) || a.number - b.number);
      return { return: true };
    },
    DeleteNetworkAclEntry: (parameters) => {
      const acl = one(parameters);
      const number = Number(required(parameters, 'RuleNumber'));
      const egress = parameters.get('Egress') === 'true';
      dryRunEnds(parameters);
      const at = acl.entries.findIndex((each) => each.number === number && each.egress === egress);
      if (at < 0)
        throw new CloudError(
          'InvalidNetworkAclEntry.NotFound',
          `The ${egress ? 'egress' : 'ingress'} entry with rule number ${number} does not exist in network ACL ${acl.id}`,
        );
      acl.entries.splice(at, 1);
      return { return: true };
    },
  };
}

function entryOf(parameters: QueryParameters): CloudAclEntry {
  const cidr = parameters.get('CidrBlock') ?? required(parameters, 'Ipv6CidrBlock');
  const from = parameters.get('PortRange.From');
  const to = parameters.get('PortRange.To');
  const number = Number(required(parameters, 'RuleNumber'));
  if (!(number >= 1 && number <= HIGHEST))
    throw new CloudError('InvalidParameterValue', `Invalid rule number ${number}`);
  return {
    number,
    egress: parameters.get('Egress') === 'true',
    action: required(parameters, 'RuleAction') as CloudAclEntry['action'],
    protocol: required(parameters, 'Protocol'),
    cidr: asStored(cidr),
    ...(from !== undefined && { from: Number(from) }),
    ...(to !== undefined && { to: Number(to) }),
  };
}

/** EC2 keeps a block by its first address. */
function asStored(cidr: string): string {
  const family = cidr.includes(':') ? ipaddr.IPv6 : ipaddr.IPv4;
  return `${family.networkAddressFromCIDR(cidr).toString()}/${cidr.split('/')[1]}`;
}

function aclValue(acl: CloudAcl) {
  return {
    networkAclId: acl.id,
    vpcId: acl.vpc,
    ownerId: ACCOUNT,
    default: false,
    associationSet: acl.subnets.map((subnetId) => ({
      networkAclAssociationId: `aclassoc-${subnetId}`,
      networkAclId: acl.id,
      subnetId,
    })),
    entrySet: acl.entries.map(({ number, egress, action, protocol, cidr, from, to }) => ({
      ruleNumber: number,
      protocol,
      ruleAction: action,
      egress,
      ...(cidr.includes(':') ? { ipv6CidrBlock: cidr } : { cidrBlock: cidr }),
      portRange: from === undefined ? undefined : { from, to },
    })),
    tagSet: tagSet(acl.tags),
  };
}
