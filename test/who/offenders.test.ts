import { describe, expect, test } from 'vitest';
import { whoLines } from '../../src/cli/format/who.ts';
import { adviceFor } from '../../src/who/advice.ts';
import { offenders } from '../../src/who/offenders.ts';
import type { Client, NodeReading, Where } from '../../src/who/types.ts';
import { target } from '../node/sandbox.ts';

const HOUR = 3600;

function client(name: string, where: Where, over: Partial<Client> = {}): Client {
  return {
    ...{
      name,
      where,
      labels: {},
      connections: 1,
      opened: 0,
      waiting: 0,
      failed: 0,
      bytesPerSecond: 0,
      sent: 10_000,
      received: 50_000,
    },
    ...{ segments: 100, ageSeconds: 24 * HOUR, cpuSeconds: 10, processes: 1, named: 1, ...over },
  };
}

const unit = (id: string): Where => ({ kind: 'unit', id });
const pod = (id: string): Where => ({ kind: 'pod', id });
const node = (name: string, clients: Client[], over: Partial<NodeReading> = {}): NodeReading => ({
  ...{ node: name, controlPlane: false, reached: true, clients, ended: 0 },
  connections: clients.reduce((n, c) => n + c.connections, 0),
  ...over,
});

/** A letter that the end of a pod's name may have. */
const at = (i: number) => 'bcdfghjk'[i];

const healthy = (i: number) => [
  client('kubelet', unit('kubelet.service'), { received: 3_000_000, bytesPerSecond: 4000, opened: 0 }),
  client('kube-proxy', pod(`kube-system/kube-proxy-x${at(i)}k2p`)),
  client('calico-node', pod(`kube-system/calico-node-b${at(i)}c2d`), {
    connections: 4,
    bytesPerSecond: 90_000,
  }),
  client('vector', pod(`logs/vector-b${at(i)}c2d`), {
    connections: 2,
    bytesPerSecond: 20_000,
    ageSeconds: 300,
  }),
];
const NAMES = ['n2', 'n3', 'n4', 'n5'];
const offender = (i: number, over: Partial<Client> = {}) =>
  client('telemetryd', pod(`telemetry/agent-v${at(i)}x2z`), {
    ...{ connections: 9, opened: 3, bytesPerSecond: 2_000_000, ageSeconds: 200 + i, received: 40_000_000 },
    ...{ labels: { 'controller-revision-hash': `h${i}`, app: 'agent', rack: `r${i}` }, ...over },
  });

const asked = (nodes: NodeReading[]) => ({
  cluster: 'prod-1',
  nodes,
  targets: [target({ name: 'cp1', roles: ['control-plane'] }), ...NAMES.map((name) => target({ name }))],
});
const text = (nodes: NodeReading[]) =>
  whoLines({ at: '', nodes, notAsked: 0, offenders: offenders(nodes) }, (one) =>
    adviceFor(one, asked(nodes)),
  ).join('\n');

