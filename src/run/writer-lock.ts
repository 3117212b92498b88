import { closeSync, openSync, readFileSync, unlinkSync, writeSync } from 'node:fs';
import { FireaxeError } from '../base/errors.ts';

/** Takes the one writer's lock of a run. Throws (kind guard) while another Fireaxe holds it; a dead holder's lock is taken over. */
export function lockWriter(path: string): () => void {
  for (let attempt = 0; ; attempt++) {
    try {
      const fd = openSync(path, 'wx', 0o600);
      writeSync(fd, `${process.pid} ${startOf(process.pid)}\n`);
      closeSync(fd);
      return () => unlinkSync(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || attempt > 1) throw error;
      const holder = readHolder(path);
      if (holder?.alive) {
        throw new FireaxeError('guard', `another fireaxe (process ${holder.pid}) is writing this run`, {
          place: path,
          next: 'wait for it, or end it; then try again',
        });
      }
      unlinkSync(path);
    }
  }
}

function readHolder(path: string): { pid: number; alive: boolean } | undefined {
  const [pid, start] = readFileSync(path, 'utf8').trim().split(' ');
  if (!pid) return undefined;
  // A reused process id has another start.
  return { pid: Number(pid), alive: isAlive(Number(pid)) && startOf(Number(pid)) === (start ?? '') };
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
