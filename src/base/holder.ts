import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** A process, as one that holds something. Its id means something only on one boot of one machine, within one namespace. */
export interface Holder {
  /** Unlike that of any other holder, also of the same process. */
  token: string;
  host: string;
  /** Empty where the system does not say, as on macOS. */
  boot: string;
  /** Namespaces of process ids and of times; empty where `/proc` does not speak of our own. */
  namespace: string;
  pid: number;
  /** Start of the process in clock ticks after boot: a reused id has another. */
  start: string;
  since: string;
}

/** This process, as a holder. */
export function thisProcess(now: Date): Holder {
  return {
    token: randomBytes(12).toString('hex'),
    host: hostname(),
    boot: orEmpty(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
    namespace: orEmpty(namespace),
    pid: process.pid,
    start: orEmpty(() => statusOf(process.pid).start),
    since: now.toISOString(),
  };
}

/** Whether a holder is dead without doubt. False proves nothing: the lease itself decides. */
export function provablyDead(holder: Holder, self: Holder): boolean {
  const known = self.boot !== '' && self.namespace !== '';
  if (!known || holder.boot !== self.boot || holder.namespace !== self.namespace) return false;
  if (isGone(holder.pid)) return true;
  try {
    const { state, threads, start } = statusOf(holder.pid);
    // A zombie writes nothing, unless a thread of it still hangs in a system call.
    return start !== holder.start || ('ZX'.includes(state) && threads <= 1);
  } catch {
    // Gone since, or hidden from this user.
    return isGone(holder.pid);
  }
}

/** Whether a process may still run that can only have run here: what was left before a reboot does not count. */
export function mayRunHere(holder: Holder): boolean {
  const self = thisProcess(new Date());
  return holder.boot === self.boot && !isGone(holder.pid) && !provablyDead(holder, self);
}

function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

/** A `/proc` that was mounted for another namespace counts processes otherwise: it proves nothing. */
function namespace(): string {
  if (readlinkSync('/proc/self') !== String(process.pid)) return '';
  return `${readlinkSync('/proc/self/ns/pid')} ${orEmpty(() => readlinkSync('/proc/self/ns/time'))}`;
}

/** Of /proc/PID/stat (proc(5)): fields 3 and 22. */
function statusOf(pid: number): { state: string; threads: number; start: string } {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { state: fields[0]!, threads: readdirSync(`/proc/${pid}/task`).length, start: fields[19]! };
}

function orEmpty(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}
