import { appendFileSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { usage } from '../../src/base/errors.ts';
import { judgeAccess } from '../../src/doctor/access.ts';
import { aheadMs, judgeClocks } from '../../src/doctor/clock.ts';
import { judgeDescriptors } from '../../src/doctor/descriptors.ts';
import { type Disk, judgeDisk, readDisk } from '../../src/doctor/disk.ts';
import { judgeDrill } from '../../src/doctor/drill.ts';
import { lastDrill, recordDrill } from '../../src/doctor/drills.ts';
import { sampleBy } from '../../src/doctor/sample.ts';
import { judgeServices } from '../../src/doctor/services.ts';
import { judgeSnapshot } from '../../src/doctor/snapshot.ts';
import { toldBy } from '../../src/doctor/told.ts';
import type { Finding } from '../../src/doctor/types.ts';
import { inOrder, verdictOf } from '../../src/doctor/verdict.ts';
import type { FleetNode } from '../../src/fleet/types.ts';
import type { Target } from '../../src/kit/types.ts';
import type { Outcome } from '../../src/transport/types.ts';

const NOW = Date.parse('2026-11-30T12:00:00Z');
const DAY = 86_400_000;
const GIB = 1024 ** 3;
const states = (found: { state: string; what: string }[]) =>
  found.map(({ state, what }) => `${state}: ${what}`);

describe('doctor judges', () => {
  it.each<[string, Partial<{ takenAt: string; nodes: object[] }>, string[]]>([
    ['a fresh one', {}, ['green: the snapshot is 1h00m old (from file); 1 nodes']],
    [
      'an old one',
      { takenAt: '2026-11-20T12:00:00Z' },
      ['red: the snapshot is 10 d old (from file); at most 7 d (policy.fleetMaxAge)'],
    ],
    [
      'one of the future',
      { takenAt: '2026-11-30T12:10:00Z' },
      ['red: the snapshot is dated 10m00s in the future: a clock is wrong'],
    ],
    ['an empty one', { nodes: [] }, ['red: the snapshot has no nodes']],
    [
      'one without identities and servers',
      { nodes: [{ roles: ['worker'] }, { roles: [], machineId: 'm' }] },
      [
        'amber: no node has the role control-plane',
        'amber: 1 of 2 nodes have neither machineId nor instanceId: another machine at such an address would not be noticed',
        'green: the snapshot is 1h00m old (from file); 2 nodes',
      ],
    ],
  ])('a snapshot: %s', (_what, more, found) => {
    const usual = { takenAt: '2026-11-30T11:00:00Z', nodes: [{ roles: ['control-plane'], machineId: 'm' }] };
    const snapshot = { schemaVersion: 1 as const, cluster: 'c', source: 'file', ...usual, ...more };
    const how = { nowMs: NOW, maxAgeMs: 7 * DAY, discovers: true, cluster: 'c' };
    expect(states(judgeSnapshot({ ...snapshot, nodes: snapshot.nodes as FleetNode[] }, how))).toEqual(found);
  });

  it.each([
    ['2026-11-30T11:00:00Z', ['green: the snapshot of services is 1h00m old (from x); 1 services']],
    [
      '2026-11-20T12:00:00Z',
      ['amber: the snapshot of services is 10 d old (from x); at most 7 d (policy.fleetMaxAge)'],
    ],
    [
      '2026-11-30T12:10:00Z',
      ['amber: the snapshot of services is dated 10m00s in the future: a clock is wrong'],
    ],
  ])('services as of %s', (takenAt, found) => {
    const services = [{ name: 'a', namespace: 'b', addresses: ['10.0.0.1'] }];
    const snapshot = { schemaVersion: 1 as const, cluster: 'c', source: 'x', takenAt, services };
    const how = { nowMs: NOW, maxAgeMs: 7 * DAY, cluster: 'c' };
    expect(states(judgeServices(() => snapshot, how))).toEqual(found);
    expect(judgeServices(() => undefined, how)).toEqual([]);
    const broken = () => {
      throw usage('the file is empty', { place: 'services/c.json' });
    };
    expect(states(judgeServices(broken, how))).toEqual(['red: services/c.json: the file is empty']);
  });

  it.each([
    [[], ['amber: no other clock was read']],
    [[0, 3, -9], ['green: within 10.0s of 3 clocks read']],
    // One node is wrong, and then this machine is.
    [[0, 600, 0], ["red: the clock of n1 is 10m00s ahead of this machine's"]],
    [[0, 0, -30], ["amber: the clock of n2 is 30.0s behind this machine's"]],
    [[600, 601, 0], ['red: the clock of this machine is 10m00s behind 2 of 3 clocks read']],
    [[-60, -60], ['amber: the clock of this machine is 1m00s ahead of 2 of 2 clocks read']],
    [[-600], ['red: the clock of this machine is 10m00s ahead of n0']],
  ])('clocks %j', (seconds, found) => {
    const readings = (seconds as number[]).map((s, i) => ({ of: `n${i}`, aheadMs: s * 1000 }));
    expect(states(judgeClocks(readings))).toEqual(found);
  });

  it('a time that was told within a span as right, to the second', () => {
    const span = { fromMs: 10_900, toMs: 12_000 };
    expect([10_000, 12_000, 14_000, 8_000].map((told) => aheadMs(told, span))).toEqual([0, 0, 2_000, -1_900]);
  });

  it.each<[Partial<Disk>, number, string]>([
    [{}, 100, 'green'],
    [{ bytes: GIB }, 7_500, 'amber'],
    [{ bytes: 5 * 1024 ** 2 }, 10, 'red'],
    [{ inodes: 500 }, 10, 'amber'],
    [{ inodes: 50 }, 10, 'red'],
    [{ inodes: Number.POSITIVE_INFINITY }, 10, 'green'],
    [{ why: 'read-only file system' }, 10, 'red'],
  ])('a disk %j for %d nodes: %s', (disk, nodes, state) => {
    const found = judgeDisk({ path: '/s', bytes: 10 * GIB, inodes: 1e6, ...disk }, nodes);
    expect(found.state, found.what).toBe(state);
  });

  it('the disk of a state directory that is to be made, and of a file in its place', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'fx-disk-'));
    const disk = await readDisk(join(directory, 'a/b'));
    expect(disk).toMatchObject({ path: directory });
    expect(disk.why).toBeUndefined();
    await expect(readDisk('/dev/null/a')).rejects.toThrow(
      'journals cannot be written in /dev/null/a: not a directory',
    );
    await expect(readDisk('/dev/null')).rejects.toThrow('not a directory');
    rmSync(directory, { recursive: true });
  });

  it.each([
    [1_000, 7_500, 'green'],
    [200, 7_500, 'amber'],
    [20, 7_500, 'red'],
    [20, 10, 'green'],
    [Number.POSITIVE_INFINITY, 7_500, 'green'],
  ])('%d connections for %d nodes: %s', (free, nodes, state) =>
    expect(judgeDescriptors(free, nodes).state).toBe(state),
  );

  it('the last drill of all on record, whatever else the file has', async () => {
    const state = mkdtempSync(join(tmpdir(), 'fx-drills-'));
    const at = (days: number) => new Date(NOW - days * DAY).toISOString();
    expect(judgeDrill(await lastDrill(state), NOW).what).toBe('no drill was played on this machine');
    await recordDrill(join(state, 'new'), { at: at(89), scenario: 'lockout', recovered: true });
    await recordDrill(join(state, 'new'), { at: at(100), scenario: 'old', recovered: true });
    appendFileSync(join(state, 'new/drills.ndjson'), '{"at":"never"}\nhalf a li');
    expect(statSync(join(state, 'new/drills.ndjson')).mode & 0o777).toBe(0o600);
    const last = await lastDrill(join(state, 'new'));
    expect(judgeDrill(last, NOW)).toEqual({ state: 'green', what: 'the last drill (lockout) was 89 d ago' });
    expect(judgeDrill(last, NOW + 2 * DAY).state).toBe('red');
    expect(judgeDrill({ ...last!, recovered: false }, NOW).state).toBe('amber');
    rmSync(state, { recursive: true });
  });
});

