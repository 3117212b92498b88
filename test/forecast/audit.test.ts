import { expect, it } from 'vitest';
import { audited } from '../../src/forecast/audit.ts';
import { clientTrends, growthText } from '../../src/forecast/clients.ts';
import { at } from '../../src/forecast/growth.ts';

const START = Date.UTC(2026, 10, 30);

interface Call {
  user: string;
  agent?: string;
  verb?: string;
  resource?: string;
  from?: string;
  second: number;
  stage?: string;
}

const event = ({ user, agent = 'agent/1.2 (linux)', verb = 'list', resource = 'pods', ...rest }: Call) =>
  JSON.stringify({
    kind: 'Event',
    auditID: 'x',
    stage: rest.stage ?? 'ResponseComplete',
    verb,
    user: { username: user },
    userAgent: agent,
    sourceIPs: [rest.from ?? '10.0.0.9'],
    objectRef: { resource },
    requestReceivedTimestamp: new Date(START + rest.second * 1000).toISOString(),
  });

async function* lines(calls: Call[]) {
  for (const call of calls) yield event(call);
}

/** For 100 s, each node's agent and kubelet once a second, and one controller. */
const log = (nodes: number) =>
  audited(
    lines(
      Array.from({ length: 101 }, (_, second) => [
        ...Array.from({ length: nodes }, (_, n) => [
          { user: 'system:serviceaccount:monitoring:agent', from: `10.0.1.${n}`, second },
          { user: `system:node:n${n}`, agent: 'kubelet/v1.34', verb: 'update', resource: 'leases', second },
        ]).flat(),
        { user: 'system:kube-scheduler', agent: 'kube-scheduler/v1.34', second },
        { user: 'ignored', second, stage: 'RequestReceived' },
      ]).flat(),
    ),
    'audit.log',
  );

it('counts calls by client, verb and resource; nodes are one client, stages one call', async () => {
  const { loads, seconds, addresses } = await log(10);
  expect(seconds).toBe(100);
  expect([...loads.values()].map(({ client, verb, resource }) => `${client} ${verb} ${resource}`)).toEqual([
    'monitoring:agent LIST pods',
    'system:node:* (kubelet) UPDATE leases',
    'system:kube-scheduler LIST pods',
  ]);
  expect([...loads.values()][0]!.callsPerSecond).toBeCloseTo(10, 0);
  expect(addresses.get('monitoring:agent')).toBe(10);
});

it('a client of most nodes grows with them, another one does not, until a second size tells', async () => {
  const [first, , last] = clientTrends([{ nodes: 10, log: await log(10) }], 5_000);
  expect(first!.load.client).toBe('monitoring:agent');
  expect(at(first!.calls, { nodes: 5_000 })).toBeGreaterThan(4_900);
  expect(growthText(first!.calls, { nodes: 5_000 })).toBe('by node (assumed)');
  expect(at(last!.calls, { nodes: 5_000 })).toBeCloseTo(1, 0);
  const known = clientTrends(
    [
      { nodes: 10, log: await log(10) },
      { nodes: 40, log: await log(40) },
    ],
    5_000,
  );
  expect(growthText(known[0]!.calls, { nodes: 5_000 })).toBe('by node');
});

it.each([
  ['no JSON', ['nothing'], 'audit.log:1:1'],
  ['other JSON', [event({ user: 'u', second: 0 }), '{"a":1}'], 'audit.log:2:1'],
  ['one moment', [event({ user: 'u', second: 0 })], 'audit.log'],
  ['nothing', [], 'audit.log'],
])('refuses %s with its place', async (_, texts, place) => {
  async function* of() {
    yield* texts;
  }
  await expect(audited(of(), 'audit.log')).rejects.toMatchObject({ kind: 'usage', place });
});