describe('ranking', () => {
  test('with healthy clients alone, nothing stands out', () => {
    const nodes = NAMES.map((name, i) => node(name, healthy(i)));
    expect(offenders(nodes).filter(({ reasons }) => reasons.length > 0)).toEqual([]);
    expect(text(nodes)).toMatch(/nothing stands out on 4 nodes read$/);
  });

  test('a few idle connections on one node do not stand out', () => {
    const nodes = NAMES.map((name, i) => node(name, healthy(i)));
    const idle = client('watcher', unit('watcher.service'), { connections: 6, ageSeconds: 10 });
    const more = [...nodes, node('n6', [...healthy(3), idle])];
    expect(offenders(more).filter(({ reasons }) => reasons.length > 0)).toEqual([]);
  });

  test('of a kubelet, a CNI agent and the offender, the offender is first, with its reasons', () => {
    const nodes = NAMES.map((name, i) => node(name, [...healthy(i), offender(i + 2)]));
    const [first, second] = offenders(nodes);
    expect(first).toMatchObject({
      name: 'telemetryd',
      nodes: NAMES,
      where: [pod('telemetry/agent')],
      connections: 36,
    });
    expect(first!.reasons).toEqual([
      '9 connections a node (kubelet: 1)',
      'opened 3 connections a node while it was read',
      '2 MB a second on each node',
    ]);
    expect(first!.labels).toEqual({ app: 'agent' });
    expect(second!.reasons).toEqual([]);
  });

  test('an offender whose API answers nothing waits for connections, and that shows', () => {
    const silent = { connections: 4, opened: 0, waiting: 4, bytesPerSecond: 0, sent: 0, received: 0 };
    const [first] = offenders(NAMES.map((name, i) => node(name, [...healthy(i), offender(i + 2, silent)])));
    expect(first).toMatchObject({ name: 'telemetryd', reasons: ['4 connections a node wait for an answer'] });
  });

  test('of two that are alike, the one that started later is first', () => {
    const like = {
      connections: 9,
      ageSeconds: 20 * HOUR,
      received: 40_000_000,
      bytesPerSecond: 2_000_000,
      opened: 3,
    };
    const nodes = [node('n2', [client('old-agent', unit('old.service'), like), offender(2)])];
    expect(offenders(nodes).map(({ name }) => name)).toEqual(['telemetryd', 'old-agent']);
  });

  test('what Kubernetes cannot run without stands out only far above the others, and gets no hold', () => {
    const nodes = [
      node('n2', [
        client('kubelet', unit('kubelet.service'), { connections: 3, opened: 3, bytesPerSecond: 400_000 }),
      ]),
    ];
    expect(offenders(nodes)[0]!.reasons).toEqual([]);
    const wild = [node('n2', [client('kubelet', unit('kubelet.service'), { opened: 40 })])];
    expect(offenders(wild)[0]!.reasons).toEqual(['opened 40 connections a node while it was read']);
    expect(adviceFor(offenders(wild)[0]!, asked(wild))).toBeUndefined();
    expect(text(wild)).toContain('Kubernetes does not run without it');
  });

  test('one name in pods and in a unit is one offender; a name that says nothing is not', () => {
    const mixed = [
      node('n2', [offender(2)]),
      node('n3', [offender(3, { where: unit('telemetryd.service') })]),
    ];
    expect(offenders(mixed).map(({ name, nodes }) => [name, nodes.length])).toEqual([['telemetryd', 2]]);
    const java = [node('n2', [client('java', pod('a/web-b2c2d')), client('java', pod('b/search-x2c2d'))])];
    expect(
      offenders(java)
        .map(({ where }) => where[0]!.id)
        .sort(),
    ).toEqual(['a/web', 'b/search']);
  });

  const api = (answers: boolean) =>
    node('cp1', [], {
      controlPlane: true,
      served: {
        answers,
        connections: 0,
        addresses: 0,
        peers: [],
        users: [],
        rejected: [],
        requests: [],
        audit: [],
      },
    });
  const silent = { connections: 0, bytesPerSecond: 0, sent: 0, received: 0 };
  const quiet = NAMES.map((name, i) =>
    node(name, [
      offender(i, { ...silent, opened: 0 }),
      client('node-exporter', pod(`m/node-exporter-b${at(i)}x2z`), { ...silent, ageSeconds: 20 * HOUR }),
    ]),
  );

  test('where no API server answers and nothing is connected, the pods made last are suspected', () => {
    const [first, ...others] = offenders([api(false), ...quiet]);
    expect(first).toMatchObject({
      name: 'telemetryd',
      active: 0,
      reasons: [expect.stringContaining('made last of all pods on these nodes')],
    });
    // A client without a connection is told only where it is suspected.
    expect(others).toEqual([]);
  });

  test('where the API answers, or no pods are clearly the newest, none is suspected for its age', () => {
    expect(offenders([api(true), ...quiet])).toEqual([]);
    const alike = quiet.map((one) => ({
      ...one,
      clients: one.clients.map((c) => ({ ...c, ageSeconds: 300 })),
    }));
    expect(offenders([api(false), ...alike])).toEqual([]);
    expect(
      offenders([
        api(false),
        ...quiet.slice(0, 1),
        ...NAMES.slice(1).map((name) => node(name, [client('kubelet', unit('kubelet.service'))])),
      ]).filter(({ reasons }) => reasons.length > 0),
    ).toEqual([]);
  });

  test.each([
    ['ns/agent-x7k2p', 'ns/agent'],
    ['ns/web-5d8f7c9b4-x7k2p', 'ns/web'],
    ['ns/kafka-0', 'ns/kafka'],
    ['kube-system/kube-scheduler-n2', 'kube-system/kube-scheduler'],
    ['ns/my-agent', 'ns/my-agent'],
    ['ns/node-exporter-v2-x7k2p', 'ns/node-exporter-v2'],
  ])('the pod %s is of %s', (id, of) => {
    expect(offenders([node('n2', [client('x', pod(id))])])[0]!.where).toEqual([pod(of)]);
  });
});

