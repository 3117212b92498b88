import { expect, test } from 'vitest';
import { drill, fireaxe } from './fireaxe.ts';

const UNEVENTFUL = { planned: 0, ok: 0, failed: 0, unreachable: 0, timedOut: 0, unknown: 0, notAttempted: 0 };

test('the drill recovers: three workstreams in parallel, every target in one state, one JSON object', async () => {
  const { code, score, stderr, record } = await drill();
  expect(record).toMatch(/"scenario":"telemetry-flood","recovered":true\}\n$/);
  expect(score, stderr).toMatchObject({
    schemaVersion: 1,
    scenario: 'telemetry-flood',
    recovered: true,
    workers: 48,
  });
  expect(code).toBe(0);
  expect(score.timeToWindowSeconds).toBeGreaterThan(0);
  expect(score.timeToRecoverySeconds).toBeGreaterThan(score.timeToWindowSeconds ?? 0);
  expect(score.requestsLost).toBeGreaterThan(0);
  // A CoreDNS that reached a dying API server knows its names and is watched only.
  expect(score.lab.seen.named.most).toBeGreaterThan(0);
  expect(score.requestsSaved).toBeGreaterThan(0);

  const { planned, ...states } = score.targets;
  expect(Object.values(states).reduce((sum, n) => sum + n, 0)).toBe(planned);
  expect(planned).toBeGreaterThan(48);

  const streams = ['fewer-clients', 'no-clients', 'bigger-servers'].map(
    (name) => score.workstreams.find((w) => w.name === name)!,
  );
  const latestStart = Math.max(...streams.map((w) => Date.parse(w.startedAt)));
  const firstEnd = Math.min(...streams.map((w) => Date.parse(w.endedAt)));
  expect(latestStart).toBeLessThan(firstEnd);

  expect(score.lab.seen).toMatchObject({ fenced: { most: 48 }, scaled: { most: 3 }, removed: true });
  // The removal may win the race against the last of the holds.
  expect(score.lab.seen.held.most).toBeGreaterThan(12);
  expect(score.lab.now).toMatchObject({ ready: 3, flooding: 0, held: 0, fenced: 0, daemonSet: false });
  // The cure costs no user whose service the incident had left alone.
  expect(score.lab.endpoints).toEqual({ fewest: 48, of: 48, requestsLost: 0 });
  expect(score.lab.now.paused).toBe(0);
  expect(score.undone.map((u) => u.step)).toEqual(expect.arrayContaining(['fence', 'hold', 'pause']));
});

test('with hands off nothing recovers by itself', async () => {
  const { code, score, record } = await drill('--hands-off', '--seed', '7');
  // Nobody practised.
  expect(record).toBe('');
  expect(code).toBe(3);
  expect(score).toMatchObject({
    recovered: false,
    timeToWindowSeconds: null,
    timeToRecoverySeconds: null,
    requestsSaved: 0,
    workstreams: [],
    targets: UNEVENTFUL,
    undone: [],
    lab: { seen: { held: { most: 0 }, fenced: { most: 0 }, scaled: { most: 0 }, removed: false } },
  });
  expect(
    score.lab.controlPlane.after.badPercent + (100 - score.lab.controlPlane.after.readyPercent),
  ).toBeGreaterThan(60);
});

test('a staging cluster is too small to show it', async () => {
  const { code, stderr } = await fireaxe(['drill', '--workers', '6', '--hands-off']);
  expect(code).toBe(7);
  expect(stderr).toContain('6 workers do not take this control plane down');
});

test.each([
  [['--workers', '0'], '--workers'],
  [['--workers', 'many'], '--workers'],
  [['--scenario', 'etcd-nospce'], 'fireaxe drill --scenario etcd-nospace'],
  [['--seed', '-1'], '--seed'],
  [['sideways'], 'unknown argument "sideways"'],
  [['status', '--dir', '/nonexistent/lab'], 'no lab is running'],
])('refuses wrong arguments before anything starts: %j', async (words, said) => {
  const { code, stderr } = await fireaxe(['drill', ...words]);
  expect(code).toBe(2);
  expect(stderr).toContain(said);
});
