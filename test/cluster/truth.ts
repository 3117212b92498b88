import { readFileSync } from 'node:fs';
import type { Cluster } from './cluster.ts';
import { CONTROL_PLANE, crictlOf, PORT, pkiOf } from './layout.ts';
import { pause } from './patience.ts';

const clientOf = (at: string) => {
  const pair = `${pkiOf(at)}/apiserver-kubelet-client`;
  return `--cert ${pair}.crt --key ${pair}.key`;
};

interface Ready {
  /** HTTP status; 0 if there was no answer. */
  status: number;
  ms: number;
  failing: string[];
}

/** Asks an API server on its own machine whether it is ready. */
export async function readyz(cluster: Cluster, at: string, port = PORT): Promise<Ready> {
  const url = `https://${cluster.at(at).spec.address}:${port}/readyz?verbose`;
  const said = await cluster.sh(
    at,
    `curl -sk --max-time 10 ${clientOf(at)} '${url}' -w '\\n%{http_code} %{time_total}'`,
    25_000,
  );
  const [status = 0, seconds = 0] = (said.split('\n').at(-1) ?? '').split(' ').map(Number);
  const failing = [...said.matchAll(/^\[-\](\S+)/gm)].map((match) => match[1]!);
  return { status: status || 0, ms: Math.round(1000 * (seconds || 0)), failing };
}

/** Reads the metrics of an API server on its own machine. */
export async function metrics(cluster: Cluster, at: string, port = PORT): Promise<Metrics> {
  const url = `https://${cluster.at(at).spec.address}:${port}/metrics`;
  return new Metrics(await cluster.sh(at, `curl -sk --max-time 30 ${clientOf(at)} ${url}`));
}

export class Metrics {
  readonly #lines: string[];

