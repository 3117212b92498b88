import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { drill, eventually, labUp } from './fireaxe.ts';
import { playbookWithout } from './playbook-without.ts';

const SCENARIO = ['--scenario', 'etcd-nospace', '--workers', '6'];

interface NospaceLab {
  seen: {
    compacted: boolean;
    defragmented: { most: number; of: number };
    disarmed: boolean;
    raisedAgain: boolean;
  };
  now: { alarms: number; overQuota: number };
}

test.concurrent('one command gives etcd its space back', async () => {
  const { code, score, stderr } = await drill(...SCENARIO);
  expect(score, stderr).toMatchObject({ scenario: 'etcd-nospace', recovered: true, workers: 6 });
  expect(code).toBe(0);
  expect(score.lab).toMatchObject({
    seen: {
      compacted: true,
      defragmented: { most: 3, of: 3 },
      disarmed: true,
      raisedAgain: false,
    },
    now: { alarms: 0, overQuota: 0 },
  });
  expect(score.targets).toMatchObject({ failed: 0, unknown: 0 });
});

test.concurrent.each([
  ['compact', ['compact'], { compacted: false, defragmented: { most: 0, of: 3 } }],
  ['defragment', ['defragment', 'defragment-leader'], { compacted: true, defragmented: { most: 0, of: 3 } }],
  ['disarm', ['disarm'], { compacted: true, defragmented: { most: 3, of: 3 }, disarmed: false }],
])('without %s nothing recovers, and the score shows it', async (name, steps, seen) => {
  const dir = await mkdtemp(join(tmpdir(), 'fireaxe-playbooks-'));
  try {
    const playbook = await playbookWithout(dir, `no-${name}`, { steps }, 'etcd-nospace');
    const { code, score } = await drill(...SCENARIO, '--playbook', playbook);
    expect(code).toBe(3);
    expect(score).toMatchObject({ recovered: false, timeToRecoverySeconds: null });
    const lab = score.lab as unknown as NospaceLab;
    expect(lab.seen).toMatchObject(seen);
    expect(lab.now.alarms).toBeGreaterThan(0);
  } finally {
    await rm(dir, { recursive: true });
  }
});

test.concurrent('by hand: probe names the alarm, a gate waits for its end, and the playbook lifts it', async () => {
  const lab = await labUp(...SCENARIO, '--seed', '4');
  try {
    const probe = await lab.run(['probe']);
    expect(probe.stdout).toMatch(/etcd: alarm NOSPACE on cp-1, cp-2, cp-3: the database is over its quota/);
    const ran = await lab.run(['run', 'etcd-nospace', '--yes', '--reason', 'practice', '--no-input']);
    expect(ran.code, ran.stderr).toBe(0);
    expect(ran.stderr).toContain('etcd members healthy');
    await eventually('recovered', async () => (await lab.status()).score.recovered);
    expect((await lab.run(['probe'])).stdout).not.toContain('NOSPACE');
  } finally {
    await lab.end();
  }
});
