import {
  CancelCommandCommand,
  DescribeInstanceInformationCommand,
  GetCommandInvocationCommand,
  ListCommandInvocationsCommand,
  ListCommandsCommand,
  SendCommandCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type CloudEndpoint,
  type CloudEndpointOptions,
  createCloudEndpoint,
} from '../../../src/drill/cloud/endpoint.ts';
import { type FakeWorld, fakeWorld, instanceId } from './fake-world.ts';

let world: FakeWorld;
let endpoint: CloudEndpoint;
let client: SSMClient;

beforeEach(async () => {
  world = fakeWorld(60);
  endpoint = await createCloudEndpoint(world, {
    perSecond: 1000,
    burst: 1000,
    listedAfterMs: 40,
    deliveryMs: 2,
  });
  client = clientOf(endpoint.url);
});

afterEach(async () => {
  client.destroy();
  await endpoint.close();
});

function clientOf(url: string): SSMClient {
  return new SSMClient({
    endpoint: url,
    region: 'us-west-2',
    maxAttempts: 1,
    credentials: { accessKeyId: 'AKDRILL', secretAccessKey: 'drill' },
  });
}

function send(ids: string[], more: object = {}) {
  return client.send(
    new SendCommandCommand({
      DocumentName: 'AWS-RunShellScript',
      InstanceIds: ids,
      Parameters: { commands: ['true'], executionTimeout: ['5'] },
      TimeoutSeconds: 30,
      ...more,
    }),
  );
}

const all = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => instanceId(from + n));

