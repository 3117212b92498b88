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
  const lever = {
    name: 'fence-network',
    args: [],
    targets: 2,
    world: () => world,
    nodes: networkFleet,
    stands: () => {},
  };
  kit = leverKit(fireaxe.directory, cloud.url, lever, world);
});

afterEach(async () => {
  await cloud.close();
  fireaxe.close();
});

const fence = (...words: string[]) =>
  fireaxe.run(['fence', '--at', 'network', '--reason', 'test', ...words], { kit });
const inbound = () => world.network.acls[0]!.entries.filter((entry) => !entry.egress).length;

describe('fireaxe fence --at network', () => {
  it('shows the entries that it would make, and makes none', async () => {
    const before = structuredClone(world.network);
    const { code, stdout, stderr } = await fence('--dry-run');
    expect(code, stderr).toBe(0);
    expect(stdout).toContain("deny the workers' subnets the port of the API in the network");
    expect(stdout).toContain('NO timer reverts it');
    expect(stdout + stderr).toContain('acl-cp gets 1 deny tcp 6443 10.0.32.0/23, before rule 100');
    expect(world.network).toEqual(before);
  });

  it('fences the servers that share an ACL once, is verified, and is undone', async () => {
    const before = structuredClone(world.network);
    const done = await fence('--confirm', 'prod 2');
    expect(done.code, done.stderr).toBe(0);
    expect(inbound()).toBe(3);
    const verified = await fireaxe.run(['verify', 'last'], { kit });
    expect(verified.code, verified.stderr + verified.stdout).toBe(0);
    const undone = await fireaxe.run(['undo', 'last', '--reason', 'test', '--yes'], { kit });
    expect(undone.code, undone.stderr).toBe(0);
    expect(world.network).toEqual(before);
  });

  it('is severe, and refuses flags of the hosts', async () => {
    const unconfirmed = await fence('--yes');
    expect(unconfirmed.code).not.toBe(0);
    expect(inbound()).toBe(2);
    const wrong = await fence('--timer', '5m');
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain('--timer is for fence --at host');
    const host = await fireaxe.run(['fence', '--shared', '--reason', 'test'], { kit });
    expect(host.code).toBe(2);
    expect(host.stderr).toContain('--shared is for fence --at network');
  });

  it('says why none of the ways is possible', async () => {
    world.network.acls[0]!.subnets.push('subnet-c');
    world.network.groups[0]!.rules.push({
      ...{ id: 'sgr-1', egress: false, protocol: '-1', from: -1, to: -1, cidr: '10.0.0.0/8', tags: {} },
    });
    const { code, stdout, stderr } = await fence('--confirm', 'prod 2');
    // The failure budget ends the run.
    expect(code).toBe(7);
    expect(stdout + stderr).toContain('nacl: acl-cp also filters subnet-c');
    expect(stdout + stderr).toContain('security-group: the clients would still be admitted by sgr-1');
  });
});
