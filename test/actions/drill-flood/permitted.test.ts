import { expect, it } from 'vitest';
import { MOST_NODES } from '../../../src/actions/drill-flood/params.ts';
import { permitted } from '../../../src/actions/drill-flood/permitted.ts';
import { context, fleetNode } from '../../node/sandbox.ts';

const workers = Array.from({ length: MOST_NODES + 1 }, (_, i) => fleetNode({ name: `n${i + 1}` }));
const nodes = [
  ...workers,
  fleetNode({ name: 'cp1', roles: ['control-plane'] }),
  fleetNode({ name: 'all', roles: ['worker', 'etcd'] }),
];
const { cluster } = context(nodes);
const allowed = { nodes, cluster: { ...cluster, drills: 'allowed' as const } };

it('a flood needs the word of the kit, and runs on few workers only', () => {
  expect(() => permitted(['n1'], { nodes, cluster })).toThrow(
    expect.objectContaining({ kind: 'guard', expected: 'drills: allowed at this cluster in kit.yaml' }),
  );
  expect(() => permitted(['n1'], allowed)).not.toThrow();
  expect(() => permitted(['n1', 'cp1'], allowed)).toThrow('a flood from cp1, which is control-plane');
  expect(() => permitted(['all'], allowed)).toThrow('a flood from all, which is worker and etcd');
  expect(() =>
    permitted(
      workers.map(({ name }) => name),
      allowed,
    ),
  ).toThrow(/a flood from 51 nodes/);
});
