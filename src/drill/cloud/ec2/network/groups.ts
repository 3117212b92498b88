import { CloudError } from '../../errors.ts';
import { listOf, type QueryParameters, required } from '../../query/parameters.ts';
import type { QueryOperations } from '../../query/service.ts';
import type { ServiceDeps } from '../../service.ts';
import { ACCOUNT } from '../describe.ts';
import { dryRunEnds } from '../dry-run.ts';
import { filtered, tagSet, tagValues } from './filter.ts';
import type { CloudGroup, CloudGroupRule, Tags } from './world.ts';

/** Security groups and their rules, each with an id of its own. */
export function groupOperations({ world }: ServiceDeps): QueryOperations {
  const all = () => world.network?.groups ?? [];
  const one = (parameters: QueryParameters) => {
    const id = required(parameters, 'GroupId');
    const group = all().find((each) => each.id === id);
    if (!group) throw new CloudError('InvalidGroup.NotFound', `The security group '${id}' does not exist`);
    return group;
  };
  let made = 0;
  return {
    DescribeSecurityGroups: (parameters) => ({
      securityGroupInfo: filtered(parameters, all(), (group) => ({
        'group-id': [group.id],
        'vpc-id': [group.vpc],
        ...tagValues(group.tags),
      })).map(({ id, vpc, name, tags }) => ({
        groupId: id,
        vpcId: vpc,
        groupName: name,
        ownerId: ACCOUNT,
        tagSet: tagSet(tags),
      })),
    }),
    DescribeSecurityGroupRules: (parameters) => ({
      securityGroupRuleSet: filtered(
        parameters,
        all().flatMap((group) => group.rules.map((rule) => ({ group, rule }))),
        ({ group, rule }) => ({
          'group-id': [group.id],
          'security-group-rule-id': [rule.id],
          ...tagValues(rule.tags),
        }),
      ).map(({ group, rule }) => ruleValue(group, rule)),
    }),
    RevokeSecurityGroupIngress: (parameters) => {
      const group = one(parameters);
      const ids = listOf(parameters, 'SecurityGroupRuleId');
      dryRunEnds(parameters);
      for (const id of ids)
        if (!group.rules.some((rule) => rule.id === id && !rule.egress))
          throw new CloudError(
            'InvalidSecurityGroupRuleId.NotFound',
            `The security group rule ID '${id}' does not exist`,
          );
      group.rules = group.rules.filter((rule) => !ids.includes(rule.id));
      return { return: true };
    },
    AuthorizeSecurityGroupIngress: (parameters) => {
      const group = one(parameters);
      dryRunEnds(parameters);
      made += 1;
      const rule = { ...newRule(parameters), id: `sgr-made${String(made).padStart(13, '0')}` };
      if (group.rules.some((each) => !each.egress && peerOf(each) === peerOf(rule)))
        throw new CloudError('InvalidPermission.Duplicate', 'the specified rule already exists');
      group.rules.push(rule);
      return { return: true, securityGroupRuleSet: [ruleValue(group, rule)] };
    },
  };
}

/** What makes two rules the same: all but id, description and tags. */
function peerOf({ protocol, from, to, cidr, cidr6, prefixList, group }: CloudGroupRule): string {
  return [protocol, from, to, cidr, cidr6, prefixList, group].join(' ');
}

function newRule(parameters: QueryParameters): Omit<CloudGroupRule, 'id'> {
  const of = (name: string) => parameters.get(`IpPermissions.1.${name}`);
  const peers = {
    cidr: 'IpRanges.1.CidrIp',
    cidr6: 'Ipv6Ranges.1.CidrIpv6',
    prefixList: 'PrefixListIds.1.PrefixListId',
    group: 'Groups.1.GroupId',
  };
  const [kind, name] = Object.entries(peers).find(([, each]) => of(each) !== undefined) ?? [];
  if (!kind || !name) throw new CloudError('InvalidParameterValue', 'The rule has no source');
  const description = of(name.replace(/[^.]*$/, 'Description'));
  const tags: Tags = {};
  for (let n = 1; parameters.has(`TagSpecification.1.Tag.${n}.Key`); n++)
    tags[parameters.get(`TagSpecification.1.Tag.${n}.Key`)!] =
      parameters.get(`TagSpecification.1.Tag.${n}.Value`) ?? '';
  return {
    egress: false,
    protocol: of('IpProtocol') ?? '-1',
    from: Number(of('FromPort') ?? -1),
    to: Number(of('ToPort') ?? -1),
    [kind]: of(name),
    ...(description !== undefined && { description }),
    tags,
  };
}

function ruleValue(group: CloudGroup, rule: CloudGroupRule) {
  return {
    securityGroupRuleId: rule.id,
    groupId: group.id,
    groupOwnerId: ACCOUNT,
    isEgress: rule.egress,
    ipProtocol: rule.protocol,
    fromPort: rule.from,
    toPort: rule.to,
    cidrIpv4: rule.cidr,
    cidrIpv6: rule.cidr6,
    prefixListId: rule.prefixList,
    referencedGroupInfo: rule.group
      ? { groupId: rule.group, userId: ACCOUNT, ...(rule.peer && { vpcId: rule.peer }) }
      : undefined,
    description: rule.description,
    tagSet: tagSet(rule.tags),
  };
}
