import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCloudEndpoint } from '../../src/drill/cloud/endpoint.ts';
import { type NetworkWorld, networkFleet, networkWorld } from '../actions/fence-network/world.ts';
import { leverKit } from '../aws/levers/kit.ts';
import { InProcess } from './in-process.ts';

let fireaxe: InProcess;
let kit: string;
let cloud: Awaited<ReturnType<typeof createCloudEndpoint>>;
let world: NetworkWorld;

beforeEach(async () => {
  fireaxe = new InProcess();
  world = networkWorld();
  cloud = await createCloudEndpoint(world, { perSecond: 1000, burst: 1000 });
  const lever = { name: '', args: [], targets: 2, world: () => world, nodes: networkFleet, stands: () => {} };
  kit = leverKit(fireaxe.directory, cloud.url, lever, world);
});

afterEach(async () => {
  await cloud.close();
  fireaxe.close();
});

const fence = () =>
  fireaxe.run(['fence', '--at', 'network', '--reason', 'test', '--confirm', 'prod 2'], { kit });
const sweep = (env = {}) => fireaxe.run(['sweep'], { kit, env });
const tags = () => world.network.acls[0]!.tags;
const expire = () => {
  tags()['fireaxe:until'] = '2020-01-01T00:00:00Z';
};

describe('fireaxe sweep', () => {
  it('finds nothing where no fence stands, whatever else a run has made', async () => {
    Object.assign(world.machines[0]!.tags, { 'fireaxe:run': 'r', 'fireaxe:until': '2020-01-01T00:00:00Z' });
    const { code, stderr } = await sweep();
    expect(code, stderr).toBe(0);
    expect(stderr).toContain('no fence of Fireaxe stands in the network in us-west-2');
  });

  it('lists a fence with its end, and names the undo of its run', async () => {
    await fence();
    const { code, stdout, stderr } = await sweep();
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/acl-cp +\S+ +\S+Z +stands/);
    expect(stderr).toContain(`next: fireaxe undo ${tags()['fireaxe:run']}`);
    expire();
    expect((await sweep()).stdout).toMatch(/acl-cp .* expired/);
  });

  it('says without a journal which entries are to be removed, by number and content', async () => {
    await fence();
    world.network.acls[0]!.entries.push({
      ...{
        number: 2,
        egress: false,
        action: 'deny',
        protocol: '6',
        cidr: '10.1.0.0/16',
        from: 6443,
        to: 6443,
      },
    });
    const { stderr } = await sweep({ FIREAXE_STATE_DIR: `${fireaxe.directory}/elsewhere` });
    expect(stderr).toContain('delete-network-acl-entry --network-acl-id acl-cp --ingress --rule-number 1 ');
    expect(stderr).not.toContain('--rule-number 2');
    expect(stderr).toContain(
      'delete-tags --resources acl-cp --tags Key=fireaxe:run Key=fireaxe:until Key=fireaxe:rules',
    );
  });

  it('is named by a later run that uses the cloud, once a fence stands beyond its time', async () => {
    await fence();
    const again = () => fireaxe.run(['fence', '--at', 'network', '--reason', 'test', '--dry-run'], { kit });
    expect((await again()).stdout).not.toContain('beyond its time');
    expire();
    const { stdout } = await again();
    expect(stdout).toContain(
      `a fence in the network stands beyond its time (${tags()['fireaxe:run']}): fireaxe sweep -c prod`,
    );
    cloud.faults.refuse.DescribeTags = 'UnauthorizedOperation';
    expect((await again()).code).toBe(0);
  });
});
