import { expect, it } from 'vitest';
import type { Order } from '../../src/node/order.ts';
import { lostByRestart } from '../../src/receipts/lost.ts';
import type { KnownRun } from '../../src/receipts/runs.ts';

const AT = new Date('2026-11-20T10:20:00Z');

function run(
  action: string,
  params: Record<string, unknown>,
  state: 'changed' | 'undone' = 'changed',
): KnownRun {
  const order = { action, params, operator: 'alice@laptop', reason: "INC-42 'x'" } as unknown as Order;
  const nodes = ['cp-1', 'cp-2'].map((node) => ({ run: 'r1', folder: 's', state, node, order }));
  return { run: 'r1', steps: [{ step: 's', order, nodes }] };
}
const lost = (...runs: KnownRun[]) => lostByRestart(runs, 'prod-1', AT);

it('names what stands on the nodes, and the command that makes it again', () => {
  expect(lost(run('fence', { rate: '5', allow: ['10.0.0.1', '10.0.0.2'] }))).toEqual([
    "the restart of cp-[1-2] removes fence of alice@laptop (run r1); make it again afterwards: fireaxe fence --rate 5 --allow 10.0.0.1 --allow 10.0.0.2 -c prod-1 --nodes 'cp-[1-2]' --reason 'INC-42 '\\''x'\\'''",
  ]);
});

it('does not name what survives, or what does not stand', () => {
  expect(lost(run('pause', {}), run('fence', {}, 'undone'))).toEqual([]);
});

it('gives no command where a parameter has no flag', () => {
  expect(lost(run('readmit', { clients: '10.0.0.1' }))).toEqual([
    'the restart of cp-[1-2] removes readmit of alice@laptop (run r1)',
  ]);
});
