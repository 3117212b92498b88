import type { NetworkAcl } from '@aws-sdk/client-ec2';
import { type Caller, dry, type Filters, filtersOf } from './caller.ts';

/** An inbound entry of a network ACL for TCP and one port. */
export interface AclEntryInput {
  acl: string;
  number: number;
  action: 'allow' | 'deny';
  port: number;
  source: { CidrBlock: string } | { Ipv6CidrBlock: string };
}

/** Network ACLs and their entries. */
export interface AclsApi {
  acls(filters: Filters): Promise<NetworkAcl[]>;
  /** One network ACL; undefined when EC2 does not know the id. */
  acl(id: string): Promise<NetworkAcl | undefined>;
  createEntry(entry: AclEntryInput, dryRun?: boolean): Promise<unknown>;
  deleteEntry(acl: string, number: number, dryRun?: boolean): Promise<unknown>;
}

export function aclsApi({ sdk, send, every }: Caller): AclsApi {
  return {
    acls: (filters) =>
      every('DescribeNetworkAcls', async (more) => {
        const input = { Filters: filtersOf(filters), ...more };
        const answer = await send(new sdk.DescribeNetworkAclsCommand(input));
        return { list: answer.NetworkAcls, token: answer.NextToken };
      }),
    async acl(id) {
      try {
        const { NetworkAcls } = await send(new sdk.DescribeNetworkAclsCommand({ NetworkAclIds: [id] }));
        return NetworkAcls?.[0];
      } catch (error) {
        if (error instanceof Error && error.name.startsWith('InvalidNetworkAclID')) return undefined;
        throw error;
      }
    },
    createEntry: ({ acl, number, action, port, source }, dryRun) =>
      send(
        new sdk.CreateNetworkAclEntryCommand({
          NetworkAclId: acl,
          Egress: false,
          RuleNumber: number,
          RuleAction: action,
          Protocol: '6',
          PortRange: { From: port, To: port },
          ...source,
          ...dry(dryRun),
        }),
      ),
    deleteEntry: (acl, number, dryRun) =>
      send(
        new sdk.DeleteNetworkAclEntryCommand({
          NetworkAclId: acl,
          Egress: false,
          RuleNumber: number,
          ...dry(dryRun),
        }),
      ),
  };
}
