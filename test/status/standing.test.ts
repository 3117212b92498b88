import { expect, test } from 'vitest';
import type { Order } from '../../src/node/order.ts';
import type { InForce } from '../../src/probe/types.ts';
import type { Receipt } from '../../src/receipts/line.ts';
import { standing } from '../../src/status/standing.ts';
import type { NodeStanding } from '../../src/status/types.ts';
import { fleetNode } from '../node/sandbox.ts';

const AT = new Date('2026-11-29T04:00:00Z');
const FLEET = ['cp1', 'cp2', 'n1', 'n2'].map((name) => fleetNode({ name, machineId: `${name}-id` }));

const order = (run: string, step: string, action: string, params: Record<string, unknown> = {}): Order => ({
  ...{ v: 1, run, step, n: 0, of: 1, action, params, digest: 'x', cluster: 'c' },
  ...{ operator: 'ana@laptop', reason: 'INC-42', at: '2026-11-29T03:00:00Z' },
});
const receipt = (run: string, step: string, action: string, over: Partial<Receipt> = {}): Receipt => ({
  ...{ run, folder: step, state: 'changed', since: '2026-11-29T03:00:10Z', order: order(run, step, action) },
  ...over,
});
const rule = (kind: InForce['kind'], over: Partial<InForce> = {}): InForce => ({ kind, ...over });
const node = (name: string, receipts: Receipt[], rules: InForce[] = [], rulesRead = true): NodeStanding => ({
  ...{ node: name, rules, rulesRead },
  receipts: { node: name, state: 'ok', receipts },
});
const of = (...nodes: NodeStanding[]) => standing(nodes, FLEET, AT);

test('a fence on two hosts is one change, with whose it is and until when', () => {
  const fence = receipt('r1', 'fence', 'fence', { until: '2026-11-29T04:02:00Z' });
  const found = [rule('fenced', { run: 'r1', step: 'fence' })];
  expect(of(node('cp1', [fence], found), node('cp2', [fence], found))).toEqual([
    {
      ...{
        action: 'fence',
        nodes: ['cp1', 'cp2'],
        run: 'r1',
        step: 'fence',
        operator: 'ana@laptop',
        reason: 'INC-42',
      },
      ...{ since: '2026-11-29T03:00:10Z', until: '2026-11-29T04:02:00Z', seen: 'stands' },
    },
  ]);
});

test('what was undone, reverted or is over does not stand', () => {
  const over = receipt('r3', 'hold', 'stop', { until: '2026-11-29T03:30:00Z' });
  const ended = [
    receipt('r1', 'a', 'stop', { state: 'undone' }),
    receipt('r2', 'b', 'fence', { state: 'reverted' }),
    over,
  ];
  expect(of(node('n1', ended))).toEqual([]);
});

test('a hold and a pause: the component is named, and the earlier change stands first', () => {
  const hold = receipt('r2', 'hold', 'stop', { since: '2026-11-29T03:05:00Z' });
  const pause = receipt('r1', 'pause', 'pause');
  const paused = [rule('paused', { what: 'kube-controller-manager', run: 'r1', step: 'pause' })];
  expect(of(node('n1', [hold]), node('cp1', [pause], paused))).toMatchObject([
    { action: 'pause', what: 'kube-controller-manager', seen: 'stands' },
    { action: 'stop', nodes: ['n1'], seen: 'stands' },
  ]);
});

test('a table without a receipt looks like ours, and nothing tells whose it is', () => {
  expect(of(node('cp1', [], [rule('fenced')]))).toEqual([
    { action: 'fence', nodes: ['cp1'], seen: 'no-receipt' },
  ]);
});

test('a fence whose table somebody deleted on one host is gone there, and stands on the other', () => {
  const fence = receipt('r1', 'fence', 'fence');
  const found = of(
    node('cp1', [fence]),
    node('cp2', [fence], [rule('fenced', { run: 'r1', step: 'fence' })]),
  );
  expect(found.map(({ nodes, seen }) => [nodes, seen])).toEqual([
    [['cp2'], 'stands'],
    [['cp1'], 'gone'],
  ]);
});

test('where the rules could not be read, or another place has them, none is called gone', () => {
  const fence = receipt('r1', 'fence', 'fence');
  const clients = receipt('r2', 'fence', 'fence', { order: order('r2', 'fence', 'fence', { on: 'nodes' }) });
  expect(of(node('cp1', [fence], [], false), node('n1', [clients])).map(({ seen }) => seen)).toEqual([
    'stands',
    'stands',
  ]);
});

test('a readmission ends with its fence, and a fence with the readmission of all clients', () => {
  const fence = receipt('r1', 'fence', 'fence');
  const readmit = (step: string, clients: string[]) =>
    receipt('r2', step, 'readmit', { order: order('r2', step, 'readmit', { clients }) });
  const some = readmit('one', ['n1']);
  const all = readmit('all', ['all']);
  const fenced = [rule('fenced', { run: 'r1', step: 'fence' })];
  const seen = (...found: NodeStanding[]) => of(...found).map(({ action, seen }) => `${action} ${seen}`);
  expect(seen(node('cp1', [fence, some], fenced))).toEqual(['fence stands', 'readmit stands']);
  expect(seen(node('cp1', [fence, some, all]))).toEqual([]);
  expect(seen(node('cp1', [fence, some]))).toEqual(['fence gone']);
  expect(seen(node('cp1', [fence, some, all], [], false))).toHaveLength(3);
  // Fenced again since: the table that is missing is the later one's.
  const again = receipt('r3', 'fence', 'fence', {
    order: { ...order('r3', 'fence', 'fence'), at: '2026-11-29T03:30:00Z' },
  });
  expect(seen(node('cp1', [fence, all, again]))).toEqual(['fence gone']);
});
