import { setTimeout as pause } from 'node:timers/promises';
import { isatty } from 'node:tty';
import { EXIT } from './exit-codes.ts';

/** What Node's pool of threads does for us and cannot give up: newer Nodes list look-ups of names alone. */
const OF_POOL = /^(FSReq|GetAddrInfo|GetNameInfo)/;
/** A read of a disk that lives is over by then. */
const GRACE_MS = 500;

const waiting = () => process.getActiveResourcesInfo().some((what) => OF_POOL.test(what));

/** Gives what still reads, writes or looks a name up a moment to end. */
export async function poolEnds(withinMs = GRACE_MS): Promise<void> {
  for (let left = withinMs; left > 0 && waiting(); left -= 20) await pause(20);
}

/**
 * Ends the process. `process.exit` waits for the pool's threads: for a read of a dead file server or of a pipe that nobody
 * fills, and for a name that does not resolve. After Ctrl-C the process is then ended by SIGINT, which a shell tells as 130
 * as well; in every other case a further signal ends it at once.
 */
export function endProcess(code: number): never {
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.removeAllListeners(name);
  if (code === EXIT.interrupted && waiting()) {
    // What shows the cursor again listens to this.
    process.emit('exit', code);
    if (isatty(0)) process.stdin.setRawMode(false);
    process.kill(process.pid, 'SIGINT');
  }
  process.exit(code);
}
