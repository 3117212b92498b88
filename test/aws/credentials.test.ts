import { expect, it } from 'vitest';
import { readAgain } from '../../src/aws/credentials.ts';
import type { Keys } from '../../src/aws/keys/types.ts';

const keys = (accessKeyId: string, expiration?: Date): Keys => ({
  accessKeyId,
  secretAccessKey: 's',
  ...(expiration && { expiration }),
});

it.each([undefined, new Date(Date.now() + 60_000)])(
  'keys that are still good (%s) are used while new ones are slow, which are read once at a time',
  async (expiration) => {
    let reads = 0;
    let answer = (_: Keys) => {};
    const get = readAgain(() =>
      reads++ === 0 ? Promise.resolve(keys('old', expiration)) : new Promise((resolve) => (answer = resolve)),
    );
    expect((await get()).accessKeyId).toBe('old');
    expect((await get()).accessKeyId).toBe('old');
    expect((await get()).accessKeyId).toBe('old');
    expect(reads).toBe(2);
    answer(keys('new', expiration));
    expect((await get()).accessKeyId).toBe('new');
  },
  3_000,
);

it('keys that have expired are not used: new ones are waited for', async () => {
  let reads = 0;
  const get = readAgain(async () => keys(`k${++reads}`, new Date(Date.now() - 1)));
  expect([(await get()).accessKeyId, (await get()).accessKeyId]).toEqual(['k1', 'k2']);
});
