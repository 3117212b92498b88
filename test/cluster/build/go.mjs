import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';

const OLDEST = 24;
/** Asked here, a Go that may fetch the toolchain that a module needs has fetched it. */
const MODULE = join(import.meta.dirname, 'kubernetes');

/** Returns why the binaries cannot be built, in one line. */
export function noGo() {
  const { said, error } = goVersion();
  if (error) return `needs Go 1.${OLDEST} or newer: ${error}`;
  const [version, minor] = /^go1\.(\d+)\S*/.exec(said) ?? [];
  return Number(minor) >= OLDEST
    ? undefined
    : `needs Go 1.${OLDEST} or newer on the PATH, not ${version ?? said.trim()}`;
}

/** Returns version and architecture as Go prints them, or why it printed none. */
export function goVersion() {
  const go = spawnSync('go', ['env', 'GOVERSION', 'GOARCH'], { cwd: MODULE, encoding: 'utf8' });
  if (go.error) return { error: 'there is no go on the PATH' };
  if (go.status !== 0) return { error: go.stderr.trim().split('\n').at(-1) };
  return { said: go.stdout };
}

/** Builds one static binary, so that an image needs only this file; throws with the end of what Go printed. */
export async function goBuild({ folder, ldflags }, target, path) {
  const env = { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-buildvcs=false -mod=readonly' };
  const args = ['go', 'build', '-ldflags', ldflags, '-o', path, target];
  const child = spawn('nice', args, { cwd: folder, env, stdio: ['ignore', 'ignore', 'pipe'] });
  let words = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    words = (words + text).slice(-2000);
  });
  const ended = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(signal ?? code));
  });
  if (ended !== 0) throw new Error(`cannot build ${target}: ${words.trim() || `go ended with ${ended}`}`);
}
