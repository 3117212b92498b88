import { existsSync } from 'node:fs';
import { readFile, realpath } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import type { Machine } from './machine.ts';
import { isLoopback } from './places.ts';

type Env = Record<string, string | undefined>;

const TOKEN = '/var/run/secrets/kubernetes.io/serviceaccount';
/** Where systemd-resolved keeps the resolvers behind its stub. */
const BEHIND_STUB = '/run/systemd/resolve/resolv.conf';

/** Reads what this machine depends on; `kept` are the directories that Fireaxe needs, by what they hold. */
export async function readMachine(env: Env, kept: Readonly<Record<string, string>>): Promise<Machine> {
  // As on nodes: a directory that stands for `/`.
  const root = env.FIREAXE_ROOT ?? '';
  const text = (path: string) => readFile(root + path, 'utf8').catch(() => '');
  const stub = parseResolvers(await text('/etc/resolv.conf'));
  const behind = stub.servers.every(isLoopback) ? parseResolvers(await text(BEHIND_STUB)) : stub;
  const cgroup = /kubepods[^\n]*/.exec(await text('/proc/self/cgroup'))?.[0];
  const mounts = parseMounts(await text('/proc/self/mountinfo'));
  const resolved = await Promise.all(
    Object.entries(kept).map(async ([holds, path]) => [holds, await existingPart(path)] as const),
  );
  return {
    pod:
      env.KUBERNETES_SERVICE_HOST !== undefined
        ? `KUBERNETES_SERVICE_HOST=${env.KUBERNETES_SERVICE_HOST}`
        : existsSync(root + TOKEN)
          ? TOKEN
          : cgroup && `/proc/self/cgroup: ${cgroup.slice(0, 80)}`,
    machineId: (await text('/etc/machine-id')).trim() || undefined,
    addresses: Object.values(networkInterfaces())
      .flatMap((list) => list ?? [])
      .filter(({ internal }) => !internal)
      .map(({ address }) => address),
    resolvers: behind.servers.length > 0 ? behind.servers : stub.servers,
    search: [...new Set([...stub.search, ...behind.search])],
    hosts: parseHosts(await text('/etc/hosts')),
    gateways: parseRoutes(await text('/proc/net/route')),
    mounts: resolved.flatMap(([holds, path]) => {
      const mount = mountOf(path, mounts);
      const host = mount && serverOf(mount);
      return mount && host ? [{ holds, type: mount.type, source: mount.source, host }] : [];
    }),
    client: env.SSH_CONNECTION?.split(' ')[0],
    agent: env.SSH_AUTH_SOCK,
  };
}

export function parseResolvers(text: string): { servers: string[]; search: string[] } {
  const words = text.split('\n').map((line) => line.trim().split(/\s+/));
  const after = (name: string) => words.filter(([first]) => first === name).map(([, ...rest]) => rest);
  return {
    servers: after('nameserver').flatMap(([server]) => server ?? []),
    // The last of several counts.
    search: [...after('domain'), ...after('search')].at(-1) ?? [],
  };
}

export function parseHosts(text: string): Map<string, string[]> {
  const hosts = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const [address, ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
    for (const name of names)
      hosts.set(name.toLowerCase(), [...(hosts.get(name.toLowerCase()) ?? []), address!]);
  }
  return hosts;
}

/** The gateways of IPv4; the kernel prints an address as a number with its first byte last. */
export function parseRoutes(text: string): string[] {
  return text
    .split('\n')
    .slice(1)
    .map((line) => line.split('\t')[2] ?? '')
    .filter((hex) => /^[0-9A-F]{8}$/i.test(hex) && !/^0+$/.test(hex))
    .map((hex) => [6, 4, 2, 0].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)).join('.'));
}

interface Mount {
  point: string;
  type: string;
  source: string;
}

export function parseMounts(text: string): Mount[] {
  const plain = (word = '') =>
    word.replace(/\\(\d{3})/g, (_, octal) => String.fromCharCode(Number.parseInt(octal, 8)));
  return text.split('\n').flatMap((line) => {
    const [left = '', right = ''] = line.split(' - ');
    const [type = '', source = ''] = right.split(' ');
    const point = left.split(' ')[4];
    return point === undefined ? [] : [{ point: plain(point), type, source: plain(source) }];
  });
}

/** The file system of a path: of several at one point the last one is seen. */
export function mountOf(path: string, mounts: readonly Mount[]): Mount | undefined {
  const above = mounts.filter(({ point }) => point === '/' || path === point || path.startsWith(`${point}/`));
  return above.reduce<Mount | undefined>((a, b) => (a && a.point.length > b.point.length ? a : b), undefined);
}

/** The host that a network file system comes from. */
export function serverOf({ type, source }: Mount): string | undefined {
  if (/^(cifs|smb3?)$/.test(type)) return /^\/\/([^/]+)/.exec(source)?.[1];
  if (!/^(nfs4?|ceph|glusterfs|lustre|fuse\.(sshfs|glusterfs))$/.test(type)) return undefined;
  const bracketed = /^(?:[^@]*@)?\[([^\]]+)\]/.exec(source)?.[1];
  return bracketed ?? /^(?:[^@]*@)?([^:,/]+)/.exec(source)?.[1];
}

/** A missing directory is made in the nearest one above. */
async function existingPart(path: string): Promise<string> {
  for (let at = path; ; at = at.slice(0, at.lastIndexOf('/')) || '/') {
    const real = await realpath(at).catch(() => undefined);
    if (real !== undefined || at === '/') return real ?? at;
  }
}
