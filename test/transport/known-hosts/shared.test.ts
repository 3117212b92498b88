import { expect, it } from 'vitest';
import type { KnownHosts } from '../../../src/transport/known-hosts/known-hosts.ts';
import { sharedKnownHosts } from '../../../src/transport/known-hosts/shared.ts';

it('reads the same files once, others again, and keeps only the last', async () => {
  const reads: string[] = [];
  const read = sharedKnownHosts(async (files, revoked) => {
    reads.push([...files, revoked].join(' '));
    return { problems: [] } as unknown as KnownHosts;
  });
  const [one, same] = await Promise.all([read(['a', 'b']), read(['a', 'b'])]);
  expect(same).toBe(one);
  await read(['a', 'b'], 'krl');
  await read(['a b']);
  await read(['a', 'b']);
  expect(reads).toEqual(['a b ', 'a b krl', 'a b ', 'a b ']);
});
