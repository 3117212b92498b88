import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { LabProcess } from '../types.ts';
import type { Guardian } from './guardian.ts';
import { type ProcEntry, type ProcState, removeProc, writeProc, writeState } from './proc.ts';

/** A stopped process answers nothing; a loaded machine answers late. */
const TURN_MS = 250;
const NEWLINE = 10;

// Answers each line with a line and ends with its input, so it never outlives the lab.
const SCRIPT = 'while IFS= read -r turn; do echo; done';
// A shell runs a trap at once only while it waits: cat answers the lines. It also ends with its input.
const RELOADS =
  "trap 'printf r' USR1; exec 3<&0; cat <&3 & while kill -0 $! 2>/dev/null; do wait $!; done 2>/dev/null";

export interface NodeProcess extends LabProcess {
  entry: ProcEntry;
  /** Brings the state letter in /proc up to date. */
  observe(): Promise<void>;
}

/** Starts a real process that takes a turn when asked, and shows it in the node's /proc until it ends. */
export function startProcess(options: {
  proc: string;
  comm: string;
  args: string[];
  cgroup: string;
  startTime: number;
  guardian: Guardian;
  /** Called at each SIGUSR1, which ends a process that has none. */
  onReload?: () => void;
  /** How the state letter is read: from the host's /proc if there is one. */
  observeBy?: 'proc' | 'turn';
}): NodeProcess {
  const child = spawn('/bin/sh', ['-c', options.onReload ? RELOADS : SCRIPT], {
    argv0: options.comm,
    detached: true,
    env: {},
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const pid = child.pid;
  if (pid === undefined) throw new Error(`cannot start ${options.comm}`);
  const { proc, comm, args, cgroup, startTime, guardian } = options;
  const observeBy = options.observeBy ?? (process.platform === 'linux' ? 'proc' : 'turn');
  const entry: ProcEntry = { pid, comm, args, cgroup, startTime };
  guardian.watch(pid);
  writeProc(proc, entry);

  let alive = true;
  let killed = false;
  let shown: ProcState = 'S';
  let asked = 0;
  let answered = 0;
  const waiting = new Set<() => void>();
  const wake = () => {
    for (const done of waiting) done();
  };
  child.stdin.on('error', () => undefined);
  child.stdout.on('data', (data: Buffer) => {
    const lines = data.reduce((sum, byte) => sum + (byte === NEWLINE ? 1 : 0), 0);
    answered += lines;
    for (let n = lines; n < data.length; n++) options.onReload?.();
    wake();
  });
  child.once('exit', () => {
    alive = false;
    guardian.release(pid);
    removeProc(proc, pid);
    wake();
  });

  function show(state: ProcState): void {
    // Its machine may be removed before its end is known.
    if (!alive || killed || state === shown) return;
    shown = state;
    writeState(proc, entry, state);
  }

  async function turn(): Promise<boolean> {
    if (!alive) return false;
    // One question at a time: what a stopped process is asked piles up nowhere.
    if (asked === answered) {
      asked += 1;
      child.stdin.write('\n');
    }
    const awaited = asked;
    const took = await new Promise<boolean>((resolve) => {
      const finish = () => {
        if (alive && answered < awaited) return;
        settle(answered >= awaited && alive);
      };
      // Timers come before what was read: where this process itself was kept waiting, the answer may be there already.
      const timer = setTimeout(() => setImmediate(() => settle(answered >= awaited && alive)), TURN_MS);
      const settle = (value: boolean) => {
        clearTimeout(timer);
        waiting.delete(finish);
        resolve(value);
      };
      waiting.add(finish);
      finish();
    });
    show(took ? 'S' : 'T');
    return took;
  }

  return {
    entry,
    pid,
    turn,
    alive: () => alive,
    kill(signal) {
      killed ||= signal === 'SIGKILL';
      if (alive) child.kill(signal);
    },
    onExit: (listener) => void child.once('exit', listener),
    async observe() {
      if (observeBy === 'turn') await turn();
      else show(hostState(pid));
    },
  };
}

function hostState(pid: number): ProcState {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return /^[Tt]/.test(stat.slice(stat.lastIndexOf(')') + 2)) ? 'T' : 'S';
  } catch {
    return 'S';
  }
}
