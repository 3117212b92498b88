import { describe, expect, it, test } from 'vitest';
import type { GateSpec, NodesSpec } from '../../../src/plan/types.ts';
import type { NodeLoad } from '../../../src/probe/load/types.ts';
import { meets } from '../../../src/run/gate/judge.ts';
import { nodesMeet, overLimit } from '../../../src/run/gate/nodes-meet.ts';
import { sampleOf } from '../../../src/run/gate/wait.ts';

const limits = {
  pulls: 3,
  failed: 2,
  registry: 0,
  waiting: 3,
  restarts: 5,
  uplink: '80%',
  conntrackPercent: 80,
};
const spec: NodesSpec = { calm: '90%', sample: 20, limits };
const calm: NodeLoad = {
  node: 'w1',
  reached: true,
  kubelet: 'ok',
  runtime: 'ok',
  pulls: 3,
  failed: 2,
  throttled: 0,
  timeouts: 0,
  waiting: 3,
  restarts: 5,
  uplinkMbit: 800,
  speedMbit: 1000,
  conntrackPercent: 80,
  unread: {},
  counters: {},
};
const unreached = (node: string): NodeLoad => ({
  node,
  reached: false,
  note: 'no route',
  unread: {},
  counters: {},
});
const many = (n: number, of: (node: string) => NodeLoad) =>
  Array.from({ length: n }, (_, i) => of(`w${i + 1}`));

test('a node at its limits is calm', () => {
  expect(overLimit(spec, calm)).toEqual([]);
});

test.each<[Partial<NodeLoad>, string]>([
  [{ pulls: 4 }, '4 pulls (at most 3)'],
  [{ failed: 3 }, '3 failed pulls/min (at most 2)'],
  [{ throttled: 1 }, '1 429s and time-outs/min (at most 0)'],
  [{ timeouts: 2 }, '2 429s and time-outs/min (at most 0)'],
  [{ waiting: 4 }, '4 pods wait (at most 3)'],
  [{ restarts: 6 }, '6 restarts/min (at most 5)'],
  [{ uplinkMbit: 801 }, '801 Mbit/s of uplink (at most 800)'],
  [{ conntrackPercent: 81 }, '81% of conntrack (at most 80%)'],
  [{ runtime: 'no-answer' }, 'runtime no-answer'],
  [{ kubelet: 'failing' }, 'kubelet failing'],
  [{ log: 'no-answer' }, 'log no-answer'],
])('%o is over', (part, why) => {
  expect(overLimit(spec, { ...calm, ...part })).toEqual([why]);
});

describe('the uplink', () => {
  const { uplinkMbit: _, ...first } = calm;
  const { speedMbit: __, ...virtual } = calm;

  it('keeps a gate shut until it is measured, unless it never can be', () => {
    expect(overLimit(spec, first)).toEqual(['uplink not measured yet']);
    expect(overLimit(spec, { ...first, unread: { uplink: 'no default route by IPv4' } })).toEqual([]);
  });

  it('of unknown speed is not measured as a share, and the text says so; in Mbit/s it is', () => {
    expect(nodesMeet(spec, [virtual])).toEqual({
      verdict: 'met',
      text: '1/1 nodes calm (1 needed), uplink not measured on 1 (its speed is unknown; give Mbit/s)',
    });
    expect(overLimit({ ...spec, limits: { ...limits, uplink: '500' } }, virtual)).toHaveLength(1);
  });
});

describe('nodes', () => {
  it('are met by the share that is calm', () => {
    const busy = (n: number) => [
      ...many(20 - n, () => calm),
      ...many(n, (node) => ({ ...calm, node, pulls: 9 })),
    ];
    expect(nodesMeet(spec, busy(2)).verdict).toBe('met');
    expect(nodesMeet(spec, busy(3))).toEqual({
      verdict: 'unmet',
      text: `17/20 nodes calm (18 needed), ${['w1', 'w2', 'w3'].map((node) => `${node} 9 pulls (at most 3)`).join(', ')}`,
    });
    expect(nodesMeet(spec, busy(5)).text).toContain('and 2 more busy');
  });

  it('that are not reached say nothing: the gate has not seen, and names them', () => {
    const some = [...many(17, () => calm), ...many(3, unreached)];
    expect(nodesMeet(spec, some)).toMatchObject({
      verdict: 'unseen',
      text: expect.stringContaining('w1 not reached: no route'),
    });
    expect(
      nodesMeet(spec, [...many(10, (node) => ({ ...calm, node, waiting: 9 })), ...many(3, unreached)])
        .verdict,
    ).toBe('unmet');
  });

  it('hold no gate shut where none is concerned yet', () => {
    expect(nodesMeet(spec, []).verdict).toBe('met');
  });
});

describe('a gate', () => {
  const gate: GateSpec = { answering: '1', nodes: spec, holdsMs: 0, withinMs: 1000, everyMs: 100 };
  const reading = (nodes: NodeLoad[], answering = 1) => ({ at: 'x', servers: [], answering, of: 1, nodes });

  it('needs servers and nodes', () => {
    expect(meets(gate, reading([calm])).verdict).toBe('met');
    expect(meets(gate, reading([calm], 0)).verdict).toBe('unmet');
    expect(meets(gate, reading([{ ...calm, throttled: 5 }])).verdict).toBe('unmet');
    expect(meets(gate, reading([unreached('w1')])).verdict).toBe('unseen');
  });
});

test('a sample is spread over those that are back, the last one among them', () => {
  expect(sampleOf(['a', 'b'], 20)).toEqual(['a', 'b']);
  expect(
    sampleOf(
      Array.from({ length: 100 }, (_, i) => `${i + 1}`),
      4,
    ),
  ).toEqual(['25', '50', '75', '100']);
});
