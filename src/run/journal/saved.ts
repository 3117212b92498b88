import { existsSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { sha256 } from '../../base/canonical.ts';
import { makeDirectories, syncDirectory } from '../../base/directories.ts';
import { FireaxeError } from '../../base/errors.ts';

/** Saves what an action fetched, complete and on the disk before anything is changed. */
export async function saveFetched(
  runDir: string,
  step: string,
  target: string,
  content: string,
): Promise<void> {
  const path = savedPath(runDir, step, target);
  await makeDirectories(dirname(path));
  const file = await open(path, 'w', 0o600);
  await file.writeFile(content);
  await file.sync();
  await file.close();
  await syncDirectory(dirname(path));
}

/** What was saved. Throws guard where it differs from its digest in the journal; journals of early versions have no digest. */
export async function readFetched(
  runDir: string,
  step: string,
  target: string,
  digest: string | undefined,
): Promise<string | undefined> {
  const path = savedPath(runDir, step, target);
  const text = existsSync(path) ? await readFile(path, 'utf8') : undefined;
  if (digest === undefined || (text !== undefined && sha256(text) === digest)) return text;
  const how = text === undefined ? 'is missing' : 'was changed';
  throw new FireaxeError(
    'guard',
    `${step}: nothing is restored: the object that was saved before the change ${how}`,
    {
      place: path,
      expected: `a file whose SHA-256 is ${digest}`,
      next: `fireaxe timeline ${basename(runDir)}`,
    },
  );
}

const savedPath = (runDir: string, step: string, target: string) =>
  join(runDir, 'saved', encodeURIComponent(step), encodeURIComponent(target));
