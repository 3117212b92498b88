import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  DescribeInstancesCommand,
  EC2Client,
  StartInstancesCommand,
  StopInstancesCommand,
} from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
import { drill, eventually, fireaxe, labUp } from './fireaxe.ts';

interface UsersScore {
  requestsLost: number;
  requestsSaved: number;
  share: { cluster: string; atFirst: number; least: number; now: number };
  receivers: { cluster: string; peakPercent: number }[];
  weights: { moved: boolean; asBefore: boolean };
}

const LONG = { timeout: 360_000 };

test(
  'users of a flooded cluster move to the healthy one, which stays within what it can carry, and back',
  LONG,
  async () => {
    const { code, score, stderr } = await drill('--scenario', 'evacuation');
    expect(score, stderr).toMatchObject({
      scenario: 'evacuation',
      recovered: true,
      evacuation: { state: 'done', undone: 'done' },
    });
    expect(code).toBe(0);
    const { users } = score.lab as unknown as { users: UsersScore };
    // Most of what would have been lost was served by the other cluster.
    expect(users.requestsSaved).toBeGreaterThan(users.requestsLost);
    expect(users.share).toMatchObject({ cluster: 'lab', atFirst: 50, least: 0 });
    expect(users.share.now).toBeGreaterThan(49);
    expect(users.receivers).toEqual([{ cluster: 'lab-2', peakPercent: expect.any(Number) }]);
    // All users fill nine tenths of it; less of it is ready where its kubelets report late on a busy machine.
    expect(users.receivers[0]!.peakPercent).toBeGreaterThanOrEqual(90);
    expect(users.receivers[0]!.peakPercent).toBeLessThanOrEqual(100);
    expect(users.weights).toEqual({ moved: true, asBefore: true });
  },
);

test(
  'by hand: a sick receiver gets nobody, one with less room what fits, and the users come back by undo',
  LONG,
  async () => {
    const lab = await labUp('--scenario', 'evacuation', '--seed', '2');
    const users = async () => {
      const { json } = await fireaxe(['drill', 'status', '--dir', lab.dir, '--output', 'json']);
      return json.users as unknown as UsersScore;
    };
    const consent = ['-c', 'lab', '--reason', 'practice', '--no-input', '--confirm'];
    try {
      await machines(lab.kit, 'stop');
      const hurried = ['--steps', '0', '--pause', '0s', '--within', '2s'];
      const sick = await lab.run(['evacuate', ...consent, 'lab 1', ...hurried]);
      expect(sick.code, sick.stderr).toBe(3);
      expect(sick.stderr + sick.stdout).toContain('lab-2 has 12 healthy of 16 targets');
      await machines(lab.kit, 'start');

      const file = join(lab.kit, 'kit.yaml');
      await writeFile(file, (await readFile(file, 'utf8')).replaceAll('lab-2: 100', 'lab-2: 70'));
      const refused = await lab.run(['run', 'evacuate-cluster', ...consent, 'lab 1']);
      expect(refused.code, refused.stderr).toBe(3);
      expect(refused.stderr + refused.stdout).toContain('lab-2 would get 83%');
      expect((await users()).weights.moved).toBe(false);

      const half = await lab.run(['run', 'evacuate-cluster', ...consent, 'lab 1', '-p', 'steps=50']);
      expect(half.code, half.stderr).toBe(0);
      await eventually('a third of the users in lab', async () => (await users()).share.now < 34);

      const cure = await lab.run(['run', 'control-plane-lockout', ...consent, 'lab 19']);
      // A server that its host restarts meanwhile may be left to a resume.
      expect([0, 3], cure.stderr).toContain(cure.code);
      expect(cure.stderr).toMatch(/control-plane-lockout-\w+: (done|recovered);/);
      const moved = /run (\S*evacuate-cluster-\S+): log:/.exec(half.stderr)?.[1] ?? 'none';
      const undo = await lab.run(['undo', moved, '--confirm', 'lab 1', '--no-input']);
      expect(undo.code, undo.stderr).toBe(0);
      await eventually('all users back', async () => (await users()).share.now > 49);
      const end = await users();
      expect(end.weights).toEqual({ moved: true, asBefore: true });
      // Two thirds of all users, and one cluster can carry ten ninths of them.
      expect(end.receivers[0]!.peakPercent).toBeGreaterThanOrEqual(59);
      expect(end.receivers[0]!.peakPercent).toBeLessThanOrEqual(100);
    } finally {
      await lab.end();
    }
  },
);

/** Stops or starts a quarter of the healthy cluster's workers, by the lab's EC2. */
async function machines(kit: string, what: 'stop' | 'start'): Promise<void> {
  const [config, fleet] = await Promise.all(
    ['aws/config', 'fleet/lab-2.json'].map((name) => readFile(join(kit, name), 'utf8')),
  );
  const ec2 = new EC2Client({
    endpoint: /endpoint_url = (\S+)/.exec(config!)![1]!,
    region: 'us-lab-1',
    credentials: { accessKeyId: 'AKIALABLABLABLABLAB0', secretAccessKey: 'of-no-use' },
  });
  const { nodes } = JSON.parse(fleet!) as { nodes: { roles: string[]; instanceId: string }[] };
  const InstanceIds = nodes
    .filter(({ roles }) => roles.includes('worker'))
    .slice(0, 4)
    .map(({ instanceId }) => instanceId);
  if (what === 'stop') await ec2.send(new StopInstancesCommand({ InstanceIds }));
  else await ec2.send(new StartInstancesCommand({ InstanceIds }));
  const wanted = what === 'stop' ? 'stopped' : 'running';
  await eventually(`the machines are ${wanted}`, async () => {
    const { Reservations } = await ec2.send(new DescribeInstancesCommand({ InstanceIds }));
    return Reservations!.flatMap(({ Instances }) => Instances!).every(({ State }) => State!.Name === wanted);
  });
  ec2.destroy();
}
