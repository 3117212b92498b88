import { rmSync } from 'node:fs';
import {
  CreateLoadBalancerCommand as CreateClassicCommand,
  DescribeInstanceHealthCommand,
  ElasticLoadBalancingClient,
  RegisterInstancesWithLoadBalancerCommand,
} from '@aws-sdk/client-elastic-load-balancing';
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  DescribeListenersCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  RegisterTargetsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  ChangeResourceRecordSetsCommand,
  CreateHostedZoneCommand,
  ListResourceRecordSetsCommand,
  Route53Client,
} from '@aws-sdk/client-route-53';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InProcess } from '../cli/in-process.ts';
import { fleetOf, makeKit, NODES } from '../kit/make-kit.ts';
import { launch } from './moto/account.ts';
import { findMoto, type Moto, startMoto } from './moto/server.ts';

const region = 'us-west-2';
const credentials = { accessKeyId: 'AKIAEXAMPLEEXAMPLE00', secretAccessKey: 'of-no-use' };
const NAME = 'shop.example.com';

const path = findMoto();
let moto: Moto;
let elb: ElasticLoadBalancingV2Client;
let classic: ElasticLoadBalancingClient;
let dns: Route53Client;
let cli: InProcess;
let ids: string[];
const kits: string[] = [];
let groups: string[];
let listener: string;
let zone: string;

/** Levers of users' traffic before somebody else's load balancers and Route 53. */
describe.skipIf(!path)('traffic and AWS, where moto can be had', () => {
  beforeAll(async () => {
    moto = await startMoto(path!);
    elb = new ElasticLoadBalancingV2Client({ endpoint: moto.url, region, credentials });
    classic = new ElasticLoadBalancingClient({ endpoint: moto.url, region, credentials });
    dns = new Route53Client({ endpoint: moto.url, region, credentials });
    ids = await launch(moto, region, 3);
    const ec2 = (parameters: Record<string, string>) =>
      moto.query('ec2', region, { Version: '2016-11-15', ...parameters });
    const vpc = /<vpcId>(vpc-[0-9a-f]+)</.exec(await ec2({ Action: 'DescribeVpcs' }))![1]!;
    const subnets = [
      ...(await ec2({ Action: 'DescribeSubnets' })).matchAll(/<subnetId>(subnet-[0-9a-f]+)</g),
    ];
    groups = [];
    for (const Name of ['one', 'two']) {
      const command = new CreateTargetGroupCommand({ Name, Protocol: 'HTTP', Port: 80, VpcId: vpc });
      const made = await elb.send(command);
      const TargetGroupArn = made.TargetGroups![0]!.TargetGroupArn!;
      const Targets = ids.map((Id, n) => ({ Id, Port: 8000 + n }));
      await elb.send(new RegisterTargetsCommand({ TargetGroupArn, Targets }));
      groups.push(TargetGroupArn);
    }
    const balancer = await elb.send(
      new CreateLoadBalancerCommand({ Name: 'shop', Subnets: subnets.slice(0, 2).map(([, id]) => id!) }),
    );
    const made = await elb.send(
      new CreateListenerCommand({
        LoadBalancerArn: balancer.LoadBalancers![0]!.LoadBalancerArn!,
        Protocol: 'HTTP',
        Port: 80,
        DefaultActions: [
          {
            Type: 'forward',
            ForwardConfig: {
              TargetGroups: groups.map((TargetGroupArn) => ({ TargetGroupArn, Weight: 1 })),
              TargetGroupStickinessConfig: { Enabled: true, DurationSeconds: 60 },
            },
          },
        ],
      }),
    );
    listener = made.Listeners![0]!.ListenerArn!;
    await classic.send(
      new CreateClassicCommand({
        LoadBalancerName: 'old',
        Listeners: [{ Protocol: 'TCP', LoadBalancerPort: 80, InstanceProtocol: 'TCP', InstancePort: 8080 }],
        AvailabilityZones: [`${region}a`],
      }),
    );
    const Instances = ids.map((InstanceId) => ({ InstanceId }));
    await classic.send(new RegisterInstancesWithLoadBalancerCommand({ LoadBalancerName: 'old', Instances }));
    const hosted = await dns.send(new CreateHostedZoneCommand({ Name: 'example.com', CallerReference: '1' }));
    zone = hosted.HostedZone!.Id!.replace('/hostedzone/', '');
    // Not created: moto refuses to create what it has created before, and undo must create these again.
    const set = (SetIdentifier: string, Weight: number) => ({
      Action: 'UPSERT' as const,
      ResourceRecordSet: {
        Name: NAME,
        Type: 'A' as const,
        SetIdentifier,
        Weight,
        TTL: 30,
        ResourceRecords: [{ Value: `192.0.2.${Weight}` }],
      },
    });
    await dns.send(
      new ChangeResourceRecordSetsCommand({
        HostedZoneId: zone,
        ChangeBatch: { Changes: [set('blue', 10), set('green', 20)] },
      }),
    );
    cli = new InProcess();
  }, 60_000);
  afterAll(async () => {
    elb?.destroy();
    classic?.destroy();
    dns?.destroy();
    cli?.close();
    for (const kit of kits) rmSync(kit, { recursive: true });
    await moto?.close();
  });

  it('takes a node out of its groups, and registers it as it was', async () => {
    const done = commandLine([]);
    const before = [await targets(), await instances()];
    await done('cordon', '--at', 'balancer', '--nodes', 'n1', '--yes');
    expect((await targets()).map((of) => of.length)).toEqual([2, 2]);
    expect(await instances()).toHaveLength(2);
    await done('verify', 'last');
    await done('undo', 'last', '--yes');
    expect([await targets(), await instances()]).toEqual(before);
  }, 60_000);

  it('moves the weights of a listener in steps, and returns them', async () => {
    const [one, two] = groups as [string, string];
    const done = commandLine([{ listener, groups: { c1: one, c2: two } }]);
    const before = await actions();
    await done('evacuate', '--steps', '50,0', '--pause', '0s', '--confirm', 'c1 1');
    expect((await actions())[0]!.ForwardConfig!.TargetGroups!.map(({ Weight }) => Weight)).toEqual([0, 999]);
    await done('verify', 'last');
    await done('undo', 'last', '--confirm', 'c1 1');
    expect(await actions()).toEqual(before);
  }, 60_000);

  it('moves the weights of a record in one step, and returns them; moto creates no set twice', async () => {
    const record = { zone, name: NAME, type: 'A' };
    const done = commandLine([{ record, sets: { c1: 'blue', c2: 'green' } }]);
    const before = await records();
    await done('evacuate', '--steps', '0', '--pause', '0s', '--confirm', 'c1 1');
    expect((await records()).map(({ Weight }) => Weight)).toEqual([0, 240]);
    await done('verify', 'last');
    await done('undo', 'last', '--confirm', 'c1 1');
    expect(await records()).toEqual(before);
  }, 60_000);
});

