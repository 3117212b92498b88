import type {
  AuthorizeSecurityGroupIngressCommandInput,
  SecurityGroup,
  SecurityGroupRule,
} from '@aws-sdk/client-ec2';
import { type Caller, dry, type Filters, filtersOf } from './caller.ts';

/** Security groups and their inbound rules. */
export interface GroupsApi {
  groups(filters: Filters): Promise<SecurityGroup[]>;
  groupRules(filters: Filters): Promise<SecurityGroupRule[]>;
  revoke(group: string, rules: string[], dryRun?: boolean): Promise<unknown>;
  authorize(input: AuthorizeSecurityGroupIngressCommandInput, dryRun?: boolean): Promise<unknown>;
}

export function groupsApi({ sdk, send, every }: Caller): GroupsApi {
  return {
    groups: (filters) =>
      every('DescribeSecurityGroups', async (more) => {
        const input = { Filters: filtersOf(filters), ...more };
        const answer = await send(new sdk.DescribeSecurityGroupsCommand(input));
        return { list: answer.SecurityGroups, token: answer.NextToken };
      }),
    groupRules: (filters) =>
      every('DescribeSecurityGroupRules', async (more) => {
        const input = { Filters: filtersOf(filters), ...more };
        const answer = await send(new sdk.DescribeSecurityGroupRulesCommand(input));
        return { list: answer.SecurityGroupRules, token: answer.NextToken };
      }),
    revoke: (group, rules, dryRun) =>
      send(
        new sdk.RevokeSecurityGroupIngressCommand({
          GroupId: group,
          SecurityGroupRuleIds: rules,
          ...dry(dryRun),
        }),
      ),
    authorize: (input, dryRun) =>
      send(new sdk.AuthorizeSecurityGroupIngressCommand({ ...input, ...dry(dryRun) })),
  };
}