async function ended(id: string) {
  for (;;) {
    const { Commands } = await client.send(new ListCommandsCommand({ CommandId: id }));
    const command = Commands?.[0];
    if (command && command.CompletedCount === command.TargetCount) return command;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Another endpoint in place of the one of all tests. */
async function reopen(options: CloudEndpointOptions): Promise<void> {
  client.destroy();
  await endpoint.close();
  endpoint = await createCloudEndpoint(world, options);
  client = clientOf(endpoint.url);
}

describe('SSM over the wire', () => {
  it('carries a command to its instances and lists what became of it', async () => {
    world.answer = (id) =>
      id === instanceId(2) ? { code: 3, stdout: '', stderr: 'no' } : { code: 0, stdout: 'yes', stderr: '' };
    const { Command } = await send(all(0, 4), { Comment: 'fx', MaxErrors: '4' });
    expect(Command?.RequestedDateTime).toBeInstanceOf(Date);
    const command = await ended(Command!.CommandId!);
    expect(command).toMatchObject({
      Comment: 'fx',
      TargetCount: 4,
      ErrorCount: 1,
      StatusDetails: 'Incomplete',
    });
    const listed = await client.send(
      new ListCommandInvocationsCommand({ CommandId: command.CommandId!, Details: true }),
    );
    const byId = new Map(listed.CommandInvocations?.map((i) => [i.InstanceId, i]));
    expect(byId.get(instanceId(0))).toMatchObject({ StatusDetails: 'Success' });
    expect(byId.get(instanceId(2))?.CommandPlugins?.[0]).toMatchObject({
      ResponseCode: 3,
      Output: '\n----------ERROR-------\nno',
    });
  });

  it('is silent about a command in its first moment', async () => {
    const start = Date.now();
    let now = start;
    await reopen({ listedAfterMs: 40, now: () => now });
    const { Command } = await send([instanceId(1)]);
    const id = Command!.CommandId!;
    const listed = async () => (await client.send(new ListCommandsCommand({ CommandId: id }))).Commands;
    const one = new GetCommandInvocationCommand({ CommandId: id, InstanceId: instanceId(1) });
    now = start + 39;
    expect(await listed()).toEqual([]);
    await expect(client.send(one)).rejects.toMatchObject({ name: 'InvocationDoesNotExist' });
    now = start + 40;
    expect(await listed()).toHaveLength(1);
    expect((await client.send(one)).CommandId).toBe(id);
  });

  it('refuses a whole batch for one instance that it cannot reach', async () => {
    world.machines[3]!.ssm = 'dead';
    await expect(send(all(0, 5))).rejects.toMatchObject({
      name: 'InvalidInstanceId',
      message: expect.stringContaining(instanceId(3)),
    });
    expect(world.ran).toEqual([]);
  });

  it.each([
    ['51 instances', { InstanceIds: all(0, 51) }, 'ValidationException'],
    ['29 s for delivery', { TimeoutSeconds: 29 }, 'ValidationException'],
    ['a long comment', { Comment: 'x'.repeat(101) }, 'ValidationException'],
    ['another document', { DocumentName: 'AWS-RunPowerShellScript' }, 'InvalidDocument'],
    ['too long a script', { Parameters: { commands: ['x'.repeat(66_000)] } }, 'MaxDocumentSizeExceeded'],
    ['an unknown parameter', { Parameters: { commands: ['a'], x: ['b'] } }, 'InvalidParameters'],
  ])('refuses %s', async (_, more, name) => {
    await expect(send([instanceId(0)], more)).rejects.toMatchObject({ name });
  });

  it('refuses pages that are too large', async () => {
    await expect(client.send(new ListCommandsCommand({ MaxResults: 51 }))).rejects.toMatchObject({
      name: 'ValidationException',
    });
    await expect(
      client.send(new DescribeInstanceInformationCommand({ MaxResults: 4 })),
    ).rejects.toMatchObject({ name: 'ValidationException' });
  });

  it('pages through agents and knows the lost ones', async () => {
    world.machines[7]!.ssm = 'dead';
    world.machines[8]!.ssm = 'absent';
    const first = await client.send(new DescribeInstanceInformationCommand({ MaxResults: 50 }));
    const second = await client.send(
      new DescribeInstanceInformationCommand({ MaxResults: 50, NextToken: first.NextToken! }),
    );
    const rows = [...first.InstanceInformationList!, ...second.InstanceInformationList!];
    expect(rows).toHaveLength(59);
    expect(rows.find((row) => row.InstanceId === instanceId(7))?.PingStatus).toBe('ConnectionLost');
  });

  it('leaves the rest Terminated after the first failure, unless MaxErrors allows it', async () => {
    world.answer = () => ({ code: 1, stdout: '', stderr: '' });
    const { Command } = await send(all(0, 10), { MaxConcurrency: '1' });
    await ended(Command!.CommandId!);
    const { CommandInvocations } = await client.send(
      new ListCommandInvocationsCommand({ CommandId: Command!.CommandId! }),
    );
    const details = CommandInvocations!.map((i) => i.StatusDetails);
    expect(details.filter((d) => d === 'Failed')).toHaveLength(1);
    expect(details.filter((d) => d === 'Terminated')).toHaveLength(9);
    expect(world.ran).toHaveLength(1);
  });

  it('cuts output at 2,500 characters in lists and at 24,000 by instance', async () => {
    world.answer = () => ({ code: 0, stdout: 'o'.repeat(30_000), stderr: 'e'.repeat(9_000) });
    const { Command } = await send([instanceId(0)]);
    const id = Command!.CommandId!;
    await ended(id);
    const listed = await client.send(new ListCommandInvocationsCommand({ CommandId: id, Details: true }));
    const output = listed.CommandInvocations![0]!.CommandPlugins![0]!.Output!;
    expect(output.length).toBeLessThanOrEqual(2500);
    expect(output).toContain('---Output truncated---');
    const one = await client.send(
      new GetCommandInvocationCommand({ CommandId: id, InstanceId: instanceId(0) }),
    );
    expect(one.StandardOutputContent).toHaveLength(24_000);
    expect(one.StandardErrorContent).toHaveLength(8_000);
  });

  it('hides an instance that it never reached behind Success', async () => {
    endpoint.faults.undeliverable.add(instanceId(1));
    const { Command } = await send(all(0, 3), { MaxErrors: '3' });
    expect(await ended(Command!.CommandId!)).toMatchObject({ Status: 'Success', ErrorCount: 0 });
  });

  it('ends what overruns its execution timeout', async () => {
    world.answer = () => new Promise(() => {});
    const { Command } = await send([instanceId(0)], {
      Parameters: { commands: ['sleep 9'], executionTimeout: ['1'] },
    });
    await ended(Command!.CommandId!);
    const { CommandInvocations } = await client.send(
      new ListCommandInvocationsCommand({ CommandId: Command!.CommandId! }),
    );
    expect(CommandInvocations?.[0]).toMatchObject({ Status: 'TimedOut', StatusDetails: 'ExecutionTimedOut' });
  });

  it('cancels', async () => {
    endpoint.faults.inProgressForever.add(instanceId(0));
    const { Command } = await send([instanceId(0)]);
    await client.send(new CancelCommandCommand({ CommandId: Command!.CommandId! }));
    expect((await ended(Command!.CommandId!)).Status).toBe('Cancelled');
  });

  it('throttles a burst', async () => {
    const start = Date.now();
    await reopen({ perSecond: 1, burst: 3, now: () => start });
    const answers = await Promise.allSettled(
      Array.from({ length: 6 }, () => client.send(new ListCommandsCommand({}))),
    );
    const refused = answers.filter((a) => a.status === 'rejected').map((a) => a.reason.name);
    expect(refused).toEqual(['ThrottlingException', 'ThrottlingException', 'ThrottlingException']);
  });

  it('wants a signature', async () => {
    const answer = await fetch(endpoint.url, {
      method: 'POST',
      headers: { 'x-amz-target': 'AmazonSSM.ListCommands', 'content-type': 'application/x-amz-json-1.1' },
      body: '{}',
    });
    expect(answer.status).toBe(403);
  });

  it('can carry a command out and lose the answer', async () => {
    endpoint.faults.afterAcceptance.SendCommand = { how: 'reset', times: 1 };
    await expect(send([instanceId(0)])).rejects.toThrow();
    await expect.poll(() => world.ran).toHaveLength(1);
  });
});
