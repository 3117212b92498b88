import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type NetworkBench, networkBench } from './bench.ts';

let b: NetworkBench;
beforeEach(async () => {
  b = await networkBench();
});
afterEach(() => b.close());

const NACL = { with: 'nacl' };
const OPEN = ['100 allow all 0.0.0.0/0'];
const FENCED = ['1 deny 6443 10.0.32.0/23', ...OPEN];
const acl = (id: string) => b.world.network.acls.find((one) => one.id === id)!;

describe('a fence in the network ACL', () => {
  it('says what it would change and changes nothing', async () => {
    const before = structuredClone(b.world.network);
    const check = await b.run('check', { params: NACL });
    expect(check).toMatchObject({
      state: 'would',
      before: {
        with: 'nacl',
        acl: 'acl-cp',
        'entry.1': 'deny tcp 6443 10.0.32.0/23',
        'former.100': 'allow all all 0.0.0.0/0',
        until: '2026-11-30T03:00:00Z',
      },
    });
    expect(check.note).toContain('acl-cp gets 1 deny tcp 6443 10.0.32.0/23, before rule 100');
    expect(b.world.network).toEqual(before);
  });

  it('denies the subnets of the workers, once for API servers that share the ACL', async () => {
    expect((await b.run('apply', { params: NACL })).state).toBe('changed');
    expect(b.rules('acl-cp')).toEqual(FENCED);
    expect(acl('acl-cp').tags).toMatchObject({
      Name: 'cp',
      'fireaxe:run': 'run-1',
      'fireaxe:until': '2026-11-30T03:00:00Z',
      'fireaxe:rules': expect.stringMatching(/^1:[0-9a-f]{6}$/),
    });
    expect(await b.run('apply', { n: 1, params: NACL })).toMatchObject({ state: 'already' });
    expect(b.rules('acl-cp')).toEqual(FENCED);
    expect(b.rules('acl-all')).toEqual(OPEN);
    for (const n of [0, 1]) expect((await b.run('verify', { n, params: NACL })).state).toBe('ok');
    expect(await b.run('receipt', { params: NACL })).toMatchObject({
      state: 'ok',
      data: { state: 'changed' },
    });
  });

  it('restores the ACL field by field', async () => {
    const before = structuredClone(b.world.network);
    await b.run('apply', { params: NACL });
    expect((await b.run('undo', { params: NACL })).state).toBe('changed');
    expect(b.world.network).toEqual(before);
    expect((await b.run('undo', { params: NACL })).state).toBe('already');
    expect((await b.run('receipt', { params: NACL })).state).toBe('absent');
    expect((await b.run('verify', { params: NACL })).state).toBe('failed');
  });

  it('lets in first what must be let in', async () => {
    b.kubernetes.alwaysAllow = ['10.0.32.7'];
    b.world.network.interfaces.push({
      id: 'eni-1',
      vpc: 'vpc-1',
      subnet: 'subnet-d',
      ip: '10.0.33.99',
      type: 'network_load_balancer',
      description: 'ELB net/api/0123',
    });
    await b.run('apply', { params: { ...NACL, allow: '10.0.33.128/25' } });
    expect(b.rules('acl-cp')).toEqual([
      '1 allow 6443 10.0.32.7/32',
      '2 allow 6443 10.0.33.99/32',
      '3 allow 6443 10.0.33.128/25',
      '4 deny 6443 10.0.32.0/23',
      ...OPEN,
    ]);
  });

  it('knows its entry of a network that the kit names by an address within it', async () => {
    b.kubernetes.alwaysAllow = ['10.0.33.200/25'];
    const before = structuredClone(b.world.network);
    await b.run('apply', { params: NACL });
    expect(b.rules('acl-cp')[0]).toBe('1 allow 6443 10.0.33.128/25');
    expect((await b.run('verify', { params: NACL })).state).toBe('ok');
    expect((await b.run('undo', { params: NACL })).state).toBe('changed');
    expect(b.world.network).toEqual(before);
  });

  it('goes before the first rule that lets the clients in, around rules that are there', async () => {
    acl('acl-cp').entries.push(
      { number: 1, egress: false, action: 'allow', protocol: '6', cidr: '10.0.0.0/8', from: 22, to: 22 },
      { number: 2, egress: false, action: 'deny', protocol: '6', cidr: '10.0.33.0/24', from: 0, to: 65_535 },
      { number: 4, egress: false, action: 'allow', protocol: '6', cidr: '10.0.0.0/8', from: 6000, to: 7000 },
    );
    await b.run('apply', { params: NACL });
    expect(b.rules('acl-cp').filter((rule) => rule.includes('6443'))).toEqual(['3 deny 6443 10.0.32.0/23']);
  });

  it.each([
    [
      'workers in the subnet of the API servers',
      'same-subnet',
      () => {
        b.targets[2] = { ...b.targets[2]!, internalAddress: '10.0.1.11' };
        b.targets[3] = { ...b.targets[3]!, internalAddress: '10.0.1.12' };
        acl('acl-cp').subnets = ['subnet-a'];
      },
    ],
    [
      'clients that must all be let in',
      'all-allowed',
      () => {
        b.kubernetes.alwaysAllow = ['10.0.0.0/8'];
      },
    ],
    ['an ACL of other subnets', 'shared', () => acl('acl-cp').subnets.push('subnet-c')],
    [
      'no number before the rule that lets in',
      'no-room',
      () => Object.assign(acl('acl-cp').entries.find((e) => !e.egress)!, { number: 1 }),
    ],
    [
      'the lease of another run',
      'leased',
      () => Object.assign(acl('acl-cp').tags, { 'fireaxe:run': 'run-0' }),
    ],
    [
      'the port of SSH',
      'own-way',
      () => {
        b.kubernetes.clientPorts = [22];
      },
    ],
    [
      "SSM's endpoint at the same port",
      'own-way',
      () => {
        b.kubernetes.apiserverPort = 443;
        b.world.network.endpoints.push({
          id: 'vpce-1',
          vpc: 'vpc-1',
          service: 'com.amazonaws.us-west-2.ssmmessages',
          subnets: ['subnet-b'],
          groups: [],
        });
      },
    ],
    [
      'a missing permission',
      'not-permitted',
      () => {
        b.endpoint.faults.refuse.CreateNetworkAclEntry = 'UnauthorizedOperation';
      },
    ],
  ])('refuses %s', async (_, code, change) => {
    change();
    const before = structuredClone(b.world.network);
    for (const op of ['check', 'apply'] as const)
      expect(await b.run(op, { params: NACL })).toMatchObject({ state: 'refused', code });
    expect(b.world.network).toEqual(before);
    expect(b.journal.size).toBe(0);
  });

  it('changes a shared ACL where that is accepted', async () => {
    acl('acl-cp').subnets.push('subnet-c');
    expect((await b.run('apply', { params: { ...NACL, shared: true } })).note).toContain(
      'also filters subnet-c',
    );
    expect(b.rules('acl-cp')).toEqual(FENCED);
  });

  it('removes what it added where the quota ends half way', async () => {
    b.world.network.entriesPerAcl = 2;
    const before = structuredClone(b.world.network);
    const apply = await b.run('apply', { params: { ...NACL, from: '10.0.32.0/24,10.0.40.0/24' } });
    expect(apply).toMatchObject({ state: 'failed', code: 'no-room' });
    expect(b.world.network).toEqual(before);
  });

  it('leaves what somebody else changed, and says so', async () => {
    await b.run('apply', { params: { ...NACL, from: '10.0.32.0/24,10.0.40.0/24' } });
    Object.assign(acl('acl-cp').entries.find((e) => e.number === 1)!, { cidr: '10.9.0.0/16' });
    const undo = await b.run('undo', { params: NACL });
    expect(undo).toMatchObject({ state: 'failed', code: 'changed-since' });
    expect(undo.note).toContain('rule 1 of acl-cp is now deny tcp 6443 10.9.0.0/16');
    expect(b.rules('acl-cp')).toEqual(['1 deny 6443 10.9.0.0/16', ...OPEN]);
  });

  it('is not verified where the subnet has another ACL since, and is undone all the same', async () => {
    const before = structuredClone(acl('acl-cp').entries);
    await b.run('apply', { params: NACL });
    acl('acl-cp').subnets = ['subnet-b'];
    acl('acl-all').subnets.push('subnet-a');
    const verify = await b.run('verify', { params: NACL });
    expect(verify).toMatchObject({ state: 'failed', code: 'changed' });
    expect(verify.note).toBe('acl-cp no longer filters subnet-a');
    expect((await b.run('undo', { params: NACL })).state).toBe('changed');
    expect(acl('acl-cp').entries).toEqual(before);
  });

  it('overwrites no rule that somebody made since the plan', async () => {
    await b.run('apply', { params: NACL });
    Object.assign(acl('acl-cp').entries.find((e) => e.number === 1)!, { action: 'allow' });
    expect(await b.run('apply', { params: NACL })).toMatchObject({ state: 'failed', code: 'changed-since' });
  });
});
