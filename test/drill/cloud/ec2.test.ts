import {
  DescribeInstanceAttributeCommand,
  DescribeInstancesCommand,
  DescribeInstanceTypesCommand,
  EC2Client,
  ModifyInstanceAttributeCommand,
  StartInstancesCommand,
  StopInstancesCommand,
} from '@aws-sdk/client-ec2';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CloudEndpoint, createCloudEndpoint } from '../../../src/drill/cloud/endpoint.ts';
import { type FakeWorld, fakeWorld, instanceId } from './fake-world.ts';

let world: FakeWorld;
let endpoint: CloudEndpoint;
let client: EC2Client;

beforeEach(async () => {
  world = fakeWorld(25, (machine, n) => {
    machine.tags['kubernetes.io/cluster/a'] = n % 2 ? 'owned' : 'shared';
    machine.tags.odd = '<&>"';
  });
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

const state = (n: number) => world.machines[n]!.state;

describe('EC2 over the wire', () => {
  it('describes by filter, page by page', async () => {
    const names: (string | undefined)[] = [];
    let token: string | undefined;
    do {
      const page = await client.send(
        new DescribeInstancesCommand({
          Filters: [{ Name: 'tag:kubernetes.io/cluster/a', Values: ['owned'] }],
          MaxResults: 5,
          ...(token ? { NextToken: token } : {}),
        }),
      );
      const instances = page.Reservations!.flatMap((r) => r.Instances ?? []);
      expect(instances.length).toBeLessThanOrEqual(5);
      names.push(...instances.map((i) => i.Tags?.find((t) => t.Key === 'Name')?.Value));
      token = page.NextToken;
    } while (token);
    expect(names).toHaveLength(12);
    expect(names).toContain('n1');
  });

  it('tells an instance in full, with text that XML must escape', async () => {
    const page = await client.send(new DescribeInstancesCommand({ InstanceIds: [instanceId(3)] }));
    expect(page.Reservations?.[0]?.Instances?.[0]).toMatchObject({
      InstanceId: instanceId(3),
      InstanceType: 'm5.large',
      State: { Name: 'running', Code: 16 },
      Placement: { AvailabilityZone: 'us-west-2a' },
      PrivateIpAddress: '10.0.0.3',
      Architecture: 'x86_64',
      Tags: expect.arrayContaining([{ Key: 'odd', Value: '<&>"' }]),
    });
  });

  it('stops, retypes and starts, each only from the right state', async () => {
    const InstanceId = instanceId(0);
    const retype = new ModifyInstanceAttributeCommand({ InstanceId, InstanceType: { Value: 'm5.4xlarge' } });
    await expect(client.send(retype)).rejects.toMatchObject({ name: 'IncorrectInstanceState' });
    // It stays stopping until it was looked at.
    world.stop = async () => {
      world.machines[0]!.state = 'stopping';
    };
    const stopping = await client.send(new StopInstancesCommand({ InstanceIds: [InstanceId] }));
    expect(stopping.StoppingInstances?.[0]).toMatchObject({
      PreviousState: { Name: 'running' },
      CurrentState: { Name: 'stopping' },
    });
    await expect(client.send(new StartInstancesCommand({ InstanceIds: [InstanceId] }))).rejects.toMatchObject(
      {
        name: 'IncorrectInstanceState',
      },
    );
    world.machines[0]!.state = 'stopped';
    await client.send(retype);
    await client.send(new StartInstancesCommand({ InstanceIds: [InstanceId] }));
    await expect.poll(() => state(0)).toBe('running');
    const attribute = await client.send(
      new DescribeInstanceAttributeCommand({ InstanceId, Attribute: 'instanceType' }),
    );
    expect(attribute.InstanceType?.Value).toBe('m5.4xlarge');
  });

  it('answers a dry run with an error and does nothing', async () => {
    await expect(
      client.send(new StopInstancesCommand({ InstanceIds: [instanceId(0)], DryRun: true })),
    ).rejects.toMatchObject({ name: 'DryRunOperation' });
    expect(state(0)).toBe('running');
  });

  it.each([
    ['an invalid id', 'i-x', 'InvalidInstanceID.Malformed'],
    ['an id that nobody has', 'i-0000000000000ffff', 'InvalidInstanceID.NotFound'],
  ])('refuses %s', async (_, id, name) => {
    await expect(client.send(new StopInstancesCommand({ InstanceIds: [id] }))).rejects.toMatchObject({
      name,
    });
  });

  it('cannot stop an instance-store machine', async () => {
    world.machines[0]!.rootDevice = 'instance-store';
    await expect(
      client.send(new StopInstancesCommand({ InstanceIds: [instanceId(0)] })),
    ).rejects.toMatchObject({ name: 'UnsupportedOperation' });
  });

  it('knows its types, with their architecture', async () => {
    const { InstanceTypes } = await client.send(
      new DescribeInstanceTypesCommand({ InstanceTypes: ['m7g.large'] }),
    );
    expect(InstanceTypes?.[0]).toMatchObject({
      ProcessorInfo: { SupportedArchitectures: ['arm64'] },
      VCpuInfo: { DefaultVCpus: 2 },
      MemoryInfo: { SizeInMiB: 8192 },
    });
    await expect(
      client.send(new DescribeInstanceTypesCommand({ InstanceTypes: ['z9.huge' as 'm5.large'] })),
    ).rejects.toMatchObject({ name: 'InvalidInstanceType' });
  });

  it('names every unknown type', async () => {
    const InstanceTypes = ['z9.huge', 'm5.large', 'z8.huge'] as 'm5.large'[];
    await expect(client.send(new DescribeInstanceTypesCommand({ InstanceTypes }))).rejects.toThrow(
      'do not exist: [z9.huge, z8.huge]',
    );
  });

  it('says that a type is wrong by the code that EC2 has for it', async () => {
    world.machines[0]!.state = 'stopped';
    const change = { InstanceId: instanceId(0), InstanceType: { Value: 'z9.huge' } };
    await expect(client.send(new ModifyInstanceAttributeCommand(change))).rejects.toMatchObject({
      name: 'InvalidInstanceAttributeValue',
    });
  });

  it('cannot stop what is protected, nor what never ran', async () => {
    Object.assign(world.machines[0]!, { stopProtected: true });
    Object.assign(world.machines[1]!, { state: 'pending' });
    const attribute = { InstanceId: instanceId(0), Attribute: 'disableApiStop' as const };
    const told = await client.send(new DescribeInstanceAttributeCommand(attribute));
    expect(told.DisableApiStop?.Value).toBe(true);
    for (const [n, name] of ['OperationNotPermitted', 'IncorrectInstanceState'].entries())
      await expect(
        client.send(new StopInstancesCommand({ InstanceIds: [instanceId(n)] })),
      ).rejects.toMatchObject({ name });
  });

  it('reports missing capacity with a server error, as EC2 does', async () => {
    world.machines[0]!.state = 'stopped';
    endpoint.faults.noRoomFor.add('m5.large');
    await expect(
      client.send(new StartInstancesCommand({ InstanceIds: [instanceId(0)] })),
    ).rejects.toMatchObject({
      name: 'InsufficientInstanceCapacity',
      $metadata: { httpStatusCode: 500 },
    });
  });

  it('throttles as EC2 does', async () => {
    endpoint.faults.throttle.DescribeInstances = 1;
    await expect(client.send(new DescribeInstancesCommand({}))).rejects.toMatchObject({
      name: 'RequestLimitExceeded',
    });
  });
});
