import { existsSync, readFileSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { noGo } from './build/go.mjs';

const GIB = 2 ** 30;
const FILES = [
  ...['/usr/lib/cni/bridge', '/usr/lib/x86_64-linux-gnu/xtables', '/dev/kmsg'],
  ...['/usr/sbin/haproxy', '/usr/bin/openssl'],
];
const HIERARCHIES = ['cpu', 'cpuset', 'devices', 'freezer', 'memory', 'pids', 'systemd'];

/** Returns why this machine cannot run the cluster, in one line. The needs of the lab are checked before. */
export function noCluster() {
  if (process.arch !== 'x64') return `needs x86-64, not ${process.arch}`;
  const file = FILES.find((path) => !existsSync(path));
  if (file) return `needs ${file}; on Debian \`npm run test:cluster\` as root installs it`;
  const hierarchy = HIERARCHIES.find((name) => !existsSync(`/sys/fs/cgroup/${name}/cgroup.procs`));
  if (hierarchy) return `needs cgroups v1: no hierarchy ${hierarchy} in /sys/fs/cgroup`;
  const go = noGo();
  if (go) return go;
  const [, kib] = /^MemAvailable:\s+(\d+)/m.exec(readFileSync('/proc/meminfo', 'utf8')) ?? [];
  if (Number(kib) * 1024 < 10 * GIB) return 'needs 10 GiB of memory that is not in use';
  const { bavail, bsize } = statfsSync(tmpdir());
  return bavail * bsize < 8 * GIB ? `needs 8 GiB of room in ${tmpdir()}` : undefined;
}
