import { readFileSync } from 'node:fs';

/** Whether the process runs: gone, and dead but not yet collected by its parent, are the same. */
export function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch (error) {
    // A system without /proc: the signal alone told it.
    return (error as NodeJS.ErrnoException).code === 'ENOENT' && process.platform !== 'linux';
  }
}

/** A command that leaves a child in the background, which holds the output until this file is removed. */
export const stays = (file: string) => `: >'${file}'; while [ -e '${file}' ]; do sleep 0.1; done & echo x`;
