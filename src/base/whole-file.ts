import { randomBytes } from 'node:crypto';
import { link, rename, rm, writeFile } from 'node:fs/promises';

/**
 * Writes a file for its owner alone: it is the old one or the new one, never half of it, and on the disk.
 * Its first name is random: a process id can be reused in another container or on another host.
 * `check` may throw between the two: then the old one stays.
 */
export async function writeWhole(
  path: string,
  text: string | Uint8Array,
  check?: () => Promise<void>,
): Promise<void> {
  const partial = `${path}.partial-${randomBytes(6).toString('hex')}`;
  try {
    await writeFile(partial, text, { mode: 0o600, flush: true });
    await check?.();
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true }).catch(() => {});
    throw error;
  }
}

/** The same for a new file: an existing one stays as it is, and EEXIST is thrown. */
export async function writeNew(path: string, text: string | Uint8Array): Promise<void> {
  const partial = `${path}.partial-${randomBytes(6).toString('hex')}`;
  try {
    await writeFile(partial, text, { mode: 0o600, flush: true });
    // Unlike a rename, a link never replaces a file.
    await link(partial, path);
  } finally {
    await rm(partial, { force: true }).catch(() => {});
  }
}
