import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { FireaxeError } from '../base/errors.ts';

/**
 * Takes the one writer's lock of a run. Throws (kind guard) while another Fireaxe holds it; a dead holder's lock is taken over.
 * A link appears with its content or not at all, so that no lock is ever seen without its holder.
 */
export function lockWriter(path: string): () => void {
  const own = `${path}.${process.pid}`;
  try {
    writeFileSync(own, `${process.pid} ${startOf(process.pid)}\n`, { mode: 0o600 });
    while (!tryLink(own, path)) {
      const holder = readHolder(path);
      if (holder?.alive) {
        throw new FireaxeError('guard', `another fireaxe (process ${holder.pid}) is writing this run`, {
          place: path,
          next: 'wait for it, or end it; then try again',
        });
      }
      setAside(path, `${own}.old`);
    }
  } finally {
    rmSync(own, { force: true });
  }
  return () => rmSync(path, { force: true });
}

/** Two that find the same dead holder: only one moves its lock away; what the other moves may be alive again and goes back. */
function setAside(path: string, aside: string): void {
  try {
    renameSync(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  if (readHolder(aside)?.alive) tryLink(aside, path);
  rmSync(aside, { force: true });
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function readHolder(path: string): { pid: number; alive: boolean } | undefined {
  const [pid, start] = readIfThere(path).trim().split(' ');
  if (!pid) return undefined;
  // A reused process id has another start.
  return { pid: Number(pid), alive: isAlive(Number(pid)) && startOf(Number(pid)) === (start ?? '') };
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    // Let go of just now.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Start time of a process in clock ticks after boot (proc(5), field 22); empty where there is no /proc. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}
