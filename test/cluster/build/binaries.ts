import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

export const KUBERNETES = 'v1.34.3';
/** The image tag that this version of kubeadm expects. */
export const ETCD_TAG = '3.6.5-0';
const CRICTL = 'v1.34.0';

/** A Go module in this repository, and the commands to build in it. */
interface Source {
  folder: string;
  packages: Record<string, string>;
  ldflags: string;
}

const commands = ['apiserver', 'controller-manager', 'scheduler', 'proxy'].map((name) => `kube-${name}`);
const SOURCES: Record<string, Source> = {
  kubernetes: {
    folder: join(import.meta.dirname, 'kubernetes'),
    packages: {
      ...Object.fromEntries(
        [...commands, 'kubelet', 'kubectl', 'kubeadm', 'kubemark'].map((name) => [
          name,
          `k8s.io/kubernetes/cmd/${name}`,
        ]),
      ),
      crictl: 'sigs.k8s.io/cri-tools/cmd/crictl',
    },
    ldflags: versionFlags(),
  },
  etcd: {
    folder: join(import.meta.dirname, 'etcd'),
    packages: { etcd: 'go.etcd.io/etcd/server/v3', etcdctl: 'go.etcd.io/etcd/etcdctl/v3' },
    ldflags: '-s -w',
  },
  offender: {
    folder: join(import.meta.dirname, '../offender'),
    packages: { telemetryd: '.' },
    ldflags: '-s -w',
  },
};

/** A binary built from a module has no version: kubeadm, kubelet and API server would report v0.0.0 and refuse each other. */
function versionFlags(): string {
  const [major, minor] = KUBERNETES.slice(1).split('.');
  const values = { gitVersion: KUBERNETES, gitMajor: major, gitMinor: minor, gitTreeState: 'clean' };
  const packages = ['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version'];
  const flags = packages.flatMap((name) => Object.entries(values).map(([k, v]) => `-X ${name}.${k}=${v}`));
  return ['-s -w', ...flags, `-X sigs.k8s.io/cri-tools/pkg/version.Version=${CRICTL}`].join(' ');
}

export interface Binaries {
  /** Path by name. */
  paths: Record<string, string>;
  /** Seconds by name, of what was not in the cache. */
  built: Record<string, number>;
}

export function cacheDir(): string {
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
  return process.env.FIREAXE_CLUSTER_CACHE ?? join(cache, 'fireaxe-cluster');
}

/** Returns every binary of the cluster, and builds those that are not in the cache for these sources and versions. */
export function buildBinaries(say: (line: string) => void): Binaries {
  const all: Binaries = { paths: {}, built: {} };
  const go = spawnSync('go', ['env', 'GOVERSION', 'GOARCH'], { encoding: 'utf8' });
  if (go.status !== 0) throw new Error('cannot run go');
  for (const [name, source] of Object.entries(SOURCES)) {
    const folder = join(cacheDir(), `${name}-${contentOf(source, go.stdout)}`);
    mkdirSync(folder, { recursive: true });
    for (const [binary, target] of Object.entries(source.packages)) {
      const path = join(folder, binary);
      all.paths[binary] = path;
      if (existsSync(path)) continue;
      all.built[binary] = build(source, target, path);
      say(`built ${binary} in ${all.built[binary]} s`);
    }
  }
  return all;
}

function contentOf(source: Source, go: string): string {
  const hash = createHash('sha256').update(JSON.stringify([go, source.packages, source.ldflags]));
  for (const file of readdirSync(source.folder).sort()) {
    hash.update(`${file}\0`).update(readFileSync(join(source.folder, file)));
  }
  return hash.digest('hex').slice(0, 12);
}

/** Returns the seconds it took. An interrupted build leaves no file under the final name. */
function build(source: Source, target: string, path: string): number {
  const began = Date.now();
  const own = `${path}.${process.pid}`;
  // Static, so that an image needs only this file.
  const env = { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-buildvcs=false -mod=readonly' };
  const args = ['go', 'build', '-ldflags', source.ldflags, '-o', own, target];
  const { status, stderr } = spawnSync('nice', args, { cwd: source.folder, env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`cannot build ${target}: ${stderr.slice(-2000)}`);
  renameSync(own, path);
  return Math.round((Date.now() - began) / 1000);
}
