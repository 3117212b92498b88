import { expect, test } from 'vitest';
import { type Checks, countLine } from '../../../src/cli/format/count-line.ts';
import type { ActionStep } from '../../../src/plan/types.ts';
import type { NodeResult, Outcome } from '../../../src/transport/types.ts';
import { kitOf } from '../../run/fake-fleet.ts';
import { holdStep, planOf } from '../../run/plans.ts';

const KIT = kitOf(4);
const step = (
  id: string,
  action: string,
  params: Record<string, unknown>,
  over: Partial<ActionStep> = {},
) => ({
  ...holdStep(KIT, id),
  ...{ action, params, ...over },
});
const hosts = KIT.clusters.c!.fleet.nodes.map(({ name }) => name).slice(0, 2);
const plan = (...steps: ActionStep[]) => planOf(KIT, [{ name: 'all', steps }]);

function checked(id: string, results: Record<string, Partial<NodeResult> | undefined>): Checks {
  const outcomes = Object.entries(results).map(([target, result]) => {
    const state = result ? ('ok' as const) : ('unreachable' as const);
    const common = { stdout: '', stderr: '', truncated: false, startedAt: '', endedAt: '' };
    const whole = result && { op: 'check' as const, state: 'would' as const, ...result };
    return { target, state, ...common, ...(whole && { result: whole }) } as Outcome;
  });
  return [{ step: { id }, outcomes }];
}

const FENCE = step('fence', 'fence', { timer: '2m' }, { targets: hosts });
const HOLD = holdStep(KIT, 'hold');
const names = HOLD.targets;

test('each kind of change is counted over the whole plan, in its order', () => {
  const scale = step('scale', 'scale', { type: 'm7i.8xlarge' }, { targets: hosts });
  expect(countLine(plan(FENCE, HOLD, scale))).toBe(
    'in all: 2 hosts fenced, processes held on 4 nodes, 2 machines restarted',
  );
});

test('where the checks ran, what they found is counted', () => {
  const [a, b, c, d] = names as [string, string, string, string];
  const found = (running: string) => ({ data: { running, held: '0' } });
  expect(
    countLine(
      plan(HOLD),
      checked('hold', { [a]: found('1'), [b]: found('3'), [c]: found('0'), [d]: found('1') }),
    ),
  ).toBe('in all: 5 processes held');
  expect(
    countLine(
      plan(HOLD),
      checked('hold', { [a]: found('1'), [b]: { state: 'already' }, [c]: undefined, [d]: found('x') }),
    ),
  ).toBe('in all: 1 process held, more processes held on 2 nodes; the check failed on 1 node');
});

test('what is touched by several steps is counted once', () => {
  const batch = (n: number) =>
    step(`readmit.${n}`, 'readmit', { clients: [`10.0.0.${n}`] }, { targets: hosts });
  const pause = (id: string, component: string[]) => step(id, 'pause', { component }, { targets: hosts });
  expect(
    countLine(
      plan(
        batch(1),
        batch(2),
        pause('a', ['kube-scheduler']),
        pause('b', ['kube-scheduler', 'kube-controller-manager']),
      ),
    ),
  ).toBe('in all: 2 fences opened, 4 components paused');
});

test('processes that several steps hold on a node are counted once', () => {
  const [a, b, c, d] = names as [string, string, string, string];
  const shrink = step('shrink', 'shrink', { kubelet: 'none', process: 'agent' }, { targets: [a, b] });
  const other = step('other', 'stop', { process: 'exporter' }, { targets: [a] });
  const found = (running: string) => ({ data: { running, held: '0' } });
  const hold = checked('hold', { [a]: found('2'), [b]: undefined, [c]: found('1'), [d]: undefined });
  const again = checked('shrink', { [a]: found('2'), [b]: found('4') });
  const both = plan(HOLD, shrink, other);
  const unlike = checked('other', { [a]: found('3') });
  expect(countLine(both, [...hold, ...again, ...unlike])).toBe(
    'in all: 10 processes held, more processes held on 1 node; the check failed on 2 nodes',
  );
  expect(countLine(both)).toBe('in all: processes held on 4 nodes');
});

test('of several nodes that may do it, one does', () => {
  const remove = { delete: '/apis/apps/v1/namespaces/a/daemonsets/agent' };
  expect(countLine(plan(step('remove', 'kubectl', remove, { anyOf: true })))).toBe(
    'in all: 1 object deleted',
  );
});

test('units, commands and nodes', () => {
  const shrink = step('shrink', 'shrink', { kubelet: 'kubelet.service', process: 'agent' });
  const cordon = step('cordon', 'cordon', { port: ['443'] }, { targets: hosts });
  const exec = step('exec', 'exec', { command: 'true' }, { targets: hosts.slice(0, 1) });
  expect(countLine(plan(shrink, cordon, exec))).toBe(
    'in all: 4 units stopped, processes held on 4 nodes, 2 nodes cordoned, 1 command run',
  );
});

test('a plan that changes nothing has no such line', () => {
  const get = step('read', 'kubectl', { get: '/api/v1/nodes' }, { anyOf: true });
  expect(countLine(plan(get))).toBeUndefined();
});
