import { launch } from './account.ts';
import { all, ask, items, type MotoLever, node, one, plain, REGION, type Scene } from './scene.ts';
import type { Moto } from './server.ts';

const API = {
  'IpPermissions.1.IpProtocol': 'tcp',
  'IpPermissions.1.FromPort': '6443',
  'IpPermissions.1.ToPort': '6443',
};

interface Network {
  vpc: string;
  /** Of the API servers. */
  group: string;
  nodes: Scene['nodes'];
}

/** Two API servers and two workers, each in a subnet of its own, in a VPC of their own. */
async function network(moto: Moto): Promise<Network> {
  const ec2 = (action: string, parameters: Record<string, string>) => ask(moto, 'ec2', action, parameters);
  const vpc = one('vpcId', await ec2('CreateVpc', { CidrBlock: '10.9.0.0/16' }));
  const made = await ec2('CreateSecurityGroup', { GroupName: 'cp', GroupDescription: 'cp', VpcId: vpc });
  const group = one('groupId', made);
  const nodes: Scene['nodes'] = [];
  for (const [n, third] of [1, 2, 32, 33].entries()) {
    const SubnetId = one(
      'subnetId',
      await ec2('CreateSubnet', { VpcId: vpc, CidrBlock: `10.9.${third}.0/24` }),
    );
    const address = `10.9.${third}.10`;
    const more = { SubnetId, PrivateIpAddress: address, ...(n < 2 && { 'SecurityGroupId.1': group }) };
    const [id] = await launch(moto, REGION, 1, {}, more);
    const roles: Scene['nodes'][0]['roles'] = n < 2 ? ['control-plane', 'etcd'] : ['worker'];
    nodes.push(node(n < 2 ? `cp${n}` : `w${n - 2}`, id!, { roles, address }));
  }
  return { vpc, group, nodes };
}

const FENCE = ['fence', '--at', 'network', '--with'];
const targets = { targets: 2, undone: 1 };

export const fenceNacl: MotoLever = {
  name: 'fence --with nacl',
  args: [...FENCE, 'nacl', '--shared'],
  ...targets,
  async open(moto) {
    const { vpc, nodes } = await network(moto);
    const filter = { 'Filter.1.Name': 'vpc-id', 'Filter.1.Value.1': vpc };
    return {
      nodes,
      picture: async () => plain(await ask(moto, 'ec2', 'DescribeNetworkAcls', filter)),
      stands: /<cidrBlock>10.9.32.0\/23</,
    };
  },
};

export const fenceGroup: MotoLever = {
  name: 'fence --with security-group',
  args: [...FENCE, 'security-group'],
  ...targets,
  async open(moto) {
    const { group, nodes } = await network(moto);
    for (const third of [32, 33])
      await ask(moto, 'ec2', 'AuthorizeSecurityGroupIngress', {
        GroupId: group,
        ...API,
        'IpPermissions.1.IpRanges.1.CidrIp': `10.9.${third}.0/24`,
        'IpPermissions.1.IpRanges.1.Description': `workers ${third}`,
      });
    const filter = { 'Filter.1.Name': 'group-id', 'Filter.1.Value.1': group };
    return {
      nodes,
      async picture() {
        const rules = await ask(moto, 'ec2', 'DescribeSecurityGroupRules', filter);
        const groups = await ask(moto, 'ec2', 'DescribeSecurityGroups', { 'GroupId.1': group });
        return plain(
          `${items(rules, 'isEgress', 'cidrIpv4', 'fromPort', 'toPort', 'ipProtocol', 'description')}\n` +
            `${all('key', groups)} ${all('value', groups)}`,
        );
      },
      // Nothing but what leaves is allowed.
      stands: /^(?!.*false ).*fireaxe/s,
    };
  },
};

export const fenceList: MotoLever = {
  name: 'fence --with prefix-list',
  args: [...FENCE, 'prefix-list'],
  ...targets,
  async open(moto) {
    const { group, nodes } = await network(moto);
    const made = await ask(moto, 'ec2', 'CreateManagedPrefixList', {
      PrefixListName: 'clients',
      AddressFamily: 'IPv4',
      MaxEntries: '10',
      'Entry.1.Cidr': '10.9.32.0/23',
      'Entry.1.Description': 'workers',
      'Entry.2.Cidr': '192.0.2.0/24',
      'Entry.2.Description': 'office',
    });
    const list = one('prefixListId', made);
    await ask(moto, 'ec2', 'AuthorizeSecurityGroupIngress', {
      GroupId: group,
      ...API,
      'IpPermissions.1.PrefixListIds.1.PrefixListId': list,
    });
    return {
      nodes,
      async picture() {
        const entries = await ask(moto, 'ec2', 'GetManagedPrefixListEntries', { PrefixListId: list });
        const lists = await ask(moto, 'ec2', 'DescribeManagedPrefixLists', { 'PrefixListId.1': list });
        return plain(`${items(entries, 'cidr', 'description')}\n${all('key', lists)} ${all('value', lists)}`);
      },
      stands: /^192.0.2.0\/24 office fireaxe/,
    };
  },
};
