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

/** Some network file systems refuse to sync a directory: they keep names safe in their own way, or cannot promise it. */
const CANNOT_SYNC = ['EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'];

/** The names in a directory are on the disk afterwards, where its file system can do that at all. */
export async function syncDirectory(path: string, openFile = open): Promise<void> {
  const directory = await openFile(path, 'r');
  try {
    await directory.sync();
  } catch (error) {
    if (!CANNOT_SYNC.includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  } finally {
    await directory.close();
  }
}