const outcome = (target: string, more: Partial<Outcome> = {}): Outcome => ({
  target,
  state: 'ok',
  stdout: '',
  stderr: '',
  truncated: false,
  startedAt: '2026-11-30T12:00:00.000Z',
  endedAt: '2026-11-30T12:00:01.000Z',
  ...more,
});
const lost = (code: string): Partial<Outcome> => ({
  state: 'unreachable',
  reason: { code: code as 'auth', message: `why ${code}` },
});

describe('what logins say', () => {
  it.each<[string, Outcome[], string[]]>([
    ['all well', [outcome('n1'), outcome('n2')], ['green: ssh: n[1-2] let us in']],
    [
      'a machine that is down is its own matter',
      [outcome('n1'), outcome('n2', lost('no-route'))],
      ['amber: ssh: n2 (1 of 2 asked): why no-route'],
    ],
    [
      'a refused key is not',
      [outcome('n1'), outcome('n2', lost('auth'))],
      ['red: ssh: n2 (1 of 2 asked): why auth'],
    ],
    [
      'nobody answers',
      [outcome('n1', lost('no-route')), outcome('n2', lost('no-route'))],
      ['red: ssh: n[1-2] (2 of 2 asked): why no-route'],
    ],
    [
      'another machine answers',
      [
        outcome('n1'),
        outcome('n2', {
          state: 'failed',
          result: {
            fireaxe: 1,
            op: 'check',
            state: 'refused',
            code: 'wrong-machine',
            note: 'machine id x, not y',
          },
        }),
      ],
      ['red: ssh: n2 (1 of 2 asked): machine id x, not y'],
    ],
  ])('%s', (_what, outcomes, found) => expect(states(judgeAccess('ssh', outcomes))).toEqual(found));

  it('have a next step for each reason', () => {
    for (const code of ['auth', 'no-route', 'wrong-machine'])
      expect(judgeAccess('ssh', [outcome('n1', lost(code))])[0]!.next).toMatch(/\w/);
  });

  it('bring the time, the DNS of the cluster and the helper of its kubeconfig; nothing else is believed', () => {
    const data = (values: Record<string, string>) => ({
      result: { fireaxe: 1 as const, op: 'check', state: 'ok' as const, data: values },
    });
    const clock = String(NOW / 1000 + 600);
    const told = toldBy('c1', [
      outcome(
        'cp-1',
        data({
          clock,
          dns: 'service=10.96.0.53 pod=x',
          domain: 'k8s.example',
          helper: '/a/admin.conf aws eks',
        }),
      ),
      outcome('n1', data({ clock: '-1; rm', domain: 'a b' })),
    ]);
    expect(told.dns).toEqual({ dns: ['10.96.0.53'], domain: 'k8s.example' });
    expect(told.clocks).toEqual([{ of: 'cp-1 of c1', aheadMs: 599_000 }]);
    expect(told.leaning).toMatchObject([
      { state: 'red', clusters: ['c1'], chain: ['kubectl and scale', 'cp-1:/a/admin.conf', 'exec aws eks'] },
    ]);
  });

  it('tell of nodes that resolve names by the DNS of their own cluster', () => {
    const node = (name: string, resolvers: string, via: 'ssm' | 'ssh' = 'ssh') => {
      const data = { dns: 'service=10.96.0.53 node-local=169.254.20.10', resolvers };
      return outcome(name, { via, result: { fireaxe: 1, op: 'check', state: 'ok', data } });
    };
    const leaning = (...outcomes: Outcome[]) => states(toldBy('c1', outcomes).leaning);
    expect(
      leaning(node('n1', '10.96.0.53 '), node('n2', '169.254.20.10 10.96.0.53'), node('n3', '192.0.2.53')),
    ).toEqual(['amber: n[1-2] resolve names by 10.96.0.53: the DNS of c1']);
    expect(leaning(node('n1', '10.96.0.53', 'ssm'))[0]).toMatch(/^red: /);
    expect(leaning(node('n1', '10.96.0.53 192.0.2.53'), node('n2', ''))).toEqual([]);
  });

  it('come from a sample with one API host, spread over the zones', () => {
    const target = (name: string, zone: string, server = false): Target =>
      ({
        name,
        roles: server ? ['control-plane'] : ['worker'],
        labels: { 'topology.kubernetes.io/zone': zone },
        via: name === 'n9' ? ['openssh'] : ['ssm', 'ssh'],
      }) as unknown as Target;
    const all = [
      ...['a', 'b'].map((zone, i) => target(`cp-${i}`, zone, true)),
      ...['a', 'a', 'b'].map((zone, i) => target(`n${i}`, zone)),
      target('n9', 'c'),
    ];
    const names = (count: number) => sampleBy('ssh', all, count).map(({ name }) => name);
    expect(names(1)).toEqual(['cp-0']);
    expect(names(3)).toEqual(['cp-0', 'n0', 'n2']);
    expect(names(99)).toEqual(['cp-0', 'n0', 'n1', 'n2', 'cp-1']);
    expect(sampleBy('ssh', all, 3).every(({ via }) => via.join() === 'ssh')).toBe(true);
  });
});

it('the worst finding is the verdict, and comes first', () => {
  const finding = (check: Finding['check'], state: Finding['state'], clusters?: string[]): Finding => ({
    check,
    state,
    what: '',
    ...(clusters && { clusters }),
  });
  const all = [
    finding('kit', 'green'),
    finding('disk', 'red'),
    finding('access', 'red', ['b', 'a']),
    finding('clock', 'amber'),
  ];
  expect(inOrder(all).map(({ check }) => check)).toEqual(['access', 'disk', 'clock', 'kit']);
  expect(verdictOf(all)).toEqual({ state: 'red', counts: { green: 1, amber: 1, red: 2 }, red: ['a', 'b'] });
  expect(verdictOf([]).state).toBe('green');
});
