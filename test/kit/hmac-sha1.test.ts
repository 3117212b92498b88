import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { SaltedHashes } from '../../src/kit/hmac-sha1.ts';

it('finds what node:crypto makes, whatever salt and text', () => {
  const bytes = fc.uint8Array({ maxLength: 64 }).map((array) => Buffer.from(array));
  const text = fc.string({ maxLength: 70, unit: 'binary' });
  fc.assert(
    fc.property(fc.array(fc.tuple(bytes, text), { minLength: 1, maxLength: 8 }), (made) => {
      const entries = made.map(([salt, of]) => ({
        salt,
        of: Buffer.from(of).toString(),
        hash: createHmac('sha1', salt).update(of).digest(),
      }));
      const hashes = new SaltedHashes(entries);
      for (const wanted of new Set(entries.map((entry) => entry.of)))
        expect(hashes.take(wanted)).toEqual(entries.filter((entry) => entry.of === wanted));
    }),
    { numRuns: 150 },
  );
});

it('tries an entry that was found no more', () => {
  const salt = Buffer.alloc(20, 7);
  const entry = { salt, hash: createHmac('sha1', salt).update('10.0.0.1').digest() };
  const hashes = new SaltedHashes([entry]);
  expect(hashes.take('10.0.0.2')).toEqual([]);
  expect(hashes.take('10.0.0.1')).toEqual([entry]);
  expect(hashes.take('10.0.0.1')).toEqual([]);
});
