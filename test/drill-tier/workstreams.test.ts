import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { drill } from './fireaxe.ts';
import { playbookWithout } from './playbook-without.ts';

/** Half the workers flood enough, and cost half the time. */
const WORKERS = ['--workers', '24'];

describe('each shipped workstream alone relieves the control plane and does not recover it', () => {
  test.concurrent.each([
    ['shed-load', 'held', 20],
    ['fence-apiserver', 'fenced', 24],
    ['scale-apiserver', 'scaled', 3],
  ] as const)('%s', async (playbook, seen, least) => {
    const { code, score, stderr } = await drill('--playbook', playbook, ...WORKERS);
    expect(code, stderr).toBe(3);
    expect(score.recovered).toBe(false);
    expect(score.lab.seen[seen].most).toBeGreaterThanOrEqual(least);
    const { before, after } = score.lab.controlPlane;
    expect(after.readyPercent).toBeGreaterThan(before.readyPercent + 20);
    // Nothing that answers answers badly either: before may be 0 where all were dead.
    expect(after.badPercent).toBeLessThanOrEqual(before.badPercent / 2);
    for (const other of ['held', 'fenced', 'scaled'] as const)
      if (other !== seen) expect(score.lab.seen[other].most, other).toBeLessThan(6);
  });
});

describe('the score shows which step is missing', () => {
  let dir = '';
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'fireaxe-playbooks-'));
  });
  afterAll(() => rm(dir, { recursive: true }));

  test.concurrent('no pause: recovered, but fenced nodes lose their endpoints and users lose requests', async () => {
    const { score } = await drill('-p', 'pause-controllers=false', ...WORKERS);
    expect(score.lab.seen).toMatchObject({ fenced: { most: 24 }, removed: true });
    expect(score.lab.endpoints.fewest).toBeLessThan(12);
    expect(score.lab.endpoints.requestsLost).toBeGreaterThan(100);
  });

  test.concurrent('no hold', async () => {
    const playbook = await playbookWithout(dir, 'no-hold', { workstreams: ['fewer-clients'] });
    const { score } = await drill('--playbook', playbook, ...WORKERS);
    expect(score.lab.seen.held.most).toBeLessThan(6);
    expect(score.lab.seen).toMatchObject({ fenced: { most: 24 }, scaled: { most: 3 }, removed: true });
  });

  test.concurrent('no fence', async () => {
    const playbook = await playbookWithout(dir, 'no-fence', {
      workstreams: ['no-clients'],
      steps: ['fence-again', 'readmit'],
    });
    const { score } = await drill('--playbook', playbook, ...WORKERS);
    expect(score.lab.seen).toMatchObject({ fenced: { most: 0 }, scaled: { most: 3 } });
    // The removal may come before the last holds.
    expect(score.lab.seen.held.most).toBeGreaterThan(8);
  });

  test.concurrent('no scale', async () => {
    const playbook = await playbookWithout(dir, 'no-scale', { workstreams: ['bigger-servers'] });
    const { score } = await drill('--playbook', playbook, ...WORKERS);
    expect(score.lab.seen).toMatchObject({ fenced: { most: 24 }, scaled: { most: 0 } });
    expect(score.lab.seen.held.most).toBeGreaterThan(8);
  });

  test.concurrent('no removal: not recovered', async () => {
    const playbook = await playbookWithout(dir, 'no-removal', { steps: ['remove'] });
    const { code, score } = await drill('--playbook', playbook, ...WORKERS);
    expect(code).toBe(3);
    expect(score).toMatchObject({
      recovered: false,
      timeToRecoverySeconds: null,
      lab: { seen: { removed: false }, now: { daemonSet: true } },
    });
  });
});
