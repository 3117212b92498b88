import type { SecurityGroupRule, Tag } from '@aws-sdk/client-ec2';
import type { BeforeState } from '../../node/types.ts';
import { CloudError } from '../cloud/side.ts';
import { readAdmission } from './admission.ts';
import { covers } from './cidr.ts';
import { endLease, takeLease } from './group-lease.ts';
import {
  admitsClients,
  isOnlyFor,
  noneAdmitted,
  ruleText,
  sharedWith,
  shutOut,
  stillAdmitted,
} from './group-rules.ts';
import { errorNamed, type Hands, leasedTo } from './job.ts';
import { leaseOf, RUN_TAG } from './lease.ts';
import { cutsOwnWay } from './site.ts';
import type { Way } from './way.ts';

/** Inbound rules of the API server's security groups, removed by their ids. Connections that are open stay open. */
export const securityGroup: Way = {
  name: 'security-group',
  undone: 'the rules have new ids',

  async plan(site, job) {
    const { ec2, params, context } = job;
    const { away, ports } = site;
    const now = await readAdmission(site, job);
    const admitting = now.rules.filter((rule) => admitsClients(rule, away, now));
    if (admitting.length === 0) {
      const groups = now.groups.length > 0 ? await ec2.groups({ 'group-id': now.groups }) : [];
      return { nothing: noneAdmitted(now, site, groups, context) };
    }
    const removable = admitting.filter((rule) => {
      const cidr = rule.CidrIpv4 ?? rule.CidrIpv6;
      const narrow = cidr === undefined || away.some((network) => covers(network, cidr));
      const known =
        rule.PrefixListId === undefined && !now.peers.has(rule.ReferencedGroupInfo?.GroupId ?? '');
      return isOnlyFor(rule, ports) && narrow && known;
    });
    const rest = admitting.filter((rule) => !removable.includes(rule));
    if (rest.length > 0) return { refusal: { code: 'no-rule', note: stillAdmitted(rest) } };
    const then = { ...now, rules: now.rules.filter((rule) => !removable.includes(rule)) };
    const lost = shutOut(now, then, removable.map(ruleText).join(', '), params.shared);
    if (lost) return { refusal: lost };
    const groups = [...new Set(removable.map(({ GroupId }) => GroupId!))];
    const own = await cutsOwnWay(site, job, (endpoint) => endpoint.groups.some((id) => groups.includes(id)));
    if (own) return { refusal: own };
    const others = params.shared ? '' : await sharedWith(groups, site, job);
    if (others) return { refusal: { code: 'shared', note: others } };
    for (const { GroupId, Tags } of await ec2.groups({ 'group-id': groups })) {
      const lease = leaseOf(Tags);
      if (lease && lease.run !== context.runId) return { refusal: leasedTo(GroupId!, lease.run) };
    }
    const [first] = removable;
    return {
      before: {
        with: 'security-group',
        ...Object.fromEntries(removable.map((rule) => [`rule.${rule.SecurityGroupRuleId}`, textOf(rule)])),
      },
      note: `remove ${removable.map(ruleText).join(', ')} of ${groups.join(', ')}; connections that are open stay open`,
      calls: {
        RevokeSecurityGroupIngress: (dry) => ec2.revoke(first!.GroupId!, [first!.SecurityGroupRuleId!], dry),
        AuthorizeSecurityGroupIngress: (dry) => ec2.authorize(inputOf(first!), dry),
        CreateTags: (dry) => ec2.tag(groups[0]!, { [RUN_TAG]: context.runId }, dry),
        DeleteTags: (dry) => ec2.untag(groups[0]!, [RUN_TAG], dry),
      },
    };
  },

  async apply(before, job) {
    for (const [group, rules] of byGroup(before)) {
      const present = await presentIn(group, job);
      const left = rules.filter((rule) => present.some((one) => isSame(one, rule)));
      const changed = rules.find((rule) => present.some((one) => hasId(one, rule) && !isSame(one, rule)));
      if (changed)
        throw new CloudError(
          'changed-since',
          `somebody else has changed ${changed.SecurityGroupRuleId} since the check`,
        );
      await takeLease(group, await tagsOf(group, job), before, job);
      for (const { SecurityGroupRuleId: id } of left)
        await job.ec2.revoke(group, [id!]).catch((error: unknown) => {
          // The answer to an earlier attempt may have been lost.
          if (!errorNamed(error, /^InvalidSecurityGroupRuleId\.NotFound/)) throw error;
        });
    }
  },

  async tags(before, job) {
    return Promise.all([...byGroup(before).keys()].map(async (id) => [id, await tagsOf(id, job)] as const));
  },

  async held(before, job) {
    let there = 0;
    let all = 0;
    for (const [group, rules] of byGroup(before)) {
      const present = await presentIn(group, job);
      all += rules.length;
      there += rules.filter((rule) => present.some((one) => hasId(one, rule) || isSameBut(one, rule))).length;
    }
    return there === 0 ? 'all' : there === all ? 'none' : 'part';
  },

  async undo(before, job) {
    const left: string[] = [];
    for (const [group, rules] of byGroup(before)) {
      const present = await presentIn(group, job);
      for (const rule of rules) {
        const same = present.find((one) => hasId(one, rule)) ?? present.find((one) => isSameBut(one, rule));
        if (!same)
          await job.ec2.authorize(inputOf(rule)).catch((error: unknown) => {
            if (!errorNamed(error, /^InvalidPermission\.Duplicate/)) throw error;
          });
        else if (textOf(same) !== textOf(rule)) left.push(`${ruleText(same)} in place of ${ruleText(rule)}`);
      }
      await endLease(group, await tagsOf(group, job), job);
    }
    return left;
  },
};

