import { expect, it } from 'vitest';
import type { Kit } from '../../../src/kit/types.ts';
import type { ActionStep, OnceGone } from '../../../src/plan/types.ts';
import { execute } from '../../../src/run/execute.ts';
import { withoutPods } from '../../../src/run/undo/once-gone.ts';
import type { UndoPace } from '../../../src/run/undo/pace.ts';
import { undoRun } from '../../../src/run/undo/undo.ts';
import type { NodeScript, Outcome, Transport } from '../../../src/transport/types.ts';
import { envFor, type Fate, fakeFleet, kitOf } from '../fake-fleet.ts';
import { holdStep, planOf } from '../plans.ts';

const ONCE: OnceGone = {
  pods: 'mon/app=agent',
  path: '/api/v1/namespaces/mon/pods?labelSelector=app%3Dagent',
  withinMs: 60_000,
  everyMs: 5_000,
};

/** What an API server's host says of the pods: the nodes that have one; undefined where the API does not answer. */
type Lists = (string[] | undefined)[];

interface Case {
  once?: Partial<OnceGone>;
  by?: 'playbook' | 'undo';
  pace?: UndoPace;
  fate?: (op: string, node: string) => Fate;
  /** Steps before the hold. */
  earlier?: (kit: Kit) => ActionStep[];
}

/** A run that holds the agent on three nodes and releases it once its pods are gone; `n1` has the API server. */
async function released(lists: Lists, { once = {}, by = 'playbook', pace, fate, earlier }: Case = {}) {
  const kit = kitOf(4);
  kit.clusters.c!.fleet.nodes[0]!.roles = ['control-plane'];
  const fleet = fakeFleet((op, _step, node) => fate?.(op, node) ?? 'ok');
  const story: string[] = [];
  const left = [...lists];
  const transport: Transport = {
    ...fleet.transport,
    async *run(targets, script, options) {
      if (targets[0]!.name === 'n1' && script.textFor(targets[0]!, 'ssh').includes('pods-left')) {
        yield podsLeft(targets[0]!.name, script, left.length > 1 ? left.shift() : left[0]);
        return;
      }
      for await (const outcome of fleet.transport.run(targets, script, options)) {
        if (script.textFor(targets[0]!, 'ssh').includes('FX_OP=undo')) story.push(outcome.target);
        yield outcome;
      }
    },
  };
  let clock = 0;
  const env = envFor(kit, transport, {
    elapsed: () => clock,
    sleep: async (ms) => {
      clock += ms;
      story.push(`${clock / 1000} s`);
    },
  });
  const hold = { ...holdStep(kit, 'hold'), targets: ['n2', 'n3', 'n4'], waves: [3] };
  const release = { kind: 'undo' as const, id: 'release', title: 'release', steps: ['hold'] };
  const onceGone = { ...ONCE, ...once };
  const before = earlier?.(kit) ?? [];
  const steps = by === 'playbook' ? [hold, { ...release, onceGone }] : [...before, hold];
  let verdict = await execute(planOf(kit, [{ name: 'a', steps }]), env);
  if (by === 'undo') verdict = await undoRun(verdict.runId, env, { onceGone, ...(pace && { pace }) });
  return { story, verdict, events: env.events };
}

function podsLeft(target: string, script: NodeScript, nodes: string[] | undefined): Outcome {
  expect(script.textFor({ name: target } as never, 'ssh')).toContain(ONCE.path);
  const told = { target, stderr: '', truncated: false, startedAt: '', endedAt: '' };
  if (!nodes)
    return { ...told, stdout: '', state: 'failed', reason: { code: 'script', message: 'refused' } as never };
  const data = { left: String(nodes.length) };
  const result = { fireaxe: 1, op: 'check', state: 'already', data } as const;
  return { ...told, state: 'ok', stdout: [data.left, ...nodes, ''].join('\n'), result: result as never };
}

it('a node is released once its pod is gone, and the others wait', async () => {
  const { story, verdict } = await released([['n2', 'n3', 'n4'], ['n2', 'n4'], undefined, ['n4'], []]);
  expect(story).toEqual(['5 s', 'n3', '10 s', '15 s', 'n2', '20 s', 'n4']);
  expect(verdict.state).toBe('done');
});

