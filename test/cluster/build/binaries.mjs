import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { goBuild, goVersion } from './go.mjs';

export const KUBERNETES = 'v1.34.3';
/** The image tag that this version of kubeadm expects. */
export const ETCD_TAG = '3.6.5-0';
const CRICTL = 'v1.34.0';
export const COREDNS = 'v1.12.4';

const commands = ['apiserver', 'controller-manager', 'scheduler', 'proxy'].map((name) => `kube-${name}`);
/** The Go modules in this repository, and the commands to build in each. */
const SOURCES = {
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
  coredns: {
    folder: join(import.meta.dirname, 'coredns'),
    packages: { coredns: '.' },
    ldflags: '-s -w',
  },
  offender: {
    folder: join(import.meta.dirname, '../offender'),
    packages: { telemetryd: '.' },
    ldflags: '-s -w',
  },
};

/** A binary built from a module has no version: kubeadm, kubelet and API server would report v0.0.0 and refuse each other. */
function versionFlags() {
  const [major, minor] = KUBERNETES.slice(1).split('.');
  const values = { gitVersion: KUBERNETES, gitMajor: major, gitMinor: minor, gitTreeState: 'clean' };
  const packages = ['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version'];
  const flags = packages.flatMap((name) => Object.entries(values).map(([k, v]) => `-X ${name}.${k}=${v}`));
  return ['-s -w', ...flags, `-X sigs.k8s.io/cri-tools/pkg/version.Version=${CRICTL}`].join(' ');
}

export function cacheDir() {
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
  return process.env.FIREAXE_CLUSTER_CACHE ?? join(cache, 'fireaxe-cluster');
}

/** Returns every binary of the cluster, and builds those that are not in the cache for these sources and versions. */
export async function buildBinaries(say) {
  const all = { paths: {}, built: {} };
  const { said, error } = goVersion();
  if (error) throw new Error(`cannot run go: ${error}`);
  for (const [name, source] of Object.entries(SOURCES)) {
    const folder = join(cacheDir(), `${name}-${contentOf(source, said)}`);
    mkdirSync(folder, { recursive: true });
    for (const [binary, target] of Object.entries(source.packages)) {
      const path = join(folder, binary);
      all.paths[binary] = path;
      if (existsSync(path)) continue;
      all.built[binary] = await build(source, target, path);
      say(`built ${binary} in ${all.built[binary]} s`);
    }
  }
  return all;
}

function contentOf(source, go) {
  const hash = createHash('sha256').update(JSON.stringify([go, source.packages, source.ldflags]));
  for (const file of readdirSync(source.folder).sort()) {
    hash.update(`${file}\0`).update(readFileSync(join(source.folder, file)));
  }
  return hash.digest('hex').slice(0, 12);
}

/** Returns the seconds it took. Nothing incomplete gets the final name, and several builds may run at a time. */
async function build(source, target, path) {
  const began = Date.now();
  const own = mkdtempSync(join(cacheDir(), 'building-'));
  try {
    await goBuild(source, target, join(own, 'binary'));
    renameSync(join(own, 'binary'), path);
  } finally {
    rmSync(own, { recursive: true, force: true });
  }
  return Math.round((Date.now() - began) / 1000);
}
