import fc from 'fast-check';
import { expect, it } from 'vitest';
import { canonicalJson } from '../../src/base/canonical.ts';

it.each([
  [{ b: 1, a: [true, null, undefined, 'x'] }, '{"a":[true,null,null,"x"],"b":1}'],
  [{ '10': 1, '9': 2, a: undefined }, '{"10":1,"9":2}'],
  [{ b: [{ '1': 'x', '': 'y' }], a: 1 }, '{"a":1,"b":[{"":"y","1":"x"}]}'],
  [JSON.parse('{"b":1,"__proto__":{"c":1,"a":2}}'), '{"__proto__":{"a":2,"c":1},"b":1}'],
  ['a"b\\\n\u2028', JSON.stringify('a"b\\\n\u2028')],
  [undefined, 'null'],
  [{}, '{}'],
  [[], '[]'],
])('%j is %s', (value, text) => expect(canonicalJson(value)).toBe(text));

it('is JSON of the same value, whatever the order of keys', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = canonicalJson(value);
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      expect(canonicalJson(turned(JSON.parse(text)))).toBe(text);
    }),
  );
});

function turned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turned);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, one]) => [key, turned(one)]),
  );
}
