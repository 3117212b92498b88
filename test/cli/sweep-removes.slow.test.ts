import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCloudEndpoint } from '../../src/drill/cloud/endpoint.ts';
import { type NetworkWorld, networkFleet, networkWorld } from '../actions/fence-network/world.ts';
import { leverKit } from '../aws/levers/kit.ts';
import { InProcess } from './in-process.ts';

let fireaxe: InProcess;
let kit: string;
let cloud: Awaited<ReturnType<typeof createCloudEndpoint>>;
let world: NetworkWorld;
/** Before any fence. */
let open: string;

beforeEach(async () => {
  fireaxe = new InProcess();
  world = networkWorld();
  world.eks = [
    {
      name: 'prod',
      status: 'ACTIVE',
      access: { privateToo: true, publicToo: true, cidrs: ['0.0.0.0/0'] },
      tags: { team: 'web' },
    },
  ];
  cloud = await createCloudEndpoint(world, { perSecond: 1000, burst: 1000 });
  const lever = { name: '', args: [], targets: 2, world: () => world, nodes: networkFleet, stands: () => {} };
  kit = leverKit(fireaxe.directory, cloud.url, lever, world);
  open = picture();
});
afterEach(async () => {
  await cloud.close();
  fireaxe.close();
});

const picture = () =>
  JSON.stringify([world.network, world.eks!.map(({ access, tags }) => ({ access, tags }))]);
const elsewhere = () => ({ FIREAXE_STATE_DIR: `${fireaxe.directory}/elsewhere` });
const run = (words: string[], env = {}) => fireaxe.run([...words, '--reason', 'test'], { kit, env });
const fence = (env = {}) => run(['fence', '--at', 'network', '--confirm', 'prod 2'], env);
const fenceEks = (env = {}) =>
  run(['fence', '--at', 'network', '--with', 'eks', '--allow', '203.0.113.7', '--confirm', 'prod 1'], env);
const sweep = (...words: string[]) => run(['sweep', ...words]);
const aclTags = () => world.network.acls[0]!.tags;
const eksTags = () => world.eks![0]!.tags!;
const expire = (tags: Record<string, string>) => {
  tags['fireaxe:until'] = '2020-01-01T00:00:00Z';
};

describe('fireaxe sweep --yes', () => {
  it('undoes an expired fence by the journal of its run', async () => {
    await fence();
    const id = aclTags()['fireaxe:run']!;
    expire(aclTags());
    const { code, stdout, stderr } = await sweep('--yes');
    expect(code, stderr).toBe(0);
    expect(stdout + stderr).toContain('as it was before the fence');
    expect(picture()).toBe(open);
    expect((await fireaxe.run(['runs', '--output', 'json'], { kit })).stdout).toMatch(
      new RegExp(`"${id}"[^]*"undone": "yes"`),
    );
  });

  it('removes by the tags what another machine has fenced, in a run that can be undone', async () => {
    await fence(elsewhere());
    await fenceEks(elsewhere());
    expire(aclTags());
    expire(eksTags());
    const fenced = picture();
    const { code, stderr } = await sweep('--yes');
    expect(code, stderr).toBe(0);
    expect(picture()).toBe(open);
    expect((await fireaxe.run(['verify', 'last'], { kit })).code).toBe(0);
    const undone = await run(['undo', 'last', '--confirm', 'prod 1']);
    expect(undone.code, undone.stderr).toBe(0);
    expect(picture()).toBe(fenced);
  });

  it('leaves a fence whose time is not over, unless its run is named', async () => {
    await fence(elsewhere());
    const fenced = picture();
    expect((await sweep('--yes')).code).toBe(0);
    expect(picture()).toBe(fenced);
    const wrong = await sweep('--yes', '--run', 'nobody');
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain(aclTags()['fireaxe:run']);
    const { code, stderr } = await sweep('--yes', '--run', aclTags()['fireaxe:run']!);
    expect(code, stderr).toBe(0);
    expect(picture()).toBe(open);
  });

  it('leaves rules that the tags do not name, and those that somebody changed', async () => {
    await fence(elsewhere());
    expire(aclTags());
    const { entries } = world.network.acls[0]!;
    const ours = entries.find(({ number }) => number === 1)!;
    const theirs = { ...ours, number: 2, cidr: '10.1.0.0/16' };
    entries.push(theirs);
    ours.cidr = '10.9.0.0/16';
    const { code, stdout, stderr } = await sweep('--yes');
    expect(code, stderr).toBe(0);
    expect(stdout + stderr).toContain('1 that the tag names are gone, or changed since and stay');
    expect(entries.filter(({ number }) => number < 100)).toEqual([ours, theirs]);
    expect(aclTags()).toEqual({ Name: 'cp' });
  });

  it('leaves a list of EKS that somebody changed, and removes the tags', async () => {
    await fenceEks(elsewhere());
    expire(eksTags());
    world.eks![0]!.access!.cidrs = ['8.8.8.8/32'];
    const { code, stderr } = await sweep('--yes');
    expect(code, stderr).toBe(0);
    expect(world.eks![0]).toMatchObject({ access: { cidrs: ['8.8.8.8/32'] }, tags: { team: 'web' } });
  });

  it('shows what it would remove, and asks for a reason and for consent', async () => {
    await fence(elsewhere());
    expire(aclTags());
    const fenced = picture();
    const listed = await fireaxe.run(['sweep'], { kit });
    expect(listed.code).toBe(0);
    expect(listed.stderr).toContain('next: fireaxe sweep -c prod --reason "why" --yes');
    const dry = await sweep('--dry-run');
    expect(dry.code, dry.stderr).toBe(0);
    expect(dry.stdout).toContain('would remove rules 1');
    expect((await sweep()).code).toBe(5);
    expect((await fireaxe.run(['sweep', '--yes'], { kit })).code).toBe(2);
    expect(picture()).toBe(fenced);
  });

  it('ends with one JSON object, whatever was removed', async () => {
    await fence();
    await fenceEks(elsewhere());
    expire(aclTags());
    expire(eksTags());
    const { code, stdout, stderr } = await sweep('--yes', '--output', 'json');
    expect(code, stderr).toBe(0);
    const { leases, removals } = JSON.parse(stdout);
    expect(leases).toHaveLength(2);
    expect(removals).toHaveLength(2);
  });

  it('leaves a prefix list to the machine that has the journal, and says so', async () => {
    world.network.prefixLists.push({
      ...{ id: 'pl-1', name: 'x', version: 1, state: 'modify-complete', entries: [], users: [] },
      tags: { 'fireaxe:run': 'r1', 'fireaxe:until': '2020-01-01T00:00:00Z' },
    });
    const { code, stderr } = await sweep('--yes');
    expect(code).toBe(3);
    expect(stderr).toContain('undo it where it was made');
  });
});
