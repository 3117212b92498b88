import { describe, expect, it } from 'vitest';
import type { Order } from '../../src/node/order.ts';
import type { Receipt } from '../../src/receipts/line.ts';
import { knownRuns } from '../../src/receipts/runs.ts';
import { fleetNode } from '../node/sandbox.ts';

const order = (over: Partial<Order> = {}): Order => ({
  v: 1,
  run: 'r1',
  step: 'stop',
  n: 0,
  of: 1,
  action: 'stop',
  params: { process: 'agent', for: '1h' },
  digest: '',
  cluster: 'c',
  operator: 'alice@laptop',
  reason: 'INC-42',
  at: '2026-11-20T10:15:00.000Z',
  ...over,
});
const receipt = (over: Partial<Receipt> = {}): Receipt => {
  const { step = 'stop', run = 'r1' } = over.order ?? {};
  const since = '2026-11-20T10:15:01Z';
  return { run, folder: step, state: 'changed', since, order: order(), ...over };
};
const says = (node: string, ...receipts: Receipt[]) => ({ node, state: 'ok' as const, receipts });
const nodes = ['n1', 'n2'].map((name, i) => fleetNode({ name, machineId: String(i).repeat(32) }));

describe('knownRuns', () => {
  it('joins the receipts of the nodes into runs, newest first, their steps in the order of the plan', () => {
    const fence = receipt({ order: order({ step: 'fence', n: 1, action: 'fence', params: {} }) });
    const late = receipt({
      order: order({ run: 'r2', operator: 'bob@desk', at: '2026-11-20T11:00:00.000Z' }),
    });
    const runs = knownRuns([says('n1', fence, receipt()), says('n2', receipt(), late)], nodes);
    expect(runs).toMatchObject([
      { run: 'r2', operator: 'bob@desk', steps: [{ step: 'stop', nodes: [{ node: 'n2' }] }] },
      {
        run: 'r1',
        operator: 'alice@laptop',
        reason: 'INC-42',
        steps: [
          { step: 'stop', nodes: [{ node: 'n1' }, { node: 'n2' }] },
          { step: 'fence', nodes: [{ node: 'n1' }] },
        ],
      },
    ]);
  });

  it('tells until when a hold of processes lasts; one of a unit has no end', () => {
    const unit = receipt({ order: order({ run: 'r2', params: { unit: 'agent' } }) });
    const ends = knownRuns([says('n1', receipt(), unit)], nodes).map(({ run, steps }) => [
      run,
      steps[0]?.nodes[0]?.until,
    ]);
    expect(Object.fromEntries(ends)).toEqual({ r1: '2026-11-20T11:15:01Z', r2: undefined });
  });

  it('two entries of one machine each tell of their own receipts', () => {
    const twins = ['n1', 'n2'].map((name) => fleetNode({ name }));
    const both = [receipt({ folder: 'stop_n1' }), receipt({ folder: 'stop_n2' })];
    const [run] = knownRuns([says('n1', ...both), says('n2', ...both)], twins);
    expect(run?.steps).toMatchObject([
      {
        step: 'stop',
        nodes: [
          { node: 'n1', folder: 'stop_n1' },
          { node: 'n2', folder: 'stop_n2' },
        ],
      },
    ]);
    expect(run?.steps[0]?.nodes.some(({ foreign }) => foreign)).toBe(false);
  });

  it('says that a receipt kept under the name of an unknown entry cannot be undone with this fleet', () => {
    const [run] = knownRuns([says('n1', receipt({ folder: 'stop_cp-old' }))], nodes);
    expect(run?.steps[0]?.nodes).toMatchObject([{ node: 'n1', foreign: true }]);
  });

  it('knows a run of an early version by its name alone', () => {
    const { order: _, ...bare } = receipt();
    const [run] = knownRuns([says('n1', bare)], nodes);
    expect(run).toEqual({
      run: 'r1',
      since: '2026-11-20T10:15:01Z',
      steps: [{ step: 'stop', nodes: [{ ...bare, node: 'n1' }] }],
    });
  });
});
