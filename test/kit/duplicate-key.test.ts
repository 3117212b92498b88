import fc from 'fast-check';
import { expect, it } from 'vitest';
import { duplicateKey } from '../../src/kit/duplicate-key.ts';

const found = (text: string) => duplicateKey(text, JSON.parse(text));

it.each([
  ['{"a": 1, "a": 2}', { key: 'a', at: 9 }],
  ['[{"a": {"b": 1, "c": 2, "b": 3}}]', { key: 'b', at: 24 }],
  [String.raw`{"a\"": 1, "a\"" : 2}`, { key: 'a"', at: 11 }],
  [String.raw`{"a": 1, "\u0061": 2}`, { key: 'a', at: 9 }],
  ['{"__proto__": 1, "__proto__": 2}', { key: '__proto__', at: 17 }],
  ['{"a": {"b": 1}, "b": {"a": 1}}', undefined],
  [String.raw`{"a": "b\\", "c": "\": \"a\": "}`, undefined],
])('%s', (text, expected) => expect(found(text)).toEqual(expected));

it('finds none in what JSON.stringify wrote', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(found(JSON.stringify(value, null, 1))).toBeUndefined();
    }),
  );
});

it('finds each that was added', () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }),
      fc.jsonValue(),
      (object, more) => {
        const key = Object.keys(object)[0]!;
        const text = `${JSON.stringify(object).slice(0, -1)}, ${JSON.stringify(key)}: ${JSON.stringify(more)}}`;
        expect(found(text)).toMatchObject({ key });
      },
    ),
  );
});
