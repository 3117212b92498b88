import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fenceEks } from '../../../src/actions/fence-eks/action.ts';
import { cloudSide } from '../../../src/actions/fence-eks/cloud.ts';
import type { FenceEksParams } from '../../../src/actions/fence-eks/params.ts';
import { parseParams } from '../../../src/actions/params.ts';
import type { CloudContext } from '../../../src/actions/types.ts';
import type { EksCluster } from '../../../src/drill/cloud/eks/world.ts';
import type { Op } from '../../../src/node/types.ts';
import { type CloudBench, cloudBench, QUICK } from '../cloud-bench.ts';

const NOW = Date.parse('2026-11-30T02:00:00Z');
const ME = '203.0.113.7';

let b: CloudBench<FenceEksParams>;
let cluster: EksCluster;
let kit: { bastions: Record<string, { address: string }>; kubernetes: { alwaysAllow: string[] } };

beforeEach(async () => {
  b = await cloudBench(cloudSide({ ...QUICK, now: () => NOW }), 2, ['worker']);
  cluster = {
    name: 'a',
    status: 'ACTIVE',
    access: { privateToo: true, publicToo: true, cidrs: ['0.0.0.0/0'] },
    tags: { team: 'web' },
  };
  b.world.eks = [cluster];
  kit = { bastions: {}, kubernetes: { alwaysAllow: [] } };
});
afterEach(() => b.close());

const run = (op: Op, params: object = {}, more: Partial<CloudContext> = {}) =>
  b.run(op, 0, parseParams(fenceEks, { allow: [ME], ...params }, 'fence') as FenceEksParams, {
    cluster: kit as unknown as CloudContext['cluster'],
    ...more,
  });
const list = () => cluster.access!.cidrs;
const tags = () => cluster.tags!;
const made = () => Object.keys(cluster.updates ?? {}).length;

