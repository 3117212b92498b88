import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CloudGroupRule, CloudPrefixList } from '../../../src/drill/cloud/ec2/network/world.ts';
import { type NetworkBench, networkBench } from './bench.ts';
import { groupWorld, listWorld } from './world.ts';

let b: NetworkBench;
beforeEach(async () => {
  b = await networkBench(groupWorld());
});
afterEach(() => b.close());

const servers = () => b.world.network.groups[0]!;
const api = { egress: false, protocol: 'tcp', from: 6443, to: 6443 };
const rule = (id: string, more: Partial<CloudGroupRule>): CloudGroupRule => ({
  id,
  ...api,
  tags: {},
  ...more,
});

const other = {
  id: 'eni-other',
  vpc: 'vpc-1',
  subnet: 'subnet-a',
  ip: '10.0.1.99',
  type: 'interface',
  description: 'somebody',
  groups: ['sg-servers'],
};

const keyOf = ({ cidr, group, from }: { cidr?: string; group?: string; from: number }) =>
  `${cidr} ${group} ${from}`;

/** A world without what EC2 does not let anybody choose. */
function withoutIds() {
  const { groups, prefixLists, ...rest } = structuredClone(b.world.network);
  return {
    ...rest,
    groups: groups.map((group) => ({
      ...group,
      rules: group.rules.map(({ id: _, ...fields }) => fields).sort((a, c) => (keyOf(a) < keyOf(c) ? -1 : 1)),
    })),
    prefixLists: prefixLists.map(({ version: _, state: __, entries, ...list }) => ({
      ...list,
      entries: entries.sort((a, c) => (a.cidr < c.cidr ? -1 : 1)),
    })),
  };
}

describe('a fence in the security group', () => {
  const WITH = { with: 'security-group' };
  let params: Record<string, string>;
  const ids = () => servers().rules.map(({ id }) => id);

  it('removes the rules that admit the workers by their ids, and no others', async () => {
    const check = await b.run('check', { params: WITH });
    expect(check).toMatchObject({ state: 'would' });
    expect(check.note).toContain('remove sgr-1 (tcp 6443 from 10.0.32.0/24), sgr-2');
    expect(check.note).toContain('connections that are open stay open');
    expect((await b.run('apply', { params: WITH })).state).toBe('changed');
    expect(ids()).toEqual(['sgr-self', 'sgr-4', 'sgr-5']);
    expect(servers().tags['fireaxe:run']).toBe('run-1');
    expect((await b.run('verify', { params: WITH })).state).toBe('ok');
    expect((await b.run('apply', { n: 1, params: WITH })).state).toBe('already');
  });

  it('makes them again with every field, and says that the ids are new', async () => {
    const before = withoutIds();
    await b.run('apply', { params: WITH });
    expect(withoutIds()).not.toEqual(before);
    const undo = await b.run('undo', { params: WITH });
    expect(undo).toMatchObject({ state: 'changed', note: expect.stringContaining('new ids') });
    expect(withoutIds()).toEqual(before);
    expect((await b.run('undo', { params: WITH })).state).toBe('already');
    expect(withoutIds()).toEqual(before);
  });

  it('leaves a rule that somebody made in the meantime, and says so', async () => {
    await b.run('apply', { params: WITH });
    servers().rules.push(rule('sgr-9', { cidr: '10.0.32.0/24', description: 'by hand' }));
    const undo = await b.run('undo', { params: WITH });
    expect(undo).toMatchObject({ state: 'failed', code: 'changed-since' });
    expect(servers().rules.filter(({ cidr }) => cidr === '10.0.32.0/24')).toHaveLength(1);
  });

  it.each([
    [
      'a rule that is wider than the clients',
      'no-rule',
      () => servers().rules.push(rule('sgr-6', { cidr: '10.0.0.0/8' })),
    ],
    [
      'a rule for more ports',
      'no-rule',
      () => servers().rules.push(rule('sgr-6', { group: 'sg-workers', from: 0, to: 65_535 })),
    ],
    ['a group that others are in', 'shared', () => b.world.network.interfaces.push(other)],
    [
      "a rule for a group of others in the workers' subnets",
      'no-rule',
      () => {
        b.world.network.interfaces.push({
          ...other,
          subnet: 'subnet-c',
          ip: '10.0.32.77',
          groups: ['sg-pods'],
        });
        servers().rules.push(rule('sgr-6', { group: 'sg-pods', from: 0, to: 65_535 }));
      },
    ],
    [
      'rules that the API servers themselves need',
      'own-way',
      () => {
        servers().rules = servers().rules.filter(({ id }) => id !== 'sgr-self');
        for (const n of [0, 1]) b.world.machines[n]!.groups!.push('sg-workers');
      },
    ],
    [
      "a rule for a peer's group, in which networks to keep away may be",
      'no-rule',
      () => {
        servers().rules = [rule('sgr-7', { group: 'sg-far', peer: 'vpc-9' })];
        params = { ...WITH, from: '10.9.0.0/16' };
      },
    ],
    [
      'a missing permission',
      'not-permitted',
      () => {
        b.endpoint.faults.refuse.AuthorizeSecurityGroupIngress = 'UnauthorizedOperation';
      },
    ],
    [
      'the lease of another run',
      'leased',
      () => {
        servers().tags['fireaxe:run'] = 'run-0';
      },
    ],
  ])('refuses %s', async (_, code, change) => {
    params = WITH;
    change();
    const before = structuredClone(b.world.network);
    expect(await b.run('apply', { params })).toMatchObject({ state: 'refused', code });
    expect(b.world.network).toEqual(before);
  });
});

