import { spawn } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Knows every process group of the lab, and kills them all when the lab ends, however it ends. */
export interface Guardian {
  watch(group: number): void;
  release(group: number): void;
  close(): void;
}

// Blocks until the lab's end of the pipe closes, which even SIGKILL does. KILL also ends what was stopped.
const SCRIPT = `trap '' INT TERM HUP
IFS= read -r word && [ "$word" = bye ] && exit 0
cd "$1" || exit 0
for group in [0-9]*; do kill -KILL "-$group" 2>/dev/null; done`;

/** Each watched group is a file, so that watching costs no message and nothing is lost at a kill. */
export function createGuardian(dir: string): Guardian {
  const groups = join(dir, 'groups');
  mkdirSync(groups, { recursive: true });
  const child = spawn('/bin/sh', ['-c', SCRIPT, 'lab-guardian', groups], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  child.unref();
  // The child may be gone before `bye` is written.
  child.stdin.on('error', () => undefined);
  return {
    watch: (group) => writeFileSync(join(groups, String(group)), ''),
    release: (group) => rmSync(join(groups, String(group)), { force: true }),
    close: () => void child.stdin.end('bye\n'),
  };
}