describe('fence-eks', () => {
  it('checks without changing anything', async () => {
    expect(await run('check')).toMatchObject({
      state: 'would',
      before: { eks: 'a', former: '0.0.0.0/0', fenced: '203.0.113.7/32', private: 'on' },
      note: expect.stringContaining('a would let in 203.0.113.7/32 in place of 0.0.0.0/0'),
    });
    expect(b.endpoint.calls).toEqual({ DescribeCluster: 1 });
  });

  it('narrows the list under a lease, and restores it with the tags', async () => {
    const before = structuredClone({ access: cluster.access, tags: cluster.tags });
    expect(await run('apply')).toMatchObject({
      state: 'changed',
      note: 'a lets in only 203.0.113.7/32; lease until 2026-11-30T03:00:00Z',
    });
    expect(cluster.access).toEqual({ privateToo: true, publicToo: true, cidrs: ['203.0.113.7/32'] });
    expect(tags()).toEqual({
      team: 'web',
      'fireaxe:run': 'run-1',
      'fireaxe:until': '2026-11-30T03:00:00Z',
      'fireaxe:rules': '03e9b0664167',
      'fireaxe:former': '0.0.0.0/0',
    });
    expect((await run('verify')).state).toBe('ok');
    expect(await run('receipt')).toMatchObject({ state: 'ok', data: { state: 'changed' } });
    expect((await run('undo')).state).toBe('changed');
    expect({ access: cluster.access, tags: cluster.tags }).toEqual(before);
    expect((await run('undo')).state).toBe('already');
    expect(made()).toBe(2);
  });

  it('lets in what the kit says must get through, and nothing that was kept out before', async () => {
    cluster.access!.cidrs = ['198.51.100.0/24', '203.0.113.0/24', '192.0.2.9/32'];
    kit.bastions = { b: { address: '198.51.100.4' }, inner: { address: '10.0.0.9' } };
    kit.kubernetes.alwaysAllow = ['192.0.2.0/24', '10.0.0.0/8'];
    const result = await run('apply', { allow: [ME, '8.8.8.8', '10.1.0.0/16'] });
    expect(result.state).toBe('changed');
    expect(list()).toEqual(['192.0.2.9/32', '198.51.100.4/32', '203.0.113.7/32']);
    b.saved.clear();
    await run('undo');
  });

  it('keeps a long list in as many tags as it takes', async () => {
    cluster.access!.cidrs = Array.from({ length: 30 }, (_, n) => `203.0.${n}.0/24`);
    const former = list();
    await run('apply', { allow: ['203.0.7.7'] });
    const tags = Object.entries(cluster.tags!).filter(([key]) => key.startsWith('fireaxe:former'));
    expect(tags.map(([key]) => key)).toEqual(['fireaxe:former', 'fireaxe:former-2']);
    expect(tags.flatMap(([, part]) => part.split(' '))).toEqual(former);
    expect(Math.max(...tags.map(([, part]) => part.length))).toBeLessThanOrEqual(256);
    await run('undo', { allow: ['203.0.7.7'] });
    expect(list()).toEqual(former);
    expect(cluster.tags).toEqual({ team: 'web' });
  });

  it('says which of the allowed addresses are not let in', async () => {
    cluster.access!.cidrs = ['203.0.113.0/24'];
    const { note } = await run('check', { allow: [ME, '8.8.8.8', '10.1.0.0/16'] });
    expect(note).toContain('not let in, as not public or not let in now: 8.8.8.8/32, 10.1.0.0/16');
  });

  it('lets in the address from which a node with a public one was reached', async () => {
    b.targets[1]!.address = '54.1.2.3';
    b.targets[1]!.via = ['ssh'];
    const reached: string[] = [];
    const reach = async (targets: { name: string }[]) => {
      reached.push(...targets.map(({ name }) => name));
      return [{ target: 'n1', state: 'ok', result: { data: { from: '198.51.100.77' } } }] as never;
    };
    const { before, note } = await run('check', {}, { reach });
    expect(before).toMatchObject({ fenced: '198.51.100.77/32 203.0.113.7/32' });
    expect(note).not.toContain('not known');
    expect(reached).toEqual(['n1']);
    const unseen = await run('check', {}, { reach: async () => [] });
    expect(unseen.note).toContain('the public address of this machine is not known');
  });

  it('refuses to cut off the nodes that use the public endpoint, and says how many', async () => {
    cluster.access!.privateToo = false;
    const refused = await run('apply');
    expect(refused).toMatchObject({ state: 'refused', code: 'cuts-nodes' });
    expect(refused.note).toContain('its 2 nodes');
    expect((await run('check', { nodesToo: true })).note).toContain('ITS 2 NODES ARE CUT OFF');
    expect((await run('apply', { nodesToo: true })).state).toBe('changed');
    expect(cluster.access).toEqual({ privateToo: false, publicToo: true, cidrs: ['203.0.113.7/32'] });
  });

  it.each([
    ['a list that would be empty, which EKS takes as everybody', { allow: [] }, 'none-allowed'],
    ['only private addresses', { allow: ['10.0.0.1'] }, 'none-allowed'],
    ['a cluster that EKS does not have', { eksCluster: 'c' }, 'gone'],
    [
      'more networks than EKS takes',
      { allow: Array.from({ length: 41 }, (_, n) => `8.${n}.0.1`) },
      'no-room',
    ],
  ])('refuses %s', async (_, params, code) => {
    expect(await run('apply', params)).toMatchObject({ state: 'refused', code });
    expect(made()).toBe(0);
    expect(tags()).toEqual({ team: 'web' });
  });

  it('refuses what another run has fenced, and a cluster that is being updated', async () => {
    tags()['fireaxe:run'] = 'run-0';
    expect(await run('apply')).toMatchObject({ state: 'refused', code: 'leased' });
    delete tags()['fireaxe:run'];
    cluster.status = 'UPDATING';
    expect(await run('apply')).toMatchObject({ state: 'refused', code: 'eks-busy' });
  });

  it('has nothing to do without a public endpoint, or where no others are let in', async () => {
    cluster.access!.publicToo = false;
    expect((await run('apply')).state).toBe('already');
    cluster.access = { privateToo: true, publicToo: true, cidrs: ['203.0.113.7/32'] };
    expect((await run('apply')).state).toBe('already');
    expect((await run('undo')).state).toBe('already');
    expect(made()).toBe(0);
  });

  it('leaves a list that somebody else changed since, and removes its tags', async () => {
    await run('apply');
    cluster.access!.cidrs = ['203.0.113.7/32', '8.8.8.8/32'];
    expect((await run('verify')).state).toBe('failed');
    expect(await run('undo')).toMatchObject({ state: 'failed', code: 'changed-since' });
    expect(list()).toEqual(['203.0.113.7/32', '8.8.8.8/32']);
    expect(tags()).toEqual({ team: 'web' });
  });

  it('does not resume where somebody turned off private access since', async () => {
    b.endpoint.faults.failingUpdates.add('a');
    expect(await run('apply')).toMatchObject({ state: 'failed', code: 'eks-failed' });
    b.endpoint.faults.failingUpdates.clear();
    cluster.access!.privateToo = false;
    expect(await run('apply')).toMatchObject({ state: 'failed', code: 'changed-since' });
    expect(list()).toEqual(['0.0.0.0/0']);
  });

  it('leaves the fence to the other run that has the lease now', async () => {
    await run('apply');
    tags()['fireaxe:run'] = 'run-2';
    expect((await run('receipt')).state).toBe('absent');
    expect(await run('undo')).toMatchObject({ state: 'failed', code: 'leased' });
    expect(list()).toEqual(['203.0.113.7/32']);
  });
});
