import { describe, expect, it } from 'vitest';
import { hasPath, overDefaults } from '../../../src/kit/clusters/merge.ts';

describe('a cluster over the defaults', () => {
  it.each([
    ['merges maps at any depth', { a: { b: 1, c: 2 } }, { a: { c: 3 } }, { a: { b: 1, c: 3 } }],
    ['replaces lists', { via: ['ssm', 'ssh'] }, { via: ['ssh'] }, { via: ['ssh'] }],
    ['replaces a map by a value', { a: { b: 1 } }, { a: 2 }, { a: 2 }],
    [
      'takes a default away by an empty value',
      { ssh: { jump: 'b', port: 1 } },
      { ssh: { jump: null } },
      { ssh: { port: 1 } },
    ],
    ['keeps an empty value that takes nothing away', {}, { fleet: null }, { fleet: null }],
    ['is the defaults where it says nothing', { a: 1 }, {}, { a: 1 }],
    ['is itself where there are none', undefined, { a: 1 }, { a: 1 }],
  ])('%s', (_, defaults, own, merged) => expect(overDefaults(defaults, own)).toEqual(merged));

  it('leaves prototypes alone', () => {
    const merged = overDefaults({ a: {} }, JSON.parse('{"__proto__": {"evil": 1}}'));
    expect((merged as { evil?: number }).evil).toBeUndefined();
    expect(hasPath({}, ['constructor'])).toBe(false);
  });

  it('changes neither', () => {
    const defaults = { a: { b: 1 } };
    overDefaults(defaults, { a: { b: 2 } });
    expect(defaults).toEqual({ a: { b: 1 } });
  });
});
