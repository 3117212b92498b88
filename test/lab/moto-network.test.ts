import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CommandLine } from '../cli/command-line.ts';
import { launch } from './moto/account.ts';
import { heedDryRun } from './moto/dry-run.ts';
import { findMoto, type Moto, startMoto } from './moto/server.ts';

const REGION = 'us-west-2';
const EC2 = { Version: '2016-11-15' };

let moto: Moto;
let front: Awaited<ReturnType<typeof heedDryRun>>;
let cli: CommandLine;
let kit: string;
let group: string;

const path = findMoto();

/** The fence in the network before somebody else's EC2: two API servers and two workers, each in a subnet of its own. */
describe.skipIf(!path)('fence --at network and AWS, where moto can be had', () => {
  beforeAll(async () => {
    cli = new CommandLine();
    moto = await startMoto(path!);
    front = await heedDryRun(moto.url);
    const vpc = one('vpcId', await query('CreateVpc', { CidrBlock: '10.9.0.0/16' }));
    const subnets: string[] = [];
    for (const n of [1, 2, 32, 33])
      subnets.push(one('subnetId', await query('CreateSubnet', { VpcId: vpc, CidrBlock: `10.9.${n}.0/24` })));
    group = one(
      'groupId',
      await query('CreateSecurityGroup', { GroupName: 'cp', GroupDescription: 'cp', VpcId: vpc }),
    );
    const ids: string[] = [];
    for (const [n, subnet] of subnets.entries())
      ids.push(
        ...(await launch(
          moto,
          REGION,
          1,
          {},
          {
            SubnetId: subnet,
            PrivateIpAddress: `10.9.${[1, 2, 32, 33][n]}.10`,
            ...(n < 2 && { 'SecurityGroupId.1': group }),
          },
        )),
      );
    kit = makeKit(ids);
  });
  afterAll(async () => {
    await front?.close();
    await moto?.close();
    cli?.close();
  });

  it('denies and opens again in the network ACL', async () => {
    const before = await acls();
    await shows(['--shared'], 'deny tcp 6443 10.9.32.0/23');
    expect(await acls()).toBe(before);
    expect(await fence('--with', 'nacl', '--shared')).toMatchObject({ code: 0 });
    expect(await acls()).toMatch(/<cidrBlock>10.9.32.0\/23</);
    expect(await fireaxe('verify', 'last')).toMatchObject({ code: 0 });
    expect(await undo()).toMatchObject({ code: 0 });
    expect(await acls()).toBe(before);
  });

  it('removes rules of the security group by their ids, and makes them again', async () => {
    const source = {
      'IpPermissions.1.IpProtocol': 'tcp',
      'IpPermissions.1.FromPort': '6443',
      'IpPermissions.1.ToPort': '6443',
    };
    for (const cidr of ['10.9.32.0/24', '10.9.33.0/24'])
      await query('AuthorizeSecurityGroupIngress', {
        GroupId: group,
        ...source,
        'IpPermissions.1.IpRanges.1.CidrIp': cidr,
        'IpPermissions.1.IpRanges.1.Description': `workers ${cidr}`,
      });
    const before = await rules();
    expect(before).toHaveLength(2);
    expect(await fence('--with', 'security-group')).toMatchObject({ code: 0 });
    expect(await rules()).toEqual([]);
    expect(await undo()).toMatchObject({ code: 0 });
    expect(await rules()).toEqual(before);
    await query('RevokeSecurityGroupIngress', {
      GroupId: group,
      ...source,
      'IpPermissions.1.IpRanges.1.CidrIp': '10.9.32.0/24',
    });
    await query('RevokeSecurityGroupIngress', {
      GroupId: group,
      ...source,
      'IpPermissions.1.IpRanges.1.CidrIp': '10.9.33.0/24',
    });
  });

  it('removes entries of a prefix list, and adds them again', async () => {
    const list = one(
      'prefixListId',
      await query('CreateManagedPrefixList', {
        PrefixListName: 'clients',
        AddressFamily: 'IPv4',
        MaxEntries: '10',
        'Entry.1.Cidr': '10.9.32.0/23',
        'Entry.1.Description': 'workers',
        'Entry.2.Cidr': '192.0.2.0/24',
        'Entry.2.Description': 'office',
      }),
    );
    await query('AuthorizeSecurityGroupIngress', {
      GroupId: group,
      'IpPermissions.1.IpProtocol': 'tcp',
      'IpPermissions.1.FromPort': '6443',
      'IpPermissions.1.ToPort': '6443',
      'IpPermissions.1.PrefixListIds.1.PrefixListId': list,
    });
    const entries = async () => {
      const text = await query('GetManagedPrefixListEntries', { PrefixListId: list });
      return [...text.matchAll(/<cidr>([^<]+)<\/cidr>\s*<description>([^<]*)</g)]
        .map(([, ...both]) => both.join(' '))
        .sort();
    };
    expect(await entries()).toEqual(['10.9.32.0/23 workers', '192.0.2.0/24 office']);
    const done = await fence('--with', 'prefix-list');
    expect(done.code, done.stdout + done.stderr).toBe(0);
    expect(await entries()).toEqual(['192.0.2.0/24 office']);
    expect(await undo()).toMatchObject({ code: 0 });
    expect(await entries()).toEqual(['10.9.32.0/23 workers', '192.0.2.0/24 office']);
  });

  const query = (Action: string, parameters: Record<string, string>) =>
    moto.query('ec2', REGION, { Action, ...EC2, ...parameters });
  const one = (tag: string, text: string) => new RegExp(`<${tag}>([^<]+)<`).exec(text)![1]!;
  const acls = async () =>
    (await query('DescribeNetworkAcls', {})).replace(/<requestId>.*?<\/requestId>/g, '');
  const rules = async () => {
    const text = await query('DescribeSecurityGroupRules', {
      'Filter.1.Name': 'group-id',
      'Filter.1.Value.1': group,
    });
    return [...text.matchAll(/<item>.*?<\/item>/gs)]
      .map(([item]) => item)
      .filter((item) => item.includes('<isEgress>false<'))
      .map((item) =>
        ['cidrIpv4', 'fromPort', 'toPort', 'ipProtocol', 'description']
          .map((tag) => one(tag, item))
          .join(' '),
      )
      .sort();
  };

  const fireaxe = (...args: string[]) => cli.start([...args, '--no-input'], kit).ended;
  const fence = (...args: string[]) =>
    fireaxe('fence', '-c', 'west', '--at', 'network', ...args, '--reason', 'lab', '--confirm', 'west 2');
  const undo = () => fireaxe('undo', 'last', '--reason', 'lab', '--yes');

  async function shows(args: string[], text: string): Promise<void> {
    const seen = await fireaxe(
      'fence',
      '-c',
      'west',
      '--at',
      'network',
      ...args,
      '--reason',
      'lab',
      '--dry-run',
    );
    expect(seen.stdout + seen.stderr).toContain(text);
    expect(seen.code).toBe(0);
  }

  function makeKit(ids: string[]): string {
    const dir = join(cli.directory, 'kit');
    for (const each of [dir, join(dir, 'aws'), join(dir, 'fleet')]) {
      mkdirSync(each, { recursive: true });
      chmodSync(each, 0o700);
    }
    const nodes = ids.map((instanceId, n) => ({
      name: n < 2 ? `cp${n}` : `w${n}`,
      cluster: 'west',
      roles: n < 2 ? ['control-plane', 'etcd'] : ['worker'],
      address: `10.9.${[1, 2, 32, 33][n]}.10`,
      labels: {},
      instanceId,
    }));
    const takenAt = new Date().toISOString();
    const files = {
      'kit.yaml': JSON.stringify({
        schemaVersion: 1,
        clusters: { west: { cloud: { profile: 'lab', region: REGION } } },
      }),
      'fleet/west.json': JSON.stringify({
        schemaVersion: 1,
        cluster: 'west',
        takenAt,
        source: 'file',
        nodes,
      }),
      'aws/config': `[profile lab]\nendpoint_url = ${front.url}\n`,
      'aws/credentials': '[lab]\naws_access_key_id = AK\naws_secret_access_key = s\n',
    };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text, { mode: 0o600 });
    return dir;
  }
});
