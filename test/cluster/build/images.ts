import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Archive, makeArchive } from '../../lab/pods/archive.ts';
import { type Binaries, COREDNS, cacheDir, ETCD_TAG, KUBERNETES } from './binaries.mjs';

export const REGISTRY = 'lab.local';
export const PAUSE = `${REGISTRY}/pause:3.10.1`;
const APPLETS = ['sh', 'sleep', 'date', 'cat', 'ls', 'nc', 'head', 'wget', 'kill', 'ps', 'echo', 'grep'];

/** Returns a folder of image archives (`NAME.tar`), made of the binaries and of this machine's own tools. */
export function makeImages({ paths }: Binaries): string {
  const list = images(paths);
  const folder = join(cacheDir(), `images-${contentOf(list)}`);
  if (existsSync(folder)) return folder;
  mkdirSync(cacheDir(), { recursive: true });
  const own = mkdtempSync(join(cacheDir(), 'making-'));
  try {
    mkdirSync(join(own, 'done'));
    for (const [name, image] of Object.entries(list)) {
      const work = join(own, name);
      mkdirSync(work);
      renameSync(makeArchive(work, image), join(own, 'done', `${name}.tar`));
      rmSync(work, { recursive: true });
    }
    renameSync(join(own, 'done'), folder);
  } finally {
    rmSync(own, { recursive: true, force: true });
  }
  return folder;
}

/** Changes with the parts of an image, and with this machine's own tools. */
function contentOf(list: Record<string, Archive>): string {
  const files = Object.values(list).flatMap((image) => Object.values(image.files));
  const versions = files.map((path) => `${path} ${statSync(path).size} ${statSync(path).mtimeMs}`);
  return createHash('sha256')
    .update(JSON.stringify([list, versions]))
    .digest('hex')
    .slice(0, 12);
}

function images(paths: Record<string, string>): Record<string, Archive> {
  const busybox = { 'bin/busybox': '/bin/busybox' };
  const applets = Object.fromEntries(APPLETS.map((name) => [`bin/${name}`, 'busybox']));
  const own = (...names: string[]) =>
    Object.fromEntries(names.map((name) => [`usr/local/bin/${name}`, paths[name]!]));
  const single = (name: string): Archive => ({
    name: `${REGISTRY}/${name}:${KUBERNETES}`,
    files: own(name),
    command: [name],
  });
  return {
    'kube-apiserver': single('kube-apiserver'),
    'kube-controller-manager': single('kube-controller-manager'),
    'kube-scheduler': single('kube-scheduler'),
    etcd: {
      name: `${REGISTRY}/etcd:${ETCD_TAG}`,
      files: { ...own('etcd', 'etcdctl'), ...busybox },
      links: applets,
      command: ['etcd'],
    },
    pause: { name: PAUSE, files: busybox, command: ['/bin/busybox', 'sleep', '2147483647'] },
    coredns: {
      name: `${REGISTRY}/coredns:${COREDNS}`,
      files: { coredns: paths.coredns! },
      command: ['/coredns'],
    },
    telemetry: {
      name: `${REGISTRY}/telemetry:1`,
      files: { ...own('telemetryd'), ...busybox },
      // A service of the same program must not look like the offender.
      links: { ...applets, 'usr/local/bin/webd': 'telemetryd' },
      command: ['telemetryd'],
    },
    'kube-proxy': kubeProxy({ ...own('kube-proxy'), ...busybox }, applets),
  };
}

/** kube-proxy with this machine's own iptables, nft and conntrack, which fit the kernel. */
function kubeProxy(files: Record<string, string>, applets: Record<string, string>): Archive {
  const tools = ['/usr/sbin/xtables-nft-multi', '/usr/sbin/nft', '/usr/sbin/conntrack'];
  const extensions = '/usr/lib/x86_64-linux-gnu/xtables';
  const whole = [...tools, ...readdirSync(extensions).map((name) => join(extensions, name))];
  const links = ['iptables', 'ip6tables'].flatMap((name) =>
    ['', '-save', '-restore'].map((rest) => [`usr/sbin/${name}${rest}`, 'xtables-nft-multi']),
  );
  return {
    name: `${REGISTRY}/kube-proxy:${KUBERNETES}`,
    files: {
      ...files,
      ...Object.fromEntries([...whole, ...libraries(whole)].map((path) => [path.slice(1), path])),
    },
    links: { ...applets, ...Object.fromEntries(links) },
    command: ['kube-proxy'],
  };
}

function libraries(programs: string[]): string[] {
  const said = programs.map((path) => spawnSync('ldd', [path], { encoding: 'utf8' }).stdout).join('\n');
  return [...new Set([...said.matchAll(/(\/\S+) \(0x/g)].map((match) => match[1]!))];
}
