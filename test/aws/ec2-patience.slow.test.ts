import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { discoverFromEc2 } from '../../src/aws/discover-ec2.ts';
import { type Ec2Api, ec2Api } from '../../src/aws/ec2-api.ts';
import type { Ec2Page } from '../../src/aws/ec2-instance.ts';
import { patient } from '../../src/aws/ec2-patience.ts';
import { asCredentialsError, asUnreachable } from '../../src/aws/errors.ts';
import { type CloudEndpoint, createCloudEndpoint } from '../../src/drill/cloud/endpoint.ts';
import { faultOf } from '../../src/transport/ssm/faults.ts';
import { type FakeWorld, fakeWorld, instanceId } from '../drill/cloud/fake-world.ts';

let dir: string;
let world: FakeWorld;
let endpoint: CloudEndpoint;
let bare: Ec2Api;
let api: Ec2Api;
/** Waits as they were asked for; the clock moves by them alone. */
let waits: number[];
let notes: string[];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'fireaxe-ec2-'));
  const credentialsFile = join(dir, 'credentials');
  await writeFile(credentialsFile, '[default]\naws_access_key_id = A\naws_secret_access_key = s\n');
  world = fakeWorld(1500, (machine) => {
    machine.tags['kubernetes.io/cluster/a'] = 'owned';
  });
  endpoint = await createCloudEndpoint(world, { perSecond: 1000, burst: 1000 });
  bare = await ec2Api({ region: 'us-west-2', credentialsFile }, { AWS_ENDPOINT_URL: endpoint.url });
  waits = [];
  notes = [];
  let now = 0;
  api = patient(bare, {
    forMs: 120_000,
    now: () => now,
    async sleep(ms) {
      waits.push(ms);
      now += ms;
    },
    onWait: (why) => void notes.push(why),
  });
});

afterEach(async () => {
  bare.close();
  await endpoint.close();
  await rm(dir, { recursive: true });
});

const discover = () => discoverFromEc2({ describe: api.describe, cluster: 'a', region: 'us-west-2' });

describe('discovery with patience', () => {
  it.each(['reset', 'empty', 'cut', 'error-500'] as const)('has the whole fleet after %s', async (how) => {
    endpoint.faults.afterAcceptance.DescribeInstances = { how, times: 5 };
    expect((await discover()).nodes).toHaveLength(1500);
    expect(notes).toHaveLength(1);
  });

  it('gives up a storm that does not end, by its own name and in time', async () => {
    const storm = Object.assign(new Error('Request limit exceeded.'), { name: 'RequestLimitExceeded' });
    bare.describe = () => Promise.reject(Object.assign(storm, { $metadata: { httpStatusCode: 503 } }));
    await expect(discover()).rejects.toBe(storm);
    const whole = waits.reduce((sum, ms) => sum + ms, 0);
    expect(whole).toBeGreaterThanOrEqual(120_000);
    expect(whole).toBeLessThan(140_000);
  });

  it('does not wait for what will not pass', async () => {
    endpoint.faults.refuse.DescribeInstances = 'UnauthorizedOperation';
    await expect(discover()).rejects.toMatchObject({ kind: 'credentials' });
    expect(waits).toEqual([]);
  });

  it('does not wait for a service that was never there, and says where to look', async () => {
    await endpoint.close();
    const error = await discover().catch((e: unknown) => e);
    expect(waits).toEqual([]);
    expect(asUnreachable(error, 'EC2', { region: 'us-west-2' }, {})).toMatchObject({
      message: expect.stringContaining('no connection to EC2 in us-west-2'),
      next: 'curl -sSI https://ec2.us-west-2.amazonaws.com',
    });
    const env = { AWS_ENDPOINT_URL: 'http://a', AWS_ENDPOINT_URL_EC2: 'http://b' };
    expect(asUnreachable(error, 'EC2', { region: 'us-west-2' }, env)).toMatchObject({
      place: 'AWS_ENDPOINT_URL_EC2=http://b',
      next: 'unset AWS_ENDPOINT_URL_EC2',
    });
    endpoint = await createCloudEndpoint(world);
  });

  it('does not wait for a certificate that nobody here trusts: nothing was sent', async () => {
    const error = Object.assign(new Error('self-signed certificate in certificate chain'), {
      code: 'SELF_SIGNED_CERT_IN_CHAIN',
    });
    bare.describe = () => Promise.reject(error);
    await expect(discover()).rejects.toBe(error);
    expect(waits).toEqual([]);
    expect(faultOf(error)).toBe('not-sent');
    expect(asUnreachable(error, 'EC2', { region: 'us-west-2' }, {})).toMatchObject({
      expected: expect.stringContaining('NODE_EXTRA_CA_CERTS'),
    });
  });

  it('ends where pages lead in a circle, and counts once who is on two of them', async () => {
    const page = (n: number): Ec2Page => ({
      Reservations: [
        { Instances: [1, n].map((i) => ({ InstanceId: instanceId(i), PrivateIpAddress: `10.0.0.${i}` })) },
      ],
    });
    const circle = async (query: { NextToken?: string }) => ({
      ...page(1),
      NextToken: query.NextToken === 'a' ? 'b' : 'a',
    });
    const options = { cluster: 'a', region: 'us-west-2' };
    await expect(discoverFromEc2({ ...options, describe: circle })).rejects.toThrow(/again and again/);
    const twice = async (query: { NextToken?: string }) =>
      query.NextToken ? page(2) : { ...page(3), NextToken: 'a' };
    expect((await discoverFromEc2({ ...options, describe: twice })).nodes).toHaveLength(3);
  });
});

describe('a clock that is wrong', () => {
  it.each([
    [3 * 3_600_000, 'behind', 'SignatureDoesNotMatch'],
    [-3 * 3_600_000, 'ahead of', 'RequestExpired'],
  ])('is told as one, and not as wrong keys (%d)', (aheadMs, text, name) => {
    const date = new Date(Date.now() + aheadMs).toUTCString();
    const error = Object.assign(new Error('x'), { name, $response: { headers: { date } } });
    const told = asCredentialsError(error, { region: 'r' });
    expect(told?.message).toMatch(new RegExp(`the clock here is [23]h\\d\\dm ${text} AWS's`));
    expect(told?.next).toContain('date -u');
  });

  it('is not blamed where it is right', () => {
    const $response = { headers: { date: new Date().toUTCString() } };
    const echoed = "x\n\n'POST\nx-amz-security-token:secret'";
    const error = Object.assign(new Error(echoed), { name: 'SignatureDoesNotMatch', $response });
    expect(asCredentialsError(error, { region: 'r' })?.message).toMatch(/are not accepted: x$/);
  });
});
