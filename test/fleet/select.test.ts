import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { zoneOf } from '../../src/fleet/labels.ts';
import { selectNodes, spread } from '../../src/fleet/select.ts';
import type { FleetNode } from '../../src/fleet/types.ts';
import { node } from './nodes.ts';

const fleet = [
  ...['a', 'a', 'a', 'b', 'b', 'c'].map((zone, i) => node(`n${i + 1}`, { zone, labels: { pool: 'gpu' } })),
  node('cp-1', { role: 'control-plane', zone: 'a' }),
];
/** How many nodes each zone has. */
function tally(nodes: FleetNode[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const zone of nodes.map(zoneOf)) counts.set(zone, (counts.get(zone) ?? 0) + 1);
  return counts;
}
const names = (nodes: { name: string }[]) => nodes.map((n) => n.name).join(' ');

describe('a selection', () => {
  it('takes all of the fleet when nothing is said', () => {
    expect(selectNodes(fleet, {})).toEqual(fleet);
  });

  it('meets names and labels both, in the order of the fleet', () => {
    expect(names(selectNodes(fleet, { nodes: 'n[5,2],cp-1', selector: 'role=worker' }))).toBe('n2 n5');
  });

  it('limits by a count or a share, from every zone its part, and none to its last', () => {
    expect(names(selectNodes(fleet, { selector: 'role=worker', limit: '3' }))).toBe('n1 n2 n4');
    expect(names(selectNodes(fleet, { selector: 'role=worker', limit: '50%' }))).toBe('n1 n2 n4');
    expect(names(selectNodes(fleet, { selector: 'role=worker', limit: '80%' }))).toBe('n1 n2 n4 n5 n6');
    expect(names(spread(fleet, 4))).toBe('n1 n2 n3 n4');
  });

  it('keeps who was taken for less, leaves every zone its last node while it can, and to each zone its part', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 7 });
    fc.assert(
      fc.property(sizes, fc.boolean(), (members, even) => {
        const nodes = members.flatMap((size, zone) =>
          Array.from({ length: even ? members[0]! : size }, (_, i) =>
            node(`z${zone}-${i}`, { zone: `z${zone}` }),
          ),
        );
        const sizeOf = tally(nodes);
        let former: FleetNode[] = [];
        for (let count = 1; count <= nodes.length; count++) {
          const taken = spread(nodes, count);
          expect(taken).toHaveLength(count);
          const now = new Set(taken);
          expect(former.filter((n) => !now.has(n))).toEqual([]);
          former = taken;
          const gotOf = tally(taken);
          for (const [zone, size] of sizeOf) {
            const got = gotOf.get(zone) ?? 0;
            if (count <= nodes.length - sizeOf.size) expect(got).toBeLessThan(Math.max(size, 1));
            // Small zones that keep their last one push the others beyond their part.
            if (even || (members.every((m) => m >= 10) && count <= nodes.length * 0.8))
              expect(Math.abs(got - (count * size) / nodes.length)).toBeLessThanOrEqual(1);
          }
        }
      }),
      { numRuns: 40 },
    );
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

  it('names the unknown node, and the nearest', () => {
    expect(() => selectNodes(fleet, { nodes: 'cp-2' })).toThrow(
      expect.objectContaining({
        message: 'the fleet has no node cp-2',
        expected: expect.stringContaining('perhaps cp-1'),
      }),
    );
  });
});
