import { expect, it } from 'vitest';
import { mergeFleet } from '../../src/fleet/merge.ts';
import type { FleetNode, FleetSnapshot } from '../../src/fleet/types.ts';

const node = (name: string, rest: Partial<FleetNode> = {}): FleetNode => ({
  name,
  cluster: 'c',
  roles: ['worker'],
  address: '10.0.0.1',
  labels: {},
  ...rest,
});
const fleet = (nodes: FleetNode[]): FleetSnapshot => ({
  schemaVersion: 1,
  cluster: 'c',
  takenAt: 't',
  source: 's',
  nodes,
});

it('keeps what people wrote by hand, takes the rest from the cloud, tells who is new and who is gone', () => {
  const before = fleet([
    node('old-name', { instanceId: 'i-1', user: 'core', jump: 'bastion', address: '10.0.0.7' }),
    node('gone', { instanceId: 'i-2' }),
  ]);
  const fresh = fleet([
    node('new-name', { instanceId: 'i-1', address: '10.0.0.8' }),
    node('born', { instanceId: 'i-3' }),
  ]);
  const merged = mergeFleet(before, fresh);
  expect(merged.snapshot.nodes[0]).toMatchObject({
    name: 'new-name',
    address: '10.0.0.8',
    user: 'core',
    jump: 'bastion',
  });
  expect(merged).toMatchObject({ added: ['born'], removed: ['gone'] });
});

it('a first discovery is all new', () => {
  expect(mergeFleet(undefined, fleet([node('a')]))).toMatchObject({ added: ['a'], removed: [] });
});
