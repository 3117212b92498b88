import { rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCloudEndpoint } from '../../src/drill/cloud/endpoint.ts';
import { atListener, LISTENER, threeClusters } from '../actions/evacuate/bench.ts';
import { fakeWorld } from '../drill/cloud/fake-world.ts';
import { cloudKit } from './cloud-kit.ts';
import { InProcess } from './in-process.ts';

let fireaxe: InProcess;
let kit: string;
let cloud: Awaited<ReturnType<typeof createCloudEndpoint>>;
let world: ReturnType<typeof threeClusters>;

beforeEach(async () => {
  fireaxe = new InProcess();
  world = threeClusters();
  cloud = await createCloudEndpoint(Object.assign(fakeWorld(6), world), { perSecond: 1000, burst: 1000 });
  const { a, ...others } = atListener.groups;
  const groups = { c1: a, ...others };
  kit = cloudKit(cloud.url, { cloud: { traffic: [{ listener: LISTENER, groups, ceilings: { b: '60%' } }] } });
});

afterEach(async () => {
  await cloud.close();
  fireaxe.close();
  rmSync(kit, { recursive: true });
});

const run = (...words: string[]) => fireaxe.run([...words, '--reason', 'test'], { kit });
const weights = () => world.balancers.forwards[0]!.groups.map(({ weight }) => weight);
const confirm = ['--confirm', 'c1 1'];

describe('fireaxe evacuate', () => {
  it('shows every step, on one target, and moves nothing', async () => {
    const { code, stdout, stderr } = await run('evacuate', '--dry-run');
    expect(code, stderr).toBe(0);
    expect(stdout).toContain('leave the cluster 50%, then 20%, then 0% of its share');
    expect(stdout + stderr).toContain('c1 50%, b 30%, c 20% → c1 33%, b 40%, c 27%');
    expect(weights()).toEqual([50, 30, 20]);
  });

  it.each([
    ['verb', ['evacuate', '--pause', '0s']],
    ['playbook', ['run', 'evacuate-cluster', '-p', 'pause=0s']],
  ])('moves the traffic and returns it: %s', async (_, words) => {
    const done = await run(...words, ...confirm);
    expect(done.code, done.stderr).toBe(0);
    expect(weights()[0]).toBe(0);
    const verified = await fireaxe.run(['verify', 'last'], { kit });
    expect(verified.code, verified.stderr).toBe(0);
    const undone = await run('undo', 'last', ...confirm);
    expect(undone.code, undone.stderr).toBe(0);
    expect(weights()).toEqual([50, 30, 20]);
  });

  it('is severe, and refuses a step over a ceiling', async () => {
    expect(await run('evacuate', '--yes')).toMatchObject({ code: 5 });
    world.balancers.forwards[0]!.groups[1]!.weight = 40;
    const { code, stdout, stderr } = await run('evacuate', ...confirm);
    expect(code).toBe(3);
    expect(stdout + stderr).toContain('b would get 67%');
    expect(weights()).toEqual([50, 40, 20]);
  });

  it('says what is missing in the kit', async () => {
    rmSync(kit, { recursive: true });
    kit = cloudKit(cloud.url);
    const { code, stdout, stderr } = await run('evacuate', ...confirm);
    expect(code).toBe(3);
    expect(stdout + stderr).toContain('the kit does not say where traffic to c1 is divided (cloud.traffic)');
  });
});