  constructor(text: string) {
    this.#lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  }

  /** The sum over all labels, or over those that match. */
  sum(name: string, labels = /^/): number {
    return this.#lines
      .filter((line) => (line.startsWith(`${name}{`) || line.startsWith(`${name} `)) && labels.test(line))
      .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
  }
}

/** Where a program listens on a machine, as sorted `ADDRESS:PORT`. */
export async function listening(cluster: Cluster, at: string, program: string): Promise<string[]> {
  const said = await cluster.sh(at, `ss -Htnlp | awk '/"${program}"/ { print $4 }' | sort`);
  return said.split('\n').filter((line) => line !== '');
}

/** Remote ends of the established connections to a port of a machine, as sorted `ADDRESS:PORT`. */
export async function connectionsTo(cluster: Cluster, at: string, port = PORT): Promise<string[]> {
  const said = await cluster.sh(at, `ss -Htn state established '( sport = :${port} )'`);
  return said
    .split('\n')
    .filter((line) => line !== '')
    .map((line) =>
      line
        .trim()
        .split(/\s+/)
        .at(-1)!
        .replace(/^\[(::ffff:)?(.*)\]/, '$2'),
    )
    .sort();
}

/** Those that are still there after 5 s: members of etcd now and then open a connection that lasts 2 s. */
export async function lasting(read: () => Promise<string[]>): Promise<string[]> {
  const first = await read();
  await pause(5_000);
  const later = await read();
  return first.filter((end) => later.includes(end));
}

/** Remote addresses of the established connections to a port of a machine. */
export async function peersOf(cluster: Cluster, at: string, port = PORT): Promise<string[]> {
  const ends = await connectionsTo(cluster, at, port);
  return [...new Set(ends.map((end) => end.slice(0, end.lastIndexOf(':'))))].sort();
}

/** Runs etcdctl against the member on a machine. */
export function etcdctl(cluster: Cluster, at: string, args: string): Promise<string> {
  const pki = `${pkiOf(at)}/etcd`;
  const certs = `--cacert ${pki}/ca.crt --cert ${pki}/server.crt --key ${pki}/server.key`;
  return cluster.sh(at, `etcdctl --endpoints https://127.0.0.1:2379 ${certs} ${args}`);
}

interface Container {
  id: string;
  name: string;
  attempt: number;
  state: string;
  /** Id of the sandbox. */
  pod: string;
}

/** Containers with exactly this name, as the runtime lists them. */
export async function containers(cluster: Cluster, at: string, name: string): Promise<Container[]> {
  const said = await cluster.sh(at, `${crictlOf(at)} ps -a --name '^${name}$' -o json`);
  const { containers } = JSON.parse(said) as {
    containers: {
      id: string;
      podSandboxId: string;
      state: string;
      metadata: { name: string; attempt: number };
    }[];
  };
  return containers.map(({ id, podSandboxId, state, metadata }) => ({
    id,
    name: metadata.name,
    attempt: metadata.attempt ?? 0,
    state: state.replace('CONTAINER_', '').toLowerCase(),
    pod: podSandboxId,
  }));
}

export async function running(cluster: Cluster, at: string, name: string): Promise<Container[]> {
  return (await containers(cluster, at, name)).filter(({ state }) => state === 'running');
}

/** Node names by their condition and taints in the API. */
export async function nodes(
  cluster: Cluster,
  at = 'cp1',
): Promise<{ ready: string[]; notReady: string[]; tainted: string[] }> {
  const { items } = await objects<{ status: { conditions: { type: string; status: string }[] } }>(
    cluster,
    'nodes',
    at,
  );
  const isReady = (item: (typeof items)[number]) =>
    item.status.conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
  const names = (of: typeof items) => of.map(({ metadata }) => metadata.name).sort();
  return {
    ready: names(items.filter(isReady)),
    notReady: names(items.filter((item) => !isReady(item))),
    tainted: names(
      items.filter(({ spec }) =>
        (spec.taints as { key: string }[] | undefined)?.some(({ key }) =>
          /^node.kubernetes.io\/(unreachable|not-ready)$/.test(key),
        ),
      ),
    ),
  };
}

/** How many endpoints of a service are ready in the API. */
export async function endpoints(
  cluster: Cluster,
  service: string,
  at = 'cp1',
): Promise<{ ready: number; notReady: number }> {
  const { items } = await objects<{ endpoints: { conditions: { ready: boolean } }[] | null }>(
    cluster,
    `endpointslices -n default -l kubernetes.io/service-name=${service}`,
    at,
  );
  const all = items.flatMap((slice) => slice.endpoints ?? []);
  const ready = all.filter(({ conditions }) => conditions.ready).length;
  return { ready, notReady: all.length - ready };
}

export interface Item {
  metadata: { name: string; namespace?: string; [member: string]: unknown };
  spec: Record<string, unknown>;
}

export async function objects<T>(
  cluster: Cluster,
  what: string,
  at = 'cp1',
): Promise<{ items: (Item & T)[] }> {
  return JSON.parse(await cluster.asked(`get ${what} -o json --request-timeout=20s`, { at }));
}

/** Nodes whose kubelet renewed its lease within these seconds. */
export async function freshLeases(cluster: Cluster, seconds = 40, at = 'cp1'): Promise<string[]> {
  const { items } = await objects(cluster, 'leases -n kube-node-lease', at);
  return items
    .filter(({ spec }) => Date.now() - Date.parse(String(spec.renewTime)) < seconds * 1000)
    .map(({ metadata }) => metadata.name)
    .sort();
}

/**
 * How many processes the kernel has killed for their memory since this host booted: in a flood these are API servers. The kernel's
 * log names them, but it is a ring, and a flood overwrites it.
 */
export function memoryKills(): number {
  return Number(/^oom_kill (\d+)$/m.exec(readFileSync('/proc/vmstat', 'utf8'))![1]);
}

/** Everything that Fireaxe changes on a machine, as text: equal before a change and after its undo. Receipts stay. */
export function machinePicture(cluster: Cluster, at: string): Promise<string> {
  return cluster.sh(
    at,
    `echo tables; nft list tables | grep fireaxe
    echo units; systemctl list-units --all --plain --no-legend 'fireaxe*'
    ls /run/systemd/transient /run/systemd/system.control 2>/dev/null | grep fireaxe
    echo masked; systemctl list-unit-files --state=masked,masked-runtime --no-legend
    echo frozen; find /sys/fs/cgroup/freezer -name freezer.state -exec grep -l FROZEN {} +
    echo stopped; ps -eo stat=,comm= | grep '^T'
    echo kubernetes; find /etc/kubernetes -path '*/tmp' -prune -o -type f -printf '%p %i %m %u:%g %T@ %s\\n' -o -printf '%p/ %m\\n' | sort
    sha256sum /etc/kubernetes/manifests/* 2>/dev/null
    echo holds; ls -d /run/fireaxe/hold-* 2>/dev/null`,
  );
}

/** Reads all control-plane machines at the same time. */
export async function onControlPlane<T>(read: (name: string) => Promise<T>): Promise<Record<string, T>> {
  return Object.fromEntries(
    await Promise.all(CONTROL_PLANE.map(async (name) => [name, await read(name)] as const)),
  );
}
