import {
  DescribeInstanceAttributeCommand,
  DescribeInstancesCommand,
  DescribeInstanceTypesCommand,
  EC2Client,
  ModifyInstanceAttributeCommand,
  StartInstancesCommand,
  StopInstancesCommand,
} from '@aws-sdk/client-ec2';
import {
  GetCommandInvocationCommand,
  ListCommandsCommand,
  SendCommandCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CloudEndpoint, createCloudEndpoint } from '../../src/drill/cloud/endpoint.ts';
import { fakeWorld, instanceId } from '../drill/cloud/fake-world.ts';
import { launch } from './moto/account.ts';
import { findMoto, type Moto, startMoto } from './moto/server.ts';

interface Side {
  ec2: EC2Client;
  ssm: SSMClient;
  ids: string[];
  /** Of the command that was sent last. */
  command?: string;
}

type Call = (side: Side) => Promise<object>;

const NOBODY = 'i-0123456789abcdef0';
const NOTHING = '00000000-0000-0000-0000-000000000000';
/** In AWS's model, and not in moto's answers. */
const MOTO_LACKS = /(^|\.)(DocumentVersion|StandardErrorUrl)$/;
const path = findMoto();
let moto: Moto;
let ours: CloudEndpoint;
let sides: { moto: Side; ours: Side };

const instances = (more: (side: Side) => object) => (side: Side) =>
  side.ec2.send(new DescribeInstancesCommand(more(side)));
const type =
  (...names: string[]) =>
  (side: Side) =>
    side.ec2.send(new DescribeInstanceTypesCommand({ InstanceTypes: names as 'm5.large'[] }));
const stop = (more: (side: Side) => { InstanceIds: string[]; DryRun?: boolean }) => (side: Side) =>
  side.ec2.send(new StopInstancesCommand(more(side)));
const start: Call = ({ ec2, ids }) => ec2.send(new StartInstancesCommand({ InstanceIds: [ids[0]!] }));
const retype =
  (name: string, DryRun = false) =>
  ({ ec2, ids }: Side) =>
    ec2.send(
      new ModifyInstanceAttributeCommand({ InstanceId: ids[0]!, InstanceType: { Value: name }, DryRun }),
    );
const attribute =
  (name: string) =>
  ({ ec2, ids }: Side) =>
    ec2.send(
      new DescribeInstanceAttributeCommand({ InstanceId: ids[0]!, Attribute: name as 'instanceType' }),
    );
const send: Call = async (side) => {
  const answer = await side.ssm.send(
    new SendCommandCommand({
      DocumentName: 'AWS-RunShellScript',
      InstanceIds: [side.ids[1]!],
      Comment: 'c',
      Parameters: { commands: ['true'], executionTimeout: ['10'] },
      TimeoutSeconds: 30,
      MaxConcurrency: '50',
      MaxErrors: '1',
    }),
  );
  side.command = answer.Command?.CommandId ?? '';
  return answer;
};