/** Runs commands for the cluster c1, whose traffic is divided at these places. */
function commandLine(traffic: object[]): (verb: string, ...words: string[]) => Promise<void> {
  const kit = kitOf(traffic);
  kits.push(kit);
  return async (verb, ...words) => {
    const reason = verb === 'verify' ? [] : ['--reason', 'test'];
    const { code, stdout, stderr } = await cli.run([verb, ...words, ...reason], { kit });
    expect(code, stdout + stderr).toBe(0);
  };
}

/** Of the Classic Load Balancer, with their states. */
async function instances() {
  const command = new DescribeInstanceHealthCommand({ LoadBalancerName: 'old' });
  const { InstanceStates = [] } = await classic.send(command);
  return InstanceStates.map(({ InstanceId, State }) => `${InstanceId} ${State}`).sort();
}

async function targets() {
  return Promise.all(
    groups.map(async (TargetGroupArn) => {
      const { TargetHealthDescriptions } = await elb.send(
        new DescribeTargetHealthCommand({ TargetGroupArn }),
      );
      return TargetHealthDescriptions!.map(({ Target }) => `${Target!.Id} ${Target!.Port}`).sort();
    }),
  );
}

async function actions() {
  const { Listeners } = await elb.send(new DescribeListenersCommand({ ListenerArns: [listener] }));
  return Listeners![0]!.DefaultActions!;
}

async function records() {
  const all = await dns.send(new ListResourceRecordSetsCommand({ HostedZoneId: zone }));
  return all
    .ResourceRecordSets!.filter(({ Weight }) => Weight !== undefined)
    .sort((a, b) => (a.SetIdentifier! < b.SetIdentifier! ? -1 : 1));
}

function kitOf(traffic: object[]): string {
  const cloud = { profile: 'lab', region, ...(traffic.length > 0 && { traffic }) };
  return makeKit({
    'kit.yaml': JSON.stringify({
      schemaVersion: 1,
      clusters: { c1: { ssh: { user: 'core', identity: 'keys/id' }, cloud } },
    }),
    'fleet/c1.json': JSON.stringify(fleetOf(NODES.map((node, n) => ({ ...node, instanceId: ids[n] })))),
    'aws/config': `[profile lab]\nregion = ${region}\nendpoint_url = ${moto.url}\n`,
    'aws/credentials': `[lab]\naws_access_key_id = ${credentials.accessKeyId}\naws_secret_access_key = ${credentials.secretAccessKey}\n`,
  });
}
