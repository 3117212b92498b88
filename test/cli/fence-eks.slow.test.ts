import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCloudEndpoint } from '../../src/drill/cloud/endpoint.ts';
import { LEVERS } from '../aws/levers/cases.ts';
import { leverKit } from '../aws/levers/kit.ts';
import type { FakeWorld } from '../drill/cloud/fake-world.ts';
import { InProcess } from './in-process.ts';

const LEVER = LEVERS.find(({ name }) => name === 'fence-eks')!;

let fireaxe: InProcess;
let kit: string;
let cloud: Awaited<ReturnType<typeof createCloudEndpoint>>;
let world: FakeWorld;

beforeEach(async () => {
  fireaxe = new InProcess();
  world = LEVER.world();
  cloud = await createCloudEndpoint(world, { perSecond: 1000, burst: 1000 });
  kit = leverKit(fireaxe.directory, cloud.url, LEVER, world);
});
afterEach(async () => {
  await cloud.close();
  fireaxe.close();
});

const fence = (...words: string[]) =>
  fireaxe.run(['fence', '--at', 'network', '--with', 'eks', '--reason', 'test', ...words], { kit });
const list = () => world.eks![0]!.access!.cidrs;

describe('fireaxe fence --at network --with eks', () => {
  it('needs no control-plane node, and changes nothing in a dry run', async () => {
    const { code, stdout, stderr } = await fence('--allow', '203.0.113.7', '--dry-run');
    expect(code, stderr).toBe(0);
    expect(stdout).toContain("let in only 203.0.113.7, the kit's addresses and our own");
    expect(stdout).toContain('prod would let in 203.0.113.7/32 in place of 198.51.100.0/24, 203.0.113.0/24');
    expect(list()).toHaveLength(2);
  });

  it('is severe, is verified, and is undone', async () => {
    expect((await fence('--allow', '203.0.113.7', '--yes')).code).not.toBe(0);
    expect(list()).toHaveLength(2);
    const done = await fence('--allow', '203.0.113.7', '--confirm', 'prod 1');
    expect(done.code, done.stderr).toBe(0);
    expect(list()).toEqual(['203.0.113.7/32']);
    expect((await fireaxe.run(['verify', 'last'], { kit })).code).toBe(0);
    const undone = await fireaxe.run(['undo', 'last', '--reason', 'test', '--yes'], { kit });
    expect(undone.code, undone.stderr).toBe(0);
    expect(undone.stdout + undone.stderr).toContain('198.51.100.0/24');
    expect(list()).toEqual(['198.51.100.0/24', '203.0.113.0/24']);
  });

  it('warns of silent kubelets only where the nodes are cut off, too', async () => {
    const usual = await fence('--allow', '203.0.113.7', '--dry-run');
    expect(usual.stdout + usual.stderr).not.toContain('kubelets cannot renew');
    const all = await fence('--allow', '203.0.113.7', '--nodes-too', '--dry-run');
    expect(all.stdout + all.stderr).toContain('kubelets cannot renew');
  });

  it.each([
    [['--shared'], '--shared is for fence --at network'],
    [['--pause-controllers'], '--pause-controllers is for fence --at host'],
  ])('refuses %j', async (flags, why) => {
    const { code, stderr } = await fence(...flags);
    expect(code).toBe(2);
    expect(stderr).toContain(why);
  });

  it('refuses its own flags elsewhere', async () => {
    const wrong = await fireaxe.run(
      ['fence', '--at', 'network', '--nodes-too', '--reason', 'test', '--nodes', 'n0'],
      { kit },
    );
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain('--nodes-too is for fence --at network --with eks');
  });
});