describe('advice', () => {
  const commandOf = (nodes: NodeReading[]) => adviceFor(offenders(nodes)[0]!, asked(nodes));

  test('holds pods by a label that all of them share', () => {
    const nodes = NAMES.map((name, i) => node(name, [offender(i + 2)]));
    expect(commandOf(nodes)).toEqual({
      command:
        "fireaxe stop -c prod-1 --pods telemetry/app=agent -l role=worker --reason 'who: telemetryd floods the API'",
      playbook:
        'fireaxe run control-plane-lockout -p process=telemetryd -p namespace=telemetry -p daemonset=agent -p pod-selector=app=agent',
      blast: ['freezes all pods telemetry/app=agent on 4 nodes; 4 with connections on 4 nodes of those read'],
    });
  });

  test('holds a unit that all of them are in', () => {
    const nodes = [node('n2', [client('telemetryd', unit('telemetry.service'), { connections: 20 })])];
    expect(commandOf(nodes)!.command).toContain('--unit telemetry.service -l role=worker');
  });

  test('holds by name where no label is known, and tells what else has that name', () => {
    const nodes = [node('n2', [offender(2, { labels: {}, processes: 2, named: 5 })])];
    const { command, blast } = commandOf(nodes)!;
    expect(command).toContain('--process telemetryd -l role=worker');
    expect(blast[1]).toBe(
      '3 more of that name there have no connection to the API, and would be frozen, too',
    );
  });

  test('selects no role where it runs on API hosts and on workers', () => {
    const nodes = [
      node('cp1', [offender(2, { labels: {} })], { controlPlane: true }),
      node('n2', [offender(3, { labels: {} })]),
    ];
    expect(commandOf(nodes)!.command).toMatch(/--process telemetryd --reason/);
    expect(commandOf(nodes)!.blast[0]).toContain('on 5 nodes');
  });

  test("a node's word stands quoted in a command, and what stop would refuse is not offered", () => {
    const odd = [node('n2', [client("a';reboot;'", { kind: 'process', id: '' }, { connections: 30 })])];
    expect(commandOf(odd)!.command).toContain(`--process 'a'\\'';reboot;'\\'''`);
    const shell = [node('n2', [client('sh', { kind: 'process', id: '' }, { connections: 30 })])];
    expect(commandOf(shell)).toBeUndefined();
    expect(text(shell)).toContain('no hold takes this name');
  });
});

test('what was not read is said, and nothing is known where no node was read', () => {
  const dead = node('n3', [], { reached: false, outcome: 'unreachable', note: 'x' });
  expect(text([node('n2', healthy(1)), dead])).toContain('not read: 1 unreachable (n3)');
  expect(text([dead])).toMatch(/no node was read: nothing is known$/);
});
