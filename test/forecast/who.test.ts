import { describe, expect, it } from 'vitest';
import { growthText } from '../../src/forecast/clients.ts';
import { at } from '../../src/forecast/growth.ts';
import { seenIn, seenTrends } from '../../src/forecast/who.ts';

const client = (name: string, id: string, connections: number) => ({
  name,
  where: { kind: 'pod', id },
  labels: {},
  connections,
  bytesPerSecond: connections * 100,
});

/** Of a cluster with one server, `asked` of its workers read; each runs an agent of three connections, the first a controller. */
const reading = (workers: number, asked: number, each = 3) => ({
  cluster: `c${workers}`,
  who: {
    at: '2026-11-30T12:00:00Z',
    notAsked: workers - asked,
    offenders: [],
    nodes: [
      {
        node: 'cp',
        controlPlane: true,
        reached: true,
        clients: [client('kube-scheduler', 'kube-system/kube-scheduler-cp', 2)],
      },
      ...Array.from({ length: asked }, (_, i) => ({
        node: `n${i}`,
        controlPlane: false,
        reached: true,
        clients: [
          client('agent', `monitoring/agent-x${'bcdfg'[i % 5]}bcd`, each),
          ...(i === 0 ? [client('controller', 'ops/controller-0', 5)] : []),
        ],
      })),
    ],
  },
});
const seen = (...readings: object[]) =>
  readings.flatMap((one) => seenIn(JSON.stringify({ schemaVersion: 1, ...one }), 'who.json'));

describe('what who saw', () => {
  it('counts for the nodes that were not asked, too; clients of each node grow with them', () => {
    const [one] = seen(reading(100, 20));
    expect(one).toMatchObject({ cluster: 'c100', nodes: 101 });
    const trends = new Map(seenTrends([one!], 1_001).map((trend) => [trend.client, trend]));
    expect([...trends.keys()]).toEqual([
      'monitoring/agent (agent)',
      'ops/controller (controller)',
      'kube-system/kube-scheduler (kube-scheduler)',
    ]);
    const agent = trends.get('monitoring/agent (agent)')!;
    expect(at(agent.connections, { nodes: 101 })).toBeCloseTo(300);
    expect(at(agent.connections, { nodes: 1_010 })).toBeCloseTo(3_000);
    expect(growthText(agent.connections, { nodes: 1_010 })).toBe('by node (assumed)');
    const scheduler = trends.get('kube-system/kube-scheduler (kube-scheduler)')!;
    expect(at(scheduler.connections, { nodes: 1_010 })).toBeCloseTo(2);
  });

  it('two sizes tell how a client grows: here each agent talks to each other node', () => {
    const [agent] = seenTrends(seen(reading(100, 20, 10), reading(400, 20, 40)), 1_000);
    expect(growthText(agent!.connections, { nodes: 1_000 })).toBe('by node × objects');
    expect(at(agent!.connections, { nodes: 1_000 }) / 100_000).toBeCloseTo(1, 1);
  });

  it('several clusters stand in one file; those that could not be read are left out', () => {
    const clusters = [reading(10, 10), { cluster: 'down', exit: 3, error: {} }, reading(40, 10)];
    expect(seen({ clusters }).map(({ nodes }) => nodes)).toEqual([11, 41]);
  });
});

it.each([
  ['no JSON', 'CLIENT  NODES'],
  ['other JSON', '{"reading":{}}'],
  ['a reading without nodes', '{"cluster":"c","who":{"nodes":[],"notAsked":0}}'],
  ['no reading at all', '{"clusters":[{"cluster":"down","exit":3}]}'],
  [
    'a cluster whose nodes were all unreachable',
    JSON.stringify({
      cluster: 'c',
      who: { notAsked: 0, nodes: [{ node: 'n', controlPlane: false, reached: false, clients: [] }] },
    }),
  ],
])('refuses %s with its place', (_, text) => {
  expect(() => seenIn(text, 'who.json')).toThrow(
    expect.objectContaining({ kind: 'usage', place: 'who.json' }),
  );
});
