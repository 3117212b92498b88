import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { COREFILE } from './corefile.ts';

const MOUNTED = '/etc/coredns';
/** How CoreDNS is started: where the container has its Corefile. */
export const COREDNS_ARGS = ['/coredns', '-conf', `${MOUNTED}/Corefile`];
/** Device numbers of the machine's disk, on which the kubelet keeps its volumes. */
const DISK = '259:1';

/** Lays out the config-map volume of a pod as a kubelet does, and gives its path on the machine. */
export function configVolume(root: string, uid: string): string {
  const volume = `/var/lib/kubelet/pods/${uid}/volumes/kubernetes.io~configmap/config-volume`;
  const files = '..2026_01_01_00_00_00.0000000001';
  mkdirSync(join(root, volume, files), { recursive: true });
  writeFileSync(join(root, volume, files, 'Corefile'), COREFILE);
  symlinkSync(files, join(root, volume, '..data'));
  symlinkSync('..data/Corefile', join(root, volume, 'Corefile'));
  return volume;
}

/** What the machine's /proc tells of a process in that pod: its address, its mounts, and the files that it sees. */
export function showPod(root: string, pid: number, { volume, address }: { volume: string; address: string }) {
  const proc = join(root, 'proc', String(pid));
  for (const dir of [join(proc, 'net'), join(proc, 'root/etc'), join(root, 'proc/self')])
    mkdirSync(dir, { recursive: true });
  writeFileSync(
    join(proc, 'net/fib_trie'),
    `Main:\n  +-- 0.0.0.0/0 3 0 5\n     |-- 127.0.0.1\n        /32 host LOCAL\n     |-- ${address}\n        /32 host LOCAL\n`,
  );
  writeFileSync(
    join(proc, 'mountinfo'),
    `36 35 ${DISK} ${volume} ${MOUNTED} ro,relatime - ext4 /dev/root rw\n`,
  );
  writeFileSync(join(root, 'proc/self/mountinfo'), `25 1 ${DISK} / / rw,relatime - ext4 /dev/root rw\n`);
  symlinkSync(join(root, volume), join(proc, 'root', MOUNTED));
}

/** What a kubelet tells its pods of the cluster's DNS. */
export function tellOfDns(root: string, address: string, domain: string): void {
  mkdirSync(join(root, 'var/lib/kubelet'), { recursive: true });
  writeFileSync(
    join(root, 'var/lib/kubelet/config.yaml'),
    `apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nclusterDNS:\n- ${address}\nclusterDomain: ${domain}\n`,
  );
}