async function presentIn(group: string, { ec2 }: Hands): Promise<SecurityGroupRule[]> {
  return (await ec2.groupRules({ 'group-id': [group] })).filter((rule) => rule.IsEgress !== true);
}

async function tagsOf(group: string, { ec2 }: Hands): Promise<Tag[] | undefined> {
  const [found] = await ec2.groups({ 'group-id': [group] });
  if (!found) throw new CloudError('gone', `EC2 has no security group ${group}`);
  return found.Tags;
}

/** All fields that EC2 lets a rule be made with. */
function textOf(rule: SecurityGroupRule): string {
  const { GroupId, IpProtocol, FromPort, ToPort, CidrIpv4, CidrIpv6, PrefixListId, Description } = rule;
  const { GroupId: from, UserId, VpcPeeringConnectionId } = rule.ReferencedGroupInfo ?? {};
  const peer = from && { GroupId: from, UserId, VpcPeeringConnectionId };
  const tags = (rule.Tags ?? [])
    .map(({ Key, Value }) => ({ Key, Value }))
    .sort((a, b) => (a.Key! < b.Key! ? -1 : 1));
  return JSON.stringify({
    GroupId,
    IpProtocol,
    FromPort,
    ToPort,
    CidrIpv4,
    CidrIpv6,
    PrefixListId,
    ReferencedGroupInfo: peer,
    Description: Description || undefined,
    ...(tags.length > 0 && { Tags: tags }),
  });
}

function byGroup(before: BeforeState): Map<string, SecurityGroupRule[]> {
  const groups = new Map<string, SecurityGroupRule[]>();
  for (const [key, text] of Object.entries(before)) {
    if (!key.startsWith('rule.')) continue;
    const rule = {
      SecurityGroupRuleId: key.slice('rule.'.length),
      ...(JSON.parse(text) as SecurityGroupRule),
    };
    groups.set(rule.GroupId!, [...(groups.get(rule.GroupId!) ?? []), rule]);
  }
  return groups;
}

const hasId = (one: SecurityGroupRule, rule: SecurityGroupRule) =>
  one.SecurityGroupRuleId === rule.SecurityGroupRuleId;

const isSame = (one: SecurityGroupRule, rule: SecurityGroupRule) =>
  hasId(one, rule) && textOf(one) === textOf(rule);

/** The same to EC2, which takes no second rule that differs only in description and tags. */
const isSameBut = (one: SecurityGroupRule, rule: SecurityGroupRule) =>
  textOf({ ...one, Description: undefined, Tags: [] }) ===
  textOf({ ...rule, Description: undefined, Tags: [] });

function inputOf(rule: SecurityGroupRule) {
  const said = rule.Description ? { Description: rule.Description } : {};
  const { CidrIpv4, CidrIpv6, PrefixListId, ReferencedGroupInfo: peer } = rule;
  const optional = <T>(name: string, value: T | undefined) => (value === undefined ? {} : { [name]: value });
  return {
    GroupId: rule.GroupId!,
    IpPermissions: [
      {
        IpProtocol: rule.IpProtocol!,
        FromPort: rule.FromPort!,
        ToPort: rule.ToPort!,
        ...(CidrIpv4 && { IpRanges: [{ CidrIp: CidrIpv4, ...said }] }),
        ...(CidrIpv6 && { Ipv6Ranges: [{ CidrIpv6, ...said }] }),
        ...(PrefixListId && { PrefixListIds: [{ PrefixListId, ...said }] }),
        ...(peer && {
          UserIdGroupPairs: [
            {
              GroupId: peer.GroupId!,
              ...optional('UserId', peer.UserId),
              ...optional('VpcPeeringConnectionId', peer.VpcPeeringConnectionId),
              ...said,
            },
          ],
        }),
      },
    ],
    ...((rule.Tags ?? []).length > 0 && {
      TagSpecifications: [
        {
          ResourceType: 'security-group-rule' as const,
          Tags: rule.Tags!.map(({ Key, Value }) => ({ Key: Key!, Value: Value ?? '' })),
        },
      ],
    }),
  };
}
