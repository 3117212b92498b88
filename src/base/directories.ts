import { mkdir, open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * `mkdir -p`, each new name on the disk. Node's own says ENOENT of a read-only file system, and under /proc,
 * which takes no directories, it never ends.
 */
export async function makeDirectories(path: string): Promise<void> {
  if (await isDirectory(path)) return;
  const parent = dirname(path);
  await makeDirectories(parent);
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    // Another process may have been first.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || !(await isDirectory(path))) throw error;
  }
  await syncDirectory(parent);
}

/** False where nothing is there; throws ENOTDIR where something else is. */
async function isDirectory(path: string): Promise<boolean> {
  const there = await stat(path).catch((error) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (!there) return false;
  if (there.isDirectory()) return true;
  throw Object.assign(new Error('ENOTDIR: not a directory'), { code: 'ENOTDIR', syscall: 'mkdir', path });
}

/** What a directory names is on the disk afterwards. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  await directory.sync().finally(() => directory.close());
}