it('a node whose pod stays to the end is left held, and the next command is named', async () => {
  const { story, verdict } = await released([['n2']], { once: { withinMs: 12_000 } });
  expect(story.filter((word) => word.startsWith('n')).sort()).toEqual(['n3', 'n4']);
  expect(story.at(-1)).toBe('12 s');
  expect(verdict.state).toBe('partial');
  const [stream] = verdict.workstreams;
  expect(stream?.why).toMatch(
    /left as they are: pods of mon\/app=agent are still on n2; next: fireaxe undo \S+ --step hold --once-gone mon\/app=agent$/,
  );
});

it('an undo by hand waits for the pods, too, and its totals count the nodes that it left', async () => {
  const lists = [['n2', 'n3'], ['n2']];
  const { story, verdict, events } = await released(lists, { once: { withinMs: 7_000 }, by: 'undo' });
  expect(story).toEqual(['n4', '5 s', 'n3', '7 s']);
  expect(verdict).toMatchObject({ state: 'guard', planned: 3, counts: { ok: 2, 'not-attempted': 1 } });
  expect(verdict.next).toBe(`fireaxe undo ${verdict.runId}`);
  expect(JSON.stringify(events)).toContain('hold: left as they are: pods of mon/app=agent are still on n2');
});

it('an undo by hand keeps its budget over all nodes, and an earlier change stays', async () => {
  const { story, verdict } = await released([['n3', 'n4'], ['n4'], []], {
    by: 'undo',
    pace: { maxFailures: '1' },
    fate: (op) => (op === 'undo' ? 'lost-before' : 'ok'),
    earlier: (kit) => [{ ...holdStep(kit, 'earlier'), targets: ['n2'], waves: [1] }],
  });
  expect(story).toEqual(['n2', '5 s', 'n3']);
  expect(verdict).toMatchObject({ state: 'guard', planned: 3, counts: { unknown: 2, 'not-attempted': 1 } });
});

it('an undo by hand keeps its gate between the nodes', async () => {
  const gate = { answering: '100%', holdsMs: 0, withinMs: 1_000, everyMs: 1_000 };
  const { story, verdict } = await released([['n3', 'n4'], []], { by: 'undo', pace: { gate } });
  expect(story.filter((word) => word.startsWith('n'))).toEqual(['n2']);
  expect(verdict).toMatchObject({ state: 'guard', planned: 3, counts: { ok: 1, 'not-attempted': 2 } });
});

it('only what holds an offender waits for its pods', async () => {
  const { story } = await released([['n2', 'n3', 'n4'], []], {
    by: 'undo',
    earlier: (kit) => [
      { ...holdStep(kit, 'shut'), action: 'cordon', params: {}, targets: ['n1'], waves: [1] },
    ],
  });
  expect(story).toEqual(['5 s', 'n2', 'n3', 'n4', 'n1']);
  const pods = [['n1', 'n2', 'n3', 'n4'], ['n1']];
  const { story: first } = await released(pods, {
    by: 'undo',
    earlier: (kit) => [
      { ...holdStep(kit, 'shut'), action: 'cordon', params: {}, targets: ['n1'], waves: [1] },
    ],
  });
  expect(first.at(-1)).toBe('n1');
});

it('nothing is released while no API server lists the pods', async () => {
  const { story, events } = await released([undefined], { once: { withinMs: 10_000 } });
  expect(story).toEqual(['5 s', '10 s']);
  expect(JSON.stringify(events)).toContain(
    'cannot tell on which nodes pods of mon/app=agent are: no API server lists the pods: refused',
  );
});

it('a list that did not arrive whole releases nothing', async () => {
  const { story } = await released([['n2', '']], { once: { withinMs: 5_000 } });
  expect(story).toEqual(['5 s']);
});

it('a node that has another name in the API makes all wait', () => {
  const fleet = new Set(['n1', 'n2']);
  expect(withoutPods(['n1', 'n2'], new Set(['n2']), fleet)).toEqual(['n1']);
  expect(withoutPods(['n1', 'n2'], new Set(['ip-10-0-0-2']), fleet)).toEqual([]);
  expect(withoutPods(['n1', 'n2'], new Set(), fleet)).toEqual(['n1', 'n2']);
});