/** In this order. Where moto is known to answer other than AWS documents, what AWS says stands there. */
const CALLS: [what: string, call: Call, awsSays?: string][] = [
  ['an instance', instances((s) => ({ InstanceIds: [s.ids[0]!] }))],
  ['an id that nobody has', instances(() => ({ InstanceIds: [NOBODY] }))],
  ['an invalid id', instances(() => ({ InstanceIds: ['i-x'] })), 'InvalidInstanceID.Malformed 400'],
  ['ids and a page size', instances((s) => ({ InstanceIds: [s.ids[0]!], MaxResults: 5 }))],
  ['a page size too small', instances(() => ({ MaxResults: 2 })), 'InvalidParameterValue 400'],
  ['an invalid token', instances(() => ({ NextToken: 'x', MaxResults: 5 })), 'InvalidNextToken 400'],
  ['a filter', instances(() => ({ Filters: [{ Name: 'tag:Name', Values: ['n?'] }] }))],
  ['a filter that finds nothing', instances(() => ({ Filters: [{ Name: 'tag:Name', Values: ['zz'] }] }))],
  ['a type', type('m5.large')],
  ['types that are not sold', type('z9.large', 'm5.large', 'z8.large')],
  ['the type of an instance', attribute('instanceType')],
  ['its stop protection', attribute('disableApiStop')],
  ['an invalid attribute', attribute('nonsense')],
  ['a dry stop', stop((s) => ({ InstanceIds: [s.ids[0]!], DryRun: true }))],
  ['a dry change of type', retype('m5.xlarge', true)],
  ['a change of type while it runs', retype('m5.xlarge'), 'IncorrectInstanceState 400'],
  ['a stop', stop((s) => ({ InstanceIds: [s.ids[0]!] }))],
  ['a stop of nobody', stop(() => ({ InstanceIds: [NOBODY] }))],
  ['a change to a type that is not sold', retype('z9.huge'), 'InvalidInstanceAttributeValue 400'],
  ['a change of type', retype('m5.xlarge')],
  ['a start', start],
  ['a command', send],
  ['a list of commands', ({ ssm }) => ssm.send(new ListCommandsCommand({ MaxResults: 50 }))],
  ['an invalid command id', ({ ssm }) => ssm.send(new ListCommandsCommand({ CommandId: NOTHING }))],
  [
    'an invocation',
    ({ ssm, ids, command }) =>
      ssm.send(new GetCommandInvocationCommand({ CommandId: command!, InstanceId: ids[1]! })),
  ],
];

/** Two endpoints that know nothing of each other, read by the SDK: what ours answers must be what the other one does. */
describe.skipIf(!path)("the drill's cloud and another one, where moto can be had", () => {
  beforeAll(async () => {
    moto = await startMoto(path!);
    ours = await createCloudEndpoint(fakeWorld(2), { listedAfterMs: 0 });
    const ids = await launch(moto, 'us-west-2', 2, { Name: 'n0' });
    sides = { moto: sideOf(moto.url, ids), ours: sideOf(ours.url, [0, 1].map(instanceId)) };
  });
  afterAll(async () => {
    for (const side of Object.values(sides ?? {})) {
      side.ec2.destroy();
      side.ssm.destroy();
    }
    await ours?.close();
    await moto?.close();
  });

  it.each(CALLS)('answers alike: %s', async (_, call, awsSays) => {
    const mine = await told(call, sides.ours);
    const other = await told(call, sides.moto);
    if (awsSays) return expect(mine).toBe(awsSays);
    if (typeof mine === 'string' || typeof other === 'string') return expect(mine).toBe(other);
    expect(mine.filter((member) => !other.includes(member) && !MOTO_LACKS.test(member))).toEqual([]);
  });

  /** A failure by name and status, an answer by the members that it has. */
  async function told(call: Call, side: Side): Promise<string | string[]> {
    try {
      const { $metadata, ...answer } = (await call(side)) as { $metadata?: object };
      // The simulated machine takes a moment to stop, the command to finish.
      if (side === sides.ours) await new Promise((resolve) => setTimeout(resolve, 300));
      return [...new Set(members(answer))].sort();
    } catch (error) {
      const { name, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } };
      return `${name} ${$metadata?.httpStatusCode}`;
    }
  }
});

function sideOf(endpoint: string, ids: string[]): Side {
  const config = {
    endpoint,
    region: 'us-west-2',
    maxAttempts: 1,
    credentials: { accessKeyId: 'AK', secretAccessKey: 's' },
  };
  return { ec2: new EC2Client(config), ssm: new SSMClient(config), ids };
}

/** `Reservations[].Instances[].State.Name` and the like. */
function members(value: unknown, at = ''): string[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return [`${at}[]`, ...value.flatMap((one) => members(one, `${at}[]`))];
  if (typeof value === 'object' && !(value instanceof Date))
    return Object.entries(value).flatMap(([name, one]) => members(one, at ? `${at}.${name}` : name));
  return [at];
}
