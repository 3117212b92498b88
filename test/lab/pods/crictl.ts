import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';

const MODULE = 'sigs.k8s.io/cri-tools@v1.34.0';
/** Of the module's text: compared here, so that no checksum database need be at hand. What it requires is in its own go.sum. */
const SUM = 'h1:KqL9EJ+WgHtz1HR1exezm91n+o8O2uMLs/eHzHJHAWw=';

const NEEDED = ['/usr/bin/containerd', '/usr/sbin/runc', '/usr/lib/cni/bridge', '/bin/busybox'];

/** Where crictl is: on this machine, built before, or built now from its Go module; else why it cannot be had. */
export function findCrictl(): { path: string } | { reason: string } {
  const missing = NEEDED.find((path) => !existsSync(path));
  if (missing) return { reason: `${missing} is not here` };
  const [there] = (process.env['PATH'] ?? '')
    .split(':')
    .map((dir) => join(dir, 'crictl'))
    .filter((path) => existsSync(path));
  if (there) return { path: there };
  const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'fireaxe-lab');
  const path = join(cache, MODULE.replace(/\W+/g, '-'));
  return existsSync(path) ? { path } : build(cache, path);
}

function build(cache: string, path: string): { path: string } | { reason: string } {
  const work = mkdtempSync(join(tmpdir(), 'fireaxe-crictl-'));
  try {
    const got = spawnSync('go', ['mod', 'download', '-json', MODULE], {
      cwd: work,
      encoding: 'utf8',
      env: { ...process.env, GONOSUMDB: MODULE.replace(/@.*/, '') },
    });
    if (got.status !== 0) return { reason: 'crictl is not here, and its Go module cannot be had' };
    const module = JSON.parse(got.stdout) as { Dir: string; Sum: string };
    if (module.Sum !== SUM)
      return { reason: `the Go module of crictl is not the one that is known: ${module.Sum}` };
    // Built inside its own module: what it replaces there counts only so.
    const source = join(work, 'source');
    cpSync(module.Dir, source, { recursive: true });
    spawnSync('chmod', ['-R', 'u+w', source]);
    const built = spawnSync('go', ['build', '-buildvcs=false', '-o', join(work, 'crictl'), './cmd/crictl'], {
      cwd: source,
    });
    if (built.status !== 0) return { reason: 'crictl does not build from its Go module here' };
    mkdirSync(cache, { recursive: true });
    cpSync(join(work, 'crictl'), `${path}.${process.pid}`);
    renameSync(`${path}.${process.pid}`, path);
    return { path };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
