import type { open } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { syncDirectory } from '../../src/base/directories.ts';

function opens(code: string) {
  const seen = { closed: 0 };
  const handle = {
    sync: () => Promise.reject(Object.assign(new Error(code), { code })),
    close: async () => void seen.closed++,
  };
  return { seen, open: (async () => handle) as unknown as typeof open };
}

describe('the sync of a directory', () => {
  it.each(['EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'])('is left out where %s refuses it', async (code) => {
    const { seen, open } = opens(code);
    await syncDirectory('/mnt', open);
    expect(seen.closed).toBe(1);
  });

  it('fails where the disk does', async () => {
    const { seen, open } = opens('EIO');
    await expect(syncDirectory('/mnt', open)).rejects.toMatchObject({ code: 'EIO' });
    expect(seen.closed).toBe(1);
  });
});
