import { expect, it } from 'vitest';
import { planActionStep } from '../../../src/plan/draft.ts';
import type { GateSpec, NodesSpec } from '../../../src/plan/types.ts';
import { nodesSpec } from '../../../src/playbook/nodes-spec.ts';
import { execute } from '../../../src/run/execute.ts';
import { undoRun } from '../../../src/run/undo/undo.ts';
import type { Transport } from '../../../src/transport/types.ts';
import { envFor, fakeFleet, kitOf } from '../fake-fleet.ts';
import { planOf } from '../plans.ts';

const GATE = { answering: '100%', holdsMs: 0, withinMs: 20, everyMs: 10 };

/** Two steps on four nodes, undone one node at a time while the API server is well so many times. */
async function undone(wellFor: number, gate: GateSpec = GATE, load: Record<string, string> = {}) {
  const read: string[] = [];
  const kit = kitOf(4);
  kit.clusters.c!.fleet.nodes[0]!.roles = ['control-plane'];
  const targets = kit.clusters.c!.fleet.nodes.map((n) => n.name);
  const request = { kit, cluster: kit.clusters.c!, reason: 'test', now: new Date(), overrides: {} };
  const steps = ['first', 'second'].map((id) =>
    planActionStep(
      { id, action: 'stop', params: { process: 'agent' }, targets, place: 'test', maxFailures: '100%' },
      request,
    ),
  );
  const fleet = fakeFleet();
  let readings = 0;
  const transport: Transport = {
    ...fleet.transport,
    async *run(batch, script, options) {
      for await (const outcome of fleet.transport.run(batch, script, options)) {
        if (script.label.startsWith('fireaxe load-')) {
          read.push(outcome.target);
          yield {
            ...outcome,
            state: 'ok',
            result: { fireaxe: 1, op: 'check', state: 'ok', data: { unread: 'uplink=none', ...load } },
          };
        } else if (!script.label.startsWith('fireaxe probe-')) yield outcome;
        else {
          const readyz = readings++ < wellFor ? 'ok' : 'failing';
          yield {
            ...outcome,
            state: 'ok',
            result: { fireaxe: 1, op: 'check', state: 'ok', data: { livez: 'ok', readyz } },
          };
        }
      }
    },
  };
  let clock = 0;
  const env = envFor(kit, transport, {
    elapsed: () => clock,
    sleep: async (ms) => {
      clock += ms;
    },
  });
  await execute(planOf(kit, [{ name: 'w', steps }]), env);
  const verdict = await undoRun('last', env, { pace: { wave: '2', gate } });
  const order = [...fleet.nodes].flatMap(([node, { undone: steps }]) =>
    steps.map((step) => `${step} ${node}`),
  );
  return { verdict, order: order.sort(), read };
}

it('an undo with a gate goes on from wave to wave and from step to step while it opens', async () => {
  const { verdict, order } = await undone(3);
  expect(verdict).toMatchObject({ state: 'done', planned: 8, counts: { ok: 8 } });
  expect(order).toHaveLength(8);
});

it('a gate that does not open leaves the other nodes as they are, and the undo continues from there', async () => {
  const closed = await undone(0);
  expect(closed.verdict).toMatchObject({ state: 'guard', planned: 4, counts: { ok: 2, 'not-attempted': 2 } });
  expect(closed.verdict.next).toBe(`fireaxe undo ${closed.verdict.runId}`);
  expect(closed.order).toEqual(['second n1', 'second n2']);
});

it('a gate that does not open between two steps leaves the earlier one in force', async () => {
  const { verdict, order } = await undone(1);
  expect(verdict).toMatchObject({ state: 'guard', planned: 4, counts: { ok: 4 } });
  expect(order.every((one) => one.startsWith('second'))).toBe(true);
});

const nodes: NodesSpec = nodesSpec({}, (key) => key);

it('a gate that reads nodes reads those that are back, and no other', async () => {
  const { verdict, read } = await undone(9, { ...GATE, nodes });
  expect(verdict).toMatchObject({ state: 'done', planned: 8, counts: { ok: 8 } });
  // Between the waves of each step, and between the steps.
  expect(read).toEqual(['n1', 'n2', 'n1', 'n2', 'n3', 'n4', 'n1', 'n2']);
});

it('nodes that pull too much keep the others as they are, although the API servers are well', async () => {
  const { verdict, order } = await undone(99, { ...GATE, nodes }, { pulls: '4' });
  expect(verdict).toMatchObject({ state: 'guard', counts: { ok: 2, 'not-attempted': 2 } });
  expect(order).toEqual(['second n1', 'second n2']);
});
