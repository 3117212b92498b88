import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { FireaxeError } from '../base/errors.ts';

/** What the lock asks of the file system, so that a test can stand between two calls. */
export interface LockFiles {
  link(from: string, to: string): void;
  read(path: string): string;
}
const onDisk: LockFiles = { link: linkSync, read: (path) => readFileSync(path, 'utf8') };

/**
 * Takes the one writer's lock of a run. Throws (kind guard) while another Fireaxe holds it; a dead holder's lock is passed over.
 * A link appears with its content or not at all, so that no lock is ever seen without its holder.
 * A dead holder's file is never moved, as two may find it at once: the next holder's stands beside it, as `.1`, `.2`, ….
 */
export function lockWriter(path: string, files = onDisk): () => void {
  const own = `${path}.of-${process.pid}`;
  try {
    writeFileSync(own, `${process.pid} ${startOf(process.pid)}\n`, { mode: 0o600 });
    for (;;) {
      const place = placeAfterTheDead(files, path);
      if (tryLink(files, own, place) && isFirst(files, path, place))
        return () => rmSync(place, { force: true });
    }
  } finally {
    rmSync(own, { force: true });
  }
}

/** A holder that let go and then died leaves a free place before ours, and another may stand there: then ours is given up. */
function isFirst(files: LockFiles, path: string, ours: string): boolean {
  let first = false;
  try {
    first = placeAfterTheDead(files, path, ours) === ours;
  } finally {
    if (!first) rmSync(ours, { force: true });
  }
  return first;
}

/** The first place that no dead holder left taken. Throws where somebody alive stands, but for `ours`. */
function placeAfterTheDead(files: LockFiles, path: string, ours?: string): string {
  for (let n = 0; ; n++) {
    const place = n === 0 ? path : `${path}.${n}`;
    const holder = place === ours ? undefined : readHolder(files, place);
    if (!holder) return place;
    if (holder.alive) {
      throw new FireaxeError('guard', `another fireaxe (process ${holder.pid}) is writing this run`, {
        place,
        next: 'wait for it, or end it; then try again',
      });
    }
  }
}

function tryLink(files: LockFiles, from: string, to: string): boolean {
  try {
    files.link(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Nobody where there is no file; a file that says nothing (the machine lost its power) has a dead holder. */
function readHolder(files: LockFiles, path: string): { pid: number; alive: boolean } | undefined {
  const text = readIfThere(files, path);
  if (text === undefined) return undefined;
  const pid = Number.parseInt(text, 10);
  // A reused process id has another start.
  const start = text.trim().split(' ')[1] ?? '';
  return { pid, alive: pid > 0 && isAlive(pid) && startOf(pid) === start };
}

function readIfThere(files: LockFiles, path: string): string | undefined {
  try {
    return files.read(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
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