describe('a fence in the prefix list', () => {
  const WITH = { with: 'prefix-list' };
  const list = (): CloudPrefixList => b.world.network.prefixLists[0]!;
  beforeEach(async () => {
    await b.close();
    b = await networkBench(listWorld());
  });

  it('removes the entries in one call, from the version that it read', async () => {
    expect((await b.run('check', { params: WITH })).note).toContain(
      'remove 10.0.32.0/24, 10.0.33.0/24 from pl-1',
    );
    expect((await b.run('apply', { params: WITH })).state).toBe('changed');
    expect(list()).toMatchObject({
      version: 8,
      state: 'modify-complete',
      entries: [{ cidr: '192.0.2.0/24' }],
    });
    expect((await b.run('verify', { params: WITH })).state).toBe('ok');
    expect((await b.run('apply', { n: 1, params: WITH })).state).toBe('already');
    expect(list().version).toBe(8);
  });

  it('adds them again with their descriptions, on the version of then', async () => {
    const before = withoutIds();
    await b.run('apply', { params: WITH });
    list().version = 12;
    expect((await b.run('undo', { params: WITH })).state).toBe('changed');
    expect(list().version).toBe(13);
    expect(withoutIds()).toEqual(before);
  });

  it('reads the list again where somebody else changed it first', async () => {
    const { network } = b.world;
    let reads = 0;
    Object.defineProperty(list(), 'state', {
      get() {
        reads += 1;
        // Its version is answered already.
        if (reads === 3) list().version += 1;
        return 'modify-complete';
      },
      set: () => {},
    });
    expect((await b.run('apply', { params: WITH })).state).toBe('changed');
    expect(network.prefixLists[0]!.entries).toEqual([{ cidr: '192.0.2.0/24', description: 'office' }]);
  });

  it.each([
    [
      'an entry that is wider than the clients',
      'no-rule',
      () => list().entries.push({ cidr: '10.0.0.0/16' }),
    ],
    ['a list that others use', 'shared', () => list().users.push('sg-other')],
    ['a list of a group that others are in', 'shared', () => b.world.network.interfaces.push(other)],
    [
      'rules that admit by no list',
      'no-rule',
      () => servers().rules.push(rule('sgr-2', { cidr: '10.0.32.0/24' })),
    ],
  ])('refuses %s', async (_, code, change) => {
    change();
    const before = structuredClone(b.world.network);
    expect(await b.run('apply', { params: WITH })).toMatchObject({ state: 'refused', code });
    expect(b.world.network).toEqual(before);
  });

  it('changes no more entries in a call than EC2 takes', async () => {
    for (let n = 0; n < 250; n++) list().entries.push({ cidr: `10.0.32.${n}/32` });
    const before = withoutIds();
    expect((await b.run('apply', { params: WITH })).state).toBe('changed');
    expect(list().entries).toEqual([{ cidr: '192.0.2.0/24', description: 'office' }]);
    expect((await b.run('undo', { params: WITH })).state).toBe('changed');
    expect(withoutIds()).toEqual(before);
  });

  it('is what auto takes where the network ACL is shared, and the reason is said', async () => {
    b.world.network.acls[0]!.subnets.push('subnet-c');
    const check = await b.run('check');
    expect(check).toMatchObject({ state: 'would', before: { with: 'prefix-list' } });
    expect(check.note).toContain('by prefix-list, because nacl: acl-cp also filters subnet-c');
  });
});
