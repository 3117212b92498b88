import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matches, parseSelector } from '../../src/fleet/selector.ts';
import { node } from './nodes.ts';

const web = node('n1', { zone: 'a', labels: { app: 'web', tier: 'front', empty: '' } });
const cp = node('cp-1', { role: 'control-plane', zone: 'b' });
const bare = node('n2');

function names(selector: string): string {
  return [web, cp, bare]
    .filter((n) => matches(parseSelector(selector), n))
    .map((n) => n.name)
    .join(' ');
}

describe('label selectors mean what Kubernetes means by them', () => {
  it.each([
    ['app=web', 'n1'],
    ['app==web', 'n1'],
    ['app != web', 'cp-1 n2'],
    ['app', 'n1'],
    ['!app', 'cp-1 n2'],
    ['! app', 'cp-1 n2'],
    ['app in (web, db)', 'n1'],
    ['app notin (web)', 'cp-1 n2'],
    ['app=web,tier=back', ''],
    ['app=web,tier', 'n1'],
    ['empty=', 'n1'],
    ['empty in ()', 'n1'],
    ['in=x', ''],
    ['role=worker', 'n1 n2'],
    ['role!=worker', 'cp-1'],
    ['node-role.kubernetes.io/control-plane', 'cp-1'],
    ['!node-role.kubernetes.io/control-plane', 'n1 n2'],
    ['zone in (a,b)', 'n1 cp-1'],
    ['topology.kubernetes.io/zone=b', 'cp-1'],
    ['name=n2', 'n2'],
    ['kubernetes.io/hostname=n2', 'n2'],
  ])('%s', (selector, expected) => {
    expect(names(selector)).toBe(expected);
  });

  it.each([
    ['', 1],
    ['app=web,', 9],
    [',app', 1],
    ['app web', 5],
    ['app in web', 8],
    ['app in (web', 12],
    ['app=="web"', 6],
    ['app=a=b', 6],
    ['-app', 1],
    ['app=we$b', 5],
    ['a/b/c=d', 1],
    ['app>5', 1],
    ['app=!x', 5],
    ['!app=x', 5],
  ])('%j is refused at column %i', (selector, column) => {
    expect(() => parseSelector(selector)).toThrow(
      expect.objectContaining({
        kind: 'usage',
        place: expect.stringMatching(new RegExp(`column ${column}$`)),
      }),
    );
  });

  it('either parses or refuses with a place, whatever is typed', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'ab=!(),in -/."$ ') }), (text) => {
        try {
          expect(parseSelector(text).length).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toMatchObject({ kind: 'usage', place: expect.stringContaining('column') });
        }
      }),
    );
  });
});
