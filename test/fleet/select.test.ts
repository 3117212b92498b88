import { describe, expect, it } from 'vitest';
import { selectNodes, spread } from '../../src/fleet/select.ts';
import { node } from './nodes.ts';

const fleet = [
  ...['a', 'a', 'a', 'b', 'b', 'c'].map((zone, i) => node(`n${i + 1}`, { zone, labels: { pool: 'gpu' } })),
  node('cp-1', { role: 'control-plane', zone: 'a' }),
];
const names = (nodes: { name: string }[]) => nodes.map((n) => n.name).join(' ');

describe('a selection', () => {
  it('takes all of the fleet when nothing is said', () => {
    expect(selectNodes(fleet, {})).toEqual(fleet);
  });

  it('meets names and labels both, in the order of the fleet', () => {
    expect(names(selectNodes(fleet, { nodes: 'n[5,2],cp-1', selector: 'role=worker' }))).toBe('n2 n5');
  });

  it('limits by a count or a share, from every zone in turn', () => {
    expect(names(selectNodes(fleet, { selector: 'role=worker', limit: '3' }))).toBe('n1 n4 n6');
    expect(names(selectNodes(fleet, { selector: 'role=worker', limit: '50%' }))).toBe('n1 n4 n6');
    expect(names(spread(fleet, 4))).toBe('n1 n2 n4 n6');
  });

  it('says what the fleet has when it means nobody', () => {
    expect(() => selectNodes(fleet, { selector: 'role=etcd' })).toThrow(
      expect.objectContaining({
        kind: 'usage',
        message: expect.stringContaining('--selector "role=etcd"'),
        expected: expect.stringMatching(
          /control-plane \(1\), worker \(6\).*a \(4\), b \(2\), c \(1\).*pool \(6\)/,
        ),
      }),
    );
  });

  it('refuses a limit of nothing', () => {
    expect(() => selectNodes(fleet, { limit: '0' })).toThrow(expect.objectContaining({ kind: 'usage' }));
  });

  it('names the node that is not there, and the nearest', () => {
    expect(() => selectNodes(fleet, { nodes: 'cp-2' })).toThrow(
      expect.objectContaining({
        message: 'the fleet has no node cp-2',
        expected: expect.stringContaining('perhaps cp-1'),
      }),
    );
  });
});
