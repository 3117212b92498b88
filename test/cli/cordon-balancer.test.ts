import { rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BalancerWorld } from '../../src/drill/cloud/elb/world.ts';
import { createCloudEndpoint } from '../../src/drill/cloud/endpoint.ts';
import { group } from '../actions/cordon-balancer/bench.ts';
import { fakeWorld, instanceId } from '../drill/cloud/fake-world.ts';
import { cloudKit } from './cloud-kit.ts';
import { InProcess } from './in-process.ts';

let fireaxe: InProcess;
let kit: string;
let cloud: Awaited<ReturnType<typeof createCloudEndpoint>>;
let balancers: BalancerWorld;

beforeEach(async () => {
  fireaxe = new InProcess();
  const world = fakeWorld(3);
  balancers = { groups: [group('web', [0, 1, 2].map(instanceId))], forwards: [], drainMs: 1, checkMs: 1 };
  world.balancers = balancers;
  cloud = await createCloudEndpoint(world, { perSecond: 1000, burst: 1000 });
  kit = cloudKit(cloud.url);
});

afterEach(async () => {
  await cloud.close();
  fireaxe.close();
  rmSync(kit, { recursive: true });
});

const cordon = (...words: string[]) =>
  fireaxe.run(['cordon', '--at', 'balancer', '--reason', 'test', ...words], { kit });
const registered = () => balancers.groups[0]!.targets.map(({ id }) => id).sort();

describe('fireaxe cordon --at balancer', () => {
  it('shows what it would take, and takes nothing', async () => {
    const { code, stdout, stderr } = await cordon('--nodes', 'n1', '--dry-run');
    expect(code, stderr).toBe(0);
    expect(stdout).toContain(
      'deregister each node from its target groups and Classic Load Balancers; 1 healthy remain in each',
    );
    expect(stdout + stderr).toContain(
      'would be deregistered from web (443 healthy): 2 of 3 targets in service remain',
    );
    expect(registered()).toHaveLength(3);
  });

  it('takes nodes out until undo', async () => {
    const before = structuredClone(balancers.groups);
    const done = await cordon('--nodes', 'n1', '--yes');
    expect(done.code, done.stderr).toBe(0);
    expect(registered()).toEqual([instanceId(0), instanceId(2)]);
    const verified = await fireaxe.run(['verify', 'last'], { kit });
    expect(verified.code, verified.stderr).toBe(0);
    const undone = await fireaxe.run(['undo', 'last', '--reason', 'test', '--yes'], { kit });
    expect(undone.code, undone.stderr).toBe(0);
    const sorted = (groups: typeof before) =>
      groups.map((one) => one.targets.map(({ id, port, state }) => [id, port, state]).sort());
    expect(sorted(balancers.groups)).toEqual(sorted(before));
  });

  it('refuses flags of the other variant, and the last target', async () => {
    const wrong = await cordon('--timer', '5m');
    expect(wrong).toMatchObject({ code: 2 });
    expect(wrong.stderr).toContain('--timer is for cordon --at host');
    const host = await fireaxe.run(['cordon', '--group', 'web', '--reason', 'test'], { kit });
    expect(host).toMatchObject({ code: 2 });
    expect(host.stderr).toContain('--group is for cordon --at balancer');
    const last = await cordon('-l', 'role=worker', '--floor', '2', '--yes');
    expect(last.code).not.toBe(0);
    expect(last.stdout + last.stderr).toContain('1 would remain, 2 are required (--floor)');
    expect(registered()).toHaveLength(2);
  });

  it('says where no node is in a target group', async () => {
    balancers.groups = [];
    const { code, stdout, stderr } = await cordon('--nodes', 'n1', '--dry-run');
    expect(stdout + stderr).toContain('no node is in a target group');
    expect(code).toBe(3);
  });
});
