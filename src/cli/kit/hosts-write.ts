import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeDirectories } from '../../base/directories.ts';
import { FireaxeError } from '../../base/errors.ts';
import { writeWhole } from '../../base/whole-file.ts';
import type { ClusterKit, Kit } from '../../kit/types.ts';

/** The file with the host keys of a cluster: the first that the kit names for it, else its own in known_hosts.d. */
export function hostKeyFile(
  kit: Pick<Kit, 'path'>,
  cluster: Pick<ClusterKit, 'name' | 'knownHosts'>,
): string {
  return cluster.knownHosts?.[0] ?? join(kit.path, 'known_hosts.d', cluster.name);
}

export const textIn = (file: string): Promise<string> =>
  readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });

/** Adds lines at the end; what is there stays as it is, and the file is the old one or the new one. */
export async function addLines(file: string, before: string, lines: readonly string[]): Promise<void> {
  await makeDirectories(dirname(file));
  const whole = before === '' || before.endsWith('\n') ? before : `${before}\n`;
  await writeWhole(file, `${whole}${lines.join('\n')}\n`, async () => {
    if ((await textIn(file)) === before) return;
    throw new FireaxeError('stale', 'the host keys were changed in the meantime: nothing was written', {
      place: file,
      next: 'run it again',
    });
  });
}
