import { afterEach, describe, expect, it } from 'vitest';
import type { CloudInterface } from '../../../src/drill/cloud/ec2/network/world.ts';
import { type NetworkBench, networkBench } from './bench.ts';
import { groupWorld, listWorld, type NetworkWorld, networkWorld } from './world.ts';

let b: NetworkBench;
afterEach(() => b.close());

const interfaceAt = (ip: string, more: Partial<CloudInterface> = {}): CloudInterface => ({
  id: `eni-${ip}`,
  vpc: 'vpc-1',
  subnet: 'subnet-d',
  ip,
  type: 'interface',
  description: '',
  groups: ['sg-workers'],
  ...more,
});

const balancer = (groups: string[]) =>
  interfaceAt('10.0.33.99', { type: 'network_load_balancer', description: 'ELB net/api/0123', groups });

/** Servers that admit by the workers' group alone. */
function byGroup(): NetworkWorld {
  const world = groupWorld();
  const [servers] = world.network.groups;
  servers!.rules = servers!.rules.filter(({ id }) => id === 'sgr-3');
  return world;
}

/** The same, where both servers are in the workers' group, at neighbouring addresses. */
function neighbours(): NetworkWorld {
  const world = byGroup();
  Object.assign(world.machines[1]!, { privateIp: '10.0.1.11', subnet: 'subnet-a' });
  for (const n of [0, 1]) world.machines[n]!.groups!.push('sg-workers');
  return world;
}

const withInterface = (world: NetworkWorld, one: CloudInterface) => {
  world.network.interfaces.push(one);
  return world;
};

describe('who must get through', () => {
  it.each<[string, NetworkWorld, Record<string, string>, string]>([
    ['API servers at neighbouring addresses', neighbours(), {}, '10.0.1.10/32, 10.0.1.11/32'],
    [
      'a secondary address',
      withInterface(byGroup(), interfaceAt('10.0.33.50', { more: ['10.0.33.51'] })),
      { allow: '10.0.33.51' },
      '10.0.33.51/32',
    ],
    [
      'an address in a network to let in',
      withInterface(byGroup(), interfaceAt('10.0.33.50')),
      { allow: '10.0.33.48/28' },
      '10.0.33.50/32',
    ],
  ])('refuses to cut off %s by a security group', async (_, world, params, note) => {
    b = await networkBench(world);
    const before = structuredClone(world.network);
    expect(await b.run('apply', { params: { with: 'security-group', ...params } })).toMatchObject({
      state: 'refused',
      code: 'own-way',
      note: expect.stringContaining(note),
    });
    expect(world.network).toEqual(before);
  });

  it.each<[string, string, NetworkWorld]>([
    ['its group', 'security-group', withInterface(byGroup(), balancer(['sg-workers']))],
    ['its subnet', 'security-group', withInterface(groupWorld(), balancer([]))],
    ['its subnet', 'prefix-list', withInterface(listWorld(), balancer([]))],
  ])('cuts off a balancer that gets in by %s only with --shared: %s', async (_, way, world) => {
    b = await networkBench(world);
    const before = structuredClone(world.network);
    expect(await b.run('apply', { params: { with: way } })).toMatchObject({
      state: 'refused',
      code: 'shared',
      note: expect.stringContaining('the load balancers at 10.0.33.99/32'),
    });
    expect(world.network).toEqual(before);
    expect((await b.run('apply', { params: { with: way, shared: true } })).state).toBe('changed');
  });

  it('lets API servers in by the addresses that EC2 knows, where the fleet has public ones', async () => {
    const world = networkWorld();
    Object.assign(world.machines[2]!, { privateIp: '10.0.2.20', subnet: 'subnet-b' });
    b = await networkBench(world);
    for (const n of [0, 1]) {
      const address = `203.0.113.${n}`;
      b.targets[n] = { ...b.targets[n]!, address, internalAddress: address };
    }
    expect((await b.run('apply', { params: { with: 'nacl', shared: true } })).state).toBe('changed');
    expect(b.rules('acl-cp')).toEqual([
      '1 allow 6443 10.0.2.10/32',
      '2 deny 6443 10.0.2.0/24',
      '3 deny 6443 10.0.33.0/24',
      '100 allow all 0.0.0.0/0',
    ]);
  });
});
