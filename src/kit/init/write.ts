import { chmod, mkdir, readdir, realpath, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeDirectories } from '../../base/directories.ts';
import { usage } from '../../base/errors.ts';
import { quote } from '../../base/quote.ts';
import { checkAbove } from '../permissions.ts';

/** A file of the kit, by its name there. */
export interface NewFile {
  name: string;
  content: string | Uint8Array;
}

const EMPTY = 'a new directory, or an empty one: nothing is overwritten';

/** Refuses a directory that has anything in it. */
export async function refuseTaken(directory: string): Promise<void> {
  const names = await readdir(directory).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return [] as string[];
    const what = cause.code === 'ENOTDIR' ? 'it is a file' : `it cannot be read (${cause.code})`;
    throw usage(`no place for a kit: ${what}`, { place: directory, expected: EMPTY, cause });
  });
  if (names.length === 0) return;
  const kit = names.includes('kit.yaml');
  const shown = `${names.sort().slice(0, 5).join(', ')}${names.length > 5 ? ', …' : ''}`;
  throw usage(kit ? 'there is a kit already' : `the directory is not empty (${shown})`, {
    place: directory,
    expected: EMPTY,
    ...(kit && { next: `fireaxe clusters --kit ${quote(directory)}` }),
  });
}

/** Refuses a directory below one in which others could put another kit. */
export async function refuseLooseAbove(directory: string): Promise<void> {
  let above = dirname(directory);
  while (!(await stat(above).catch(() => undefined)) && above !== dirname(above)) above = dirname(above);
  await checkAbove(join(await realpath(above), 'kit'));
}

/**
 * Writes the files of a new kit, each for its owner alone; then `check` must take it. Whatever fails, what was written is
 * removed. kit.yaml comes last: half a kit never opens.
 */
export async function writeKit(
  directory: string,
  files: readonly NewFile[],
  check: () => Promise<unknown>,
): Promise<void> {
  const former = await stat(directory).catch(() => undefined);
  const undo: (() => Promise<unknown>)[] = [];
  await makeDirectories(directory);
  undo.push(() => (former ? chmod(directory, former.mode & 0o7777) : rmdir(directory)));
  try {
    await chmod(directory, 0o700);
    for (const { name, content } of [...files].sort(kitFileLast)) {
      const path = join(directory, name);
      if (await made(dirname(path))) undo.push(() => rmdir(dirname(path)));
      // `wx`: what somebody else put there in the meantime stays.
      await writeFile(path, content, { mode: 0o600, flag: 'wx', flush: true });
      undo.push(() => rm(path, { force: true }));
    }
    await check();
  } catch (error) {
    for (const back of undo.reverse()) await back().catch(() => {});
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw usage('another process writes there, too', { place: directory, expected: EMPTY, cause: error });
  }
}

const kitFileLast = (a: NewFile, b: NewFile): number =>
  Number(a.name === 'kit.yaml') - Number(b.name === 'kit.yaml');

async function made(directory: string): Promise<boolean> {
  try {
    await mkdir(directory, { mode: 0o700 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}
