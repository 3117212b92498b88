import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Sandbox } from './sandbox.ts';

/** A pod of CoreDNS on a node. */
export interface CoreDns {
  corefile: string;
  /** Names that it has from the API; absent where it restarted without it. */
  knows?: string[];
  /** `image`: its Corefile lies in its image, and not in a volume of the kubelet; `empty-dir`: in one that the pod itself fills. */
  from?: 'image' | 'empty-dir';
  /**
   * The cache of this node: in the host's network, in its own root the Corefile that it made itself. Else a process that passes for one:
   * `foreign` in a network of its own, `linked` and `linked-folder` where a link leads to `/host/Corefile` of the node, `pipe` where
   * the Corefile is a FIFO, `elsewhere` at an address that the node has not.
   */
  cache?: true | 'foreign' | 'linked' | 'linked-folder' | 'pipe' | 'elsewhere';
  /** Its network has no address yet. */
  bare?: boolean;
}

/** The kubelet's own folder in each volume. */
const OWN = '..2026_11_30_10_51_59.1';
/** Where the container has its Corefile. */
const MOUNT = '/etc/coredns';

/** Starts it as a process that reads its Corefile again by a signal, with its volume and its /proc; ends it when called. */
export async function startCoreDns(box: Sandbox, at: string, dns: CoreDns): Promise<() => void> {
  const kind = dns.from === 'empty-dir' ? dns.from : 'configmap';
  const volume = `/var/lib/kubelet/pods/${at}/volumes/kubernetes.io~${kind}/config-volume`;
  box.file(`${volume}/${OWN}/Corefile`, dns.corefile);
  symlinkSync(OWN, join(box.root, volume, '..data'));
  symlinkSync('..data/Corefile', join(box.root, volume, 'Corefile'));
  const memory = `/coredns/${at}`;
  box.file(`${memory}/.here`, '');
  if (dns.knows) box.file(`${memory}/knows`, dns.knows.map((name) => `${name}\n`).join(''));
  const made = `/container/${at}/etc/Corefile`;
  if (dns.cache) containerOf(box, made, dns);
  const script = join(import.meta.dirname, 'coredns.sh');
  const reads = dns.cache && dns.cache !== 'pipe' ? made : `${volume}/Corefile`;
  const child = spawn('/bin/sh', [script, join(box.root, reads), join(box.root, memory)], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  await once(child.stdout, 'data');

  const proc = `/proc/${child.pid}`;
  const end = () => child.stdin.end();
  if (dns.cache) {
    box.file(`${proc}/comm`, 'node-cache\n');
    box.file(
      `${proc}/cmdline`,
      `/node-cache\0-localip\0${at},10.96.0.10\0-conf\0/etc/Corefile\0-upstreamsvc\0kube-dns-upstream\0`,
    );
    symlinkSync(join(box.root, 'container', at), join(box.root, proc, 'root'));
    box.file(`${proc}/stat`, `${child.pid} (node-cache) S 1${' 0'.repeat(17)} 4711 0\n`);
    for (const [of, net] of [
      ['1', 'net:[1]'],
      [String(child.pid), dns.cache === 'foreign' ? 'net:[2]' : 'net:[1]'],
    ] as const) {
      mkdirSync(join(box.root, 'proc', of, 'ns'), { recursive: true });
      if (!existsSync(join(box.root, 'proc', of, 'ns/net')))
        symlinkSync(net, join(box.root, 'proc', of, 'ns/net'));
    }
    // The network is that of the node.
    box.file(
      `${proc}/net/fib_trie`,
      network('192.168.0.11') + (dns.cache === 'elsewhere' ? '' : network(at)),
    );
    box.file(`${proc}/mountinfo`, `900 800 8:1 ${volume} /etc/coredns ro,relatime - ext4 /dev/sda1 rw\n`);
    box.file('/proc/self/mountinfo', '25 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw\n');
    return end;
  }
  box.file(`${proc}/comm`, 'coredns\n');
  box.file(`${proc}/cmdline`, `/coredns\0-conf\0${MOUNT}/Corefile\0`);
  const mounted = `${proc}/root${MOUNT}`;
  if (dns.from === 'image') box.file(`${mounted}/Corefile`, dns.corefile);
  else {
    mkdirSync(join(box.root, dirname(mounted)), { recursive: true });
    symlinkSync(join(box.root, volume), join(box.root, mounted));
    box.file(`${proc}/mountinfo`, `900 800 8:1 ${volume} ${MOUNT} ro,relatime - ext4 /dev/sda1 rw\n`);
  }
  box.file('/proc/self/mountinfo', '25 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw\n');
  if (!dns.bare) box.file(`${proc}/net/${at.includes(':') ? 'if_inet6' : 'fib_trie'}`, network(at));
  return end;
}

/** What the root of a cache's container has where its Corefile should be. */
function containerOf(box: Sandbox, made: string, { corefile, cache }: CoreDns): void {
  const path = join(box.root, made);
  if (cache === 'linked' || cache === 'linked-folder') {
    box.file('/host/Corefile', corefile);
    const folder = cache === 'linked-folder';
    mkdirSync(dirname(folder ? dirname(path) : path), { recursive: true });
    symlinkSync(join(box.root, folder ? 'host' : 'host/Corefile'), folder ? dirname(path) : path);
  } else if (cache === 'pipe') {
    mkdirSync(dirname(path), { recursive: true });
    execFileSync('mkfifo', [path]);
  } else box.file(made, corefile);
}

/** The address beside the loopback, as the kernel prints both. */
function network(at: string): string {
  if (at.includes(':')) {
    const line = (address: string, scope: string, name: string) => `${address} 02 40 ${scope} 80 ${name}\n`;
    return line(`${'0'.repeat(31)}1`, '10', 'lo') + line(at.replaceAll(':', ''), '00', 'eth0');
  }
  const local = (address: string) => `     |-- ${address}\n        /32 host LOCAL\n`;
  return `Local:\n  +-- 0.0.0.0/0 3 0 5\n${local(at)}${local('127.0.0.1')}`;
}
