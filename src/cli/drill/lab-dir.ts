import { readdir, rm } from 'node:fs/promises';
import { usage } from '../../base/errors.ts';

/** The first file of every lab. */
const MARK = 'lab.log';

/** Removes what an earlier lab left; a directory that never held a lab is not emptied. */
export async function clearLabDir(dir: string): Promise<void> {
  const names = await readdir(dir).catch((error: NodeJS.ErrnoException): string[] => {
    if (error.code === 'ENOENT') return [];
    throw usage(`cannot use the directory: ${error.message}`, { place: dir });
  });
  if (names.length === 0) return;
  if (!names.includes(MARK)) {
    throw usage('the directory holds files that are not of a lab', {
      place: dir,
      expected: 'a new or empty directory, or no --dir',
    });
  }
  await rm(dir, { recursive: true, force: true });
}
