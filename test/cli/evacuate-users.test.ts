import { rmSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createCloudEndpoint } from '../../src/drill/cloud/endpoint.ts';
import { atListener, LISTENER, threeClusters } from '../actions/evacuate/bench.ts';
import { fakeWorld } from '../drill/cloud/fake-world.ts';
import { cloudKit } from './cloud-kit.ts';
import { InProcess } from './in-process.ts';

/** Requests a second of all users, and how many of them each cluster can carry. */
const RATE = 1000;
const CAPACITY: Record<string, number> = { c1: 900, b: 620, c: 420 };
/** A sick control plane: its services lose endpoints. */
const SICK = 250;
const EVERY_MS = 5;

let fireaxe: InProcess;
let kit: string;
let cloud: Awaited<ReturnType<typeof createCloudEndpoint>>;
let users: ReturnType<typeof usersOf>;

/** Users who are sent to clusters by the weights of the listener, sample by sample. */
function usersOf(world: ReturnType<typeof threeClusters>) {
  const capacity = { ...CAPACITY };
  const samples: { rate: Record<string, number>; lost: number }[] = [];
  const sample = () => {
    const { groups } = world.balancers.forwards[0]!;
    const all = groups.reduce((sum, { weight }) => sum + weight, 0);
    const rate = Object.fromEntries(
      ['c1', 'b', 'c'].map((name, n) => [name, (RATE * groups[n]!.weight) / all]),
    );
    const lost = Object.entries(rate).reduce((sum, [name, r]) => sum + Math.max(0, r - capacity[name]!), 0);
    samples.push({ rate, lost });
  };
  // Every change is seen, however short it lasts.
  world.balancers.onWeights = sample;
  const timer = setInterval(sample, EVERY_MS);
  return {
    capacity,
    samples,
    /** Lost a second, by the last sample. */
    async lostNow() {
      const seen = samples.length;
      while (samples.length < seen + 2) await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
      return samples.at(-1)!.lost;
    },
    most: (name: string) => Math.max(...samples.map(({ rate }) => rate[name]!)),
    stop: () => clearInterval(timer),
  };
}

beforeEach(async () => {
  fireaxe = new InProcess();
  const world = threeClusters();
  users = usersOf(world);
  cloud = await createCloudEndpoint(Object.assign(fakeWorld(6), world), { perSecond: 1000, burst: 1000 });
  const { a, ...others } = atListener.groups;
  const groups = { c1: a, ...others };
  const ceilings = { b: CAPACITY.b! / 10, c: CAPACITY.c! / 10 };
  kit = cloudKit(cloud.url, { cloud: { traffic: [{ listener: LISTENER, groups, ceilings }] } });
});

afterEach(async () => {
  users.stop();
  await cloud.close();
  fireaxe.close();
  rmSync(kit, { recursive: true });
});

const run = (...words: string[]) => fireaxe.run([...words, '--reason', 'test', '--confirm', 'c1 1'], { kit });

it('saves the users of a sick cluster, never drives a healthy one over its capacity, and returns', async () => {
  expect(await users.lostNow()).toBe(0);
  users.capacity.c1 = SICK;
  expect(await users.lostNow()).toBe(500 - SICK);

  const out = await run('run', 'evacuate-cluster', '-p', 'pause=0s');
  expect(out.code, out.stderr).toBe(0);
  expect(await users.lostNow()).toBe(0);

  users.capacity.c1 = CAPACITY.c1!;
  const back = await run('undo', 'last');
  expect(back.code, back.stderr).toBe(0);
  expect(await users.lostNow()).toBe(0);
  expect(users.samples.at(-1)!.rate).toEqual({ c1: 500, b: 300, c: 200 });
  for (const name of ['b', 'c']) expect(users.most(name)).toBeLessThanOrEqual(CAPACITY[name]!);
  // Step by step: no cluster got all of the move at once.
  expect(new Set(users.samples.map(({ rate }) => rate.c1)).size).toBe(4);
});

it('leaves users where they are when a healthy cluster has no room for them', async () => {
  users.capacity.c1 = SICK;
  rmSync(kit, { recursive: true });
  const { a, ...others } = atListener.groups;
  const traffic = [{ listener: LISTENER, groups: { c1: a, ...others }, ceilings: { b: 50 } }];
  kit = cloudKit(cloud.url, { cloud: { traffic } });
  expect((await run('run', 'evacuate-cluster')).code).not.toBe(0);
  expect(users.most('b')).toBe(300);
  // A smaller move fits.
  const part = await run('run', 'evacuate-cluster', '-p', 'steps=50', '-p', 'pause=0s');
  expect(part.code, part.stderr).toBe(0);
  expect(await users.lostNow()).toBeLessThan(500 - SICK);
  expect(users.most('b')).toBeLessThanOrEqual(500);
});
