import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ec2Api } from '../../src/aws/ec2-api.ts';
import { checkPermissions } from '../../src/doctor/permissions.ts';
import { createCloudEndpoint } from '../../src/drill/cloud/endpoint.ts';
import type { CloudProfile } from '../../src/kit/types.ts';
import { type NetworkWorld, networkWorld } from '../actions/fence-network/world.ts';

let cloud: Awaited<ReturnType<typeof createCloudEndpoint>>;
let world: NetworkWorld;
let directory: string;
let profile: CloudProfile;

beforeAll(async () => {
  world = networkWorld();
  cloud = await createCloudEndpoint(world, { perSecond: 1000, burst: 1000 });
  directory = mkdtempSync(join(tmpdir(), 'fx-permissions-'));
  const configFile = join(directory, 'config');
  const keys = 'aws_access_key_id = AKIAEXAMPLEEXAMPLE00\naws_secret_access_key = of-no-use\n';
  writeFileSync(configFile, `[profile lab]\nendpoint_url = ${cloud.url}\n${keys}`);
  profile = { profile: 'lab', region: 'us-west-2', configFile, credentialsFile: configFile };
});
afterAll(async () => {
  await cloud.close();
  rmSync(directory, { recursive: true });
});

async function tried(refuse: Record<string, string> = {}) {
  cloud.faults.refuse = {};
  const ec2 = await ec2Api(profile, {}, () => {});
  const instance = await ec2.instance(world.machines[0]!.id);
  cloud.faults.refuse = refuse;
  const signal = AbortSignal.timeout(30_000);
  try {
    return await checkPermissions(instance!, ec2, { cloud: profile, env: {}, onTrace: () => {}, signal });
  } finally {
    ec2.close();
  }
}
const NO = 'UnauthorizedOperation';

describe('permissions by DryRun', () => {
  it('are tried on a machine and on the network ACL of its subnet, and nothing is changed', async () => {
    const before = JSON.stringify([world.machines, world.network]);
    const found = await tried();
    expect(found.map(({ state, what }) => `${state}: ${what}`)).toEqual([
      expect.stringMatching(/^green: EC2 would let us stop, start, retype and tag i-\S+ \(DryRun\)$/),
      'green: EC2 would let us change the entries of acl-cp (DryRun)',
    ]);
    expect(JSON.stringify([world.machines, world.network])).toBe(before);
  });

  it.each([
    [{ 'ec2:ModifyInstanceAttribute': NO }, 0, /ec2:ModifyInstanceAttribute \(DryRun\): scale and shrink/],
    [
      { 'ec2:CreateNetworkAclEntry': NO, 'ec2:DeleteNetworkAclEntry': NO },
      1,
      /ec2:CreateNetworkAclEntry, ec2:DeleteNetworkAclEntry \(DryRun\): fence --at network/,
    ],
    [{ 'ec2:DescribeNetworkAcls': NO }, 1, /^fence --at network: .* do not allow ec2:DescribeNetworkAcls/],
  ])('%j is named with the statement that allows it', async (refuse, at, what) => {
    const found = await tried(refuse);
    expect(found.map(({ state }) => state)).toEqual(at === 0 ? ['red', 'green'] : ['green', 'red']);
    expect(found[at]!.what).toMatch(what);
    expect(found[at]!.next).toContain(
      `"Action":${JSON.stringify(Object.keys(refuse).length === 1 ? Object.keys(refuse)[0] : Object.keys(refuse))}`,
    );
  });
});
