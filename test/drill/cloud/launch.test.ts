import {
  DescribeInstanceStatusCommand,
  DescribeInstancesCommand,
  DescribeLaunchTemplateVersionsCommand,
  EC2Client,
  RunInstancesCommand,
  type RunInstancesCommandInput,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CloudEndpoint, createCloudEndpoint } from '../../../src/drill/cloud/endpoint.ts';
import { controlPlane, TEMPLATE } from '../../actions/scale-add/world.ts';
import type { FakeWorld } from './fake-world.ts';

let world: FakeWorld;
let endpoint: CloudEndpoint;
let client: EC2Client;

beforeEach(async () => {
  world = controlPlane();
  endpoint = await createCloudEndpoint(world);
  client = new EC2Client({
    endpoint: endpoint.url,
    region: 'us-west-2',
    maxAttempts: 1,
    credentials: { accessKeyId: 'AKDRILL', secretAccessKey: 'drill' },
  });
});

afterEach(async () => {
  client.destroy();
  await endpoint.close();
});

const ONE = {
  MinCount: 1,
  MaxCount: 1,
  ClientToken: 'one',
  LaunchTemplate: { LaunchTemplateId: TEMPLATE },
  SubnetId: 'subnet-1',
};
const launch = async (more: Partial<RunInstancesCommandInput> = {}) =>
  (await client.send(new RunInstancesCommand({ ...ONE, ...more }))).Instances![0]!;
const versions = async (...wanted: string[]) => {
  const command = new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateId: TEMPLATE, Versions: wanted });
  return (await client.send(command)).LaunchTemplateVersions!;
};

describe('launches over the wire', () => {
  it('makes one machine for a token, and none for a token with other parameters', async () => {
    const first = await launch();
    expect(first).toMatchObject({ InstanceType: 'm7i.4xlarge', SubnetId: 'subnet-1', ClientToken: 'one' });
    expect((await launch()).InstanceId).toBe(first.InstanceId);
    await expect(launch({ SubnetId: 'subnet-2' })).rejects.toThrow('other parameters');
    expect((await launch({ ClientToken: 'two' })).InstanceId).not.toBe(first.InstanceId);
    expect(world.machines).toHaveLength(5);
  });

  it('launches nothing in a dry run', async () => {
    await expect(launch({ DryRun: true })).rejects.toMatchObject({ name: 'DryRunOperation' });
    expect(world.machines).toHaveLength(3);
  });

  it('finds a machine by its token, and shows it after its end', async () => {
    const { InstanceId: id } = await launch();
    const seen = async () => {
      const command = new DescribeInstancesCommand({ Filters: [{ Name: 'client-token', Values: ['one'] }] });
      return (await client.send(command)).Reservations!.flatMap((one) => one.Instances ?? []);
    };
    expect(await seen()).toMatchObject([{ InstanceId: id }]);
    await client.send(new TerminateInstancesCommand({ InstanceIds: [id!] }));
    expect((await seen())[0]!.State!.Name).toMatch(/shutting-down|terminated/);
  });

  it('tells the status checks of what runs', async () => {
    world.launches!.statusMs = 3_600_000;
    const { InstanceId: id } = await launch();
    await new Promise((resolve) => setTimeout(resolve, 20));
    const command = new DescribeInstanceStatusCommand({ InstanceIds: [id!] });
    expect((await client.send(command)).InstanceStatuses).toMatchObject([
      { InstanceStatus: { Status: 'initializing' }, SystemStatus: { Status: 'initializing' } },
    ]);
  });

  it('tells versions by number and by word, with tags and interfaces', async () => {
    const [template] = world.launches!.templates;
    template!.versions[0]!.interfaces = [{ device: 0, groups: ['sg-1', 'sg-2'], publicIp: true }];
    template!.usual = 1;
    expect(await versions('$Default')).toMatchObject([
      {
        VersionNumber: 1,
        LaunchTemplateData: {
          ImageId: 'ami-0aaa',
          NetworkInterfaces: [{ DeviceIndex: 0, Groups: ['sg-1', 'sg-2'], AssociatePublicIpAddress: true }],
        },
      },
    ]);
    const [latest] = await versions('$Latest');
    expect(latest).toMatchObject({ VersionNumber: 2, DefaultVersion: false });
    expect(latest!.LaunchTemplateData!.TagSpecifications![0]!.Tags).toContainEqual({
      Key: 'Name',
      Value: 'api',
    });
    await expect(versions('9')).rejects.toMatchObject({ name: 'InvalidLaunchTemplateId.VersionNotFound' });
  });

  it("refuses a subnet beside the template's interfaces", async () => {
    world.launches!.templates[0]!.versions[1]!.interfaces = [{ device: 0, groups: ['sg-1'] }];
    await expect(launch()).rejects.toMatchObject({ name: 'InvalidParameterCombination' });
  });

  it('takes tags of the request instead of those of the template', async () => {
    const tags = [{ ResourceType: 'instance' as const, Tags: [{ Key: 'a', Value: 'b' }] }];
    const { Tags } = await launch({ TagSpecifications: tags });
    expect(Tags!.filter(({ Key }) => !Key!.startsWith('aws:'))).toEqual([{ Key: 'a', Value: 'b' }]);
  });
});
