import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A process as the node's /proc shows it. */
export interface ProcEntry {
  pid: number;
  comm: string;
  args: string[];
  cgroup: string;
  /** Clock ticks since boot: with the pid, the identity of a process. */
  startTime: number;
}

/** S sleeping, T stopped. */
export type ProcState = 'S' | 'T';

export function writeProc(proc: string, entry: ProcEntry): void {
  const dir = join(proc, String(entry.pid));
  mkdirSync(dir, { recursive: true });
  // The kernel cuts a name at 15 bytes.
  const comm = entry.comm.slice(0, 15);
  writeFileSync(join(dir, 'comm'), `${comm}\n`);
  writeFileSync(join(dir, 'cmdline'), entry.args.map((arg) => `${arg}\0`).join(''));
  writeFileSync(join(dir, 'cgroup'), `0::${entry.cgroup}\n`);
  writeState(proc, entry, 'S');
}

/** Replaces whole files by rename, so that a script never reads half a line. */
export function writeState(proc: string, entry: ProcEntry, state: ProcState): void {
  const dir = join(proc, String(entry.pid));
  const comm = entry.comm.slice(0, 15);
  const word = state === 'T' ? 'T (stopped)' : 'S (sleeping)';
  put(
    join(dir, 'status'),
    `Name:\t${comm}\nState:\t${word}\nTgid:\t${entry.pid}\nPid:\t${entry.pid}\nPPid:\t1\nUid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\n`,
  );
  // Fields 4 to 21 are ppid, pgrp, session and counters; 22 is the start time.
  const middle = `1 ${entry.pid} ${entry.pid} 0 -1 4194304 100 0 0 0 0 0 0 0 20 0 1 0`;
  put(
    join(dir, 'stat'),
    `${entry.pid} (${comm}) ${state} ${middle} ${entry.startTime} 2727936 250 18446744073709551615${' 0'.repeat(27)}\n`,
  );
}

export function removeProc(proc: string, pid: number): void {
  rmSync(join(proc, String(pid)), { recursive: true, force: true });
}

function put(path: string, text: string): void {
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
}
