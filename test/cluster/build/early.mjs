import { fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { noGo } from './go.mjs';

/**
 * Starts the build of the cluster's binaries with the processor time that nothing else wants. `ended` returns its exit code
 * and output, `stop` ends it; it also ends with this process. Where it cannot start, `why` says so.
 */
export function buildEarly() {
  const why = process.platform === 'linux' ? noGo() : 'needs Linux';
  if (why) return { why };
  // A session of its own: the kernel may share time between sessions first, and between the processes of one only then.
  const child = fork(join(import.meta.dirname, 'build.mjs'), { detached: true, silent: true });
  yieldToOthers(child.pid);
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
  // Not `close`: a child whose channel was closed here has none.
  const ends = [once(child, 'exit'), finished(child.stdout), finished(child.stderr)];
  const ended = Promise.all(ends).then(([[code]]) => ({ code, output }));
  return { ended, stop: () => child.connected && child.disconnect() };
}

/** What the process starts later inherits all of it. Where a tool is missing or not permitted, the others must do. */
function yieldToOthers(pid) {
  setPriority(pid, constants.priority.PRIORITY_LOW);
  spawnSync('chrt', ['--idle', '--pid', '0', String(pid)]);
  spawnSync('ionice', ['-c', '3', '-p', String(pid)]);
  try {
    writeFileSync(`/proc/${pid}/autogroup`, '19');
  } catch {
    // A kernel without groups of sessions.
  }
}
