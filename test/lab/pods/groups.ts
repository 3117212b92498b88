import { spawn, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const TREE = '/sys/fs/cgroup';
const GROUP = 'fireaxe-lab-pods-';

/** The folder of this process's pods among the cgroups: those of v1 are the host's own tree. */
export const group = `/${GROUP}${process.pid}`;

/** Thaws and removes the groups of tests that ended, this one's too when `own`: a frozen process of v1 cannot even be killed. */
export function sweepGroups(own = false): void {
  for (const dir of groups(own)) clear(dir);
}

/**
 * Thaws those groups of v1 again and again, until what is returned is called: a machine that is going down cannot end
 * what is frozen there, and its watch would freeze again what was thawed once.
 */
export function thawing(own: boolean): () => void {
  const thaw = `while kill -0 ${process.pid}; do
    for d in "$@"; do find "$d" -name freezer.state | while read -r f; do echo THAWED >"$f"; done; done
    sleep 0.1
  done`;
  const dirs = groups(own).filter((dir) => dir.startsWith(join(TREE, 'freezer')));
  const child = spawn('/bin/sh', ['-c', thaw, 'thaw', ...dirs], { stdio: 'ignore' });
  return () => child.kill('SIGKILL');
}

/** At the top of a tree, or below the group that this machine itself lives in. */
function groups(own: boolean): string[] {
  const found = spawnSync('find', [TREE, '-maxdepth', '6', '-type', 'd', '-name', `${GROUP}*`, '-prune'], {
    encoding: 'utf8',
  });
  return found.stdout
    .split('\n')
    .filter((dir) => dir !== '')
    .filter((dir) => {
      const pid = Number(dir.slice(dir.lastIndexOf(GROUP) + GROUP.length));
      return pid === process.pid ? own : !alive(pid);
    });
}

function clear(dir: string): void {
  write(join(dir, 'freezer.state'), 'THAWED');
  for (const name of list(dir)) clear(join(dir, name));
  try {
    rmdirSync(dir);
  } catch {
    // Something still runs in it: it goes when the machine is gone.
  }
}

function list(dir: string): string[] {
  try {
    return readdirSync(dir, { withFileTypes: true }).flatMap((d) => (d.isDirectory() ? [d.name] : []));
  } catch {
    return [];
  }
}

function write(path: string, text: string): void {
  try {
    if (readFileSync(path, 'utf8')) writeFileSync(path, text);
  } catch {
    // Another tree than the freezer's.
  }
}

function alive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
