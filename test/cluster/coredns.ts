import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Cluster } from './cluster.ts';
import { DNS_ADDRESS } from './dns.ts';
import { CONTROL_PLANE, WORKERS } from './layout.ts';
import { eventually } from './patience.ts';
import { onControlPlane, readyz } from './truth.ts';

const MANIFESTS = readFileSync(join(import.meta.dirname, 'manifests/coredns.yaml'), 'utf8');
const PROXY = 'get configmap kube-proxy -n kube-system -o yaml';

/** The real CoreDNS, a pod on each worker, behind the real kube-proxy. */
export class CoreDns {
  readonly #cluster: Cluster;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  async start(): Promise<void> {
    await this.#cluster.apply(MANIFESTS);
    await eventually('CoreDNS is ready', async () => (await this.#ready()) === 2, 60_000);
  }

  async stop(): Promise<void> {
    await this.#cluster.asked('delete -f - --ignore-not-found --wait=false', { stdin: MANIFESTS });
  }

  async #ready(): Promise<number> {
    const pods = await this.#cluster.asked('get pods -n kube-system -l k8s-app=kube-dns --no-headers');
    return pods.split('\n').filter((line) => / 1\/1 /.test(line)).length;
  }

  /** kube-proxy on this worker starts again in another mode; the others stay in theirs. */
  async proxy(at: string, mode: string): Promise<void> {
    const config = await this.#cluster.asked(PROXY);
    await this.#cluster.apply(config.replace(/mode: \w+/, `mode: ${mode}`));
    const rules = mode === 'nftables' ? 'nft list map ip kube-proxy service-ips' : 'iptables-save -t nat';
    const there = async () =>
      (await this.#cluster.sh(at, `${rules} 2>/dev/null`)).includes('kube-system/kube-dns');
    const pods = `-n kube-system -l k8s-app=kube-proxy --field-selector spec.nodeName=${at}`;
    // After an outage of the API a kubelet may give a new pod the config map of before.
    await eventually(
      `${at} has the rules of ${mode}`,
      async () => {
        await this.#cluster.asked(`delete pod ${pods} --wait=false`);
        await eventually('its rules', there, 20_000);
        return true;
      },
      120_000,
    );
  }

  /** The kubelet starts it again, with the API or without it. */
  async kill(): Promise<void> {
    for (const at of WORKERS) await this.#cluster.sh(at, 'pkill -9 -x coredns');
  }

  /** Questions from within a pod's network on this worker, and how many got which answer. */
  async lookUp(
    at: string,
    count: number,
    names: string[],
    server = DNS_ADDRESS,
  ): Promise<Record<string, number>> {
    const pod = '"$(pgrep -x webd || pgrep -x coredns | head -n 1)"';
    const ask = `${process.execPath} /opt/cluster/node/lookups.mjs ${server} ${count} ${names.join(' ')}`;
    return JSON.parse(await this.#cluster.sh(at, `nsenter -t ${pod} -n ${ask}`, 120_000));
  }

  /** Every service with an address of its own, as `NAME=ADDRESS`. */
  async services(): Promise<string[]> {
    const columns = '-o custom-columns=A:.metadata.name,B:.metadata.namespace,C:.spec.clusterIP';
    const lines = (await this.#cluster.asked(`get services -A --no-headers ${columns}`)).split('\n');
    return lines
      .map((line) => line.trim().split(/\s+/))
      .filter(([, , address]) => address !== 'None')
      .map(([name, space, address]) => `${name}.${space}.svc.cluster.local=${address}`);
  }

  /** The kubelet's volume with the Corefile: names, inodes and bytes. */
  volume(at: string): Promise<string> {
    const folder = '/var/lib/kubelet/pods/*/volumes/kubernetes.io~configmap/config-volume';
    return this.#cluster.sh(
      at,
      `cd "$(dirname "$(grep -l kubernetes.cluster.local ${folder}/Corefile)")" && find . ! -name ..data -printf '%p %i %m\\n' | sort && readlink ..data && cksum Corefile`,
    );
  }
}

const MANIFEST = '/etc/kubernetes/manifests/kube-apiserver.yaml';

export async function stopApi(cluster: Cluster): Promise<void> {
  await onControlPlane((at) =>
    cluster.sh(
      at,
      `mv ${MANIFEST} /opt/apiserver.yaml && crictl ps --name '^kube-apiserver$' -q | xargs -r crictl stop -t 0`,
    ),
  );
}

export async function startApi(cluster: Cluster): Promise<void> {
  await onControlPlane((at) => cluster.sh(at, `[ -e ${MANIFEST} ] || mv /opt/apiserver.yaml ${MANIFEST}`));
  await eventually(
    'an API server is ready',
    async () =>
      (await Promise.all(CONTROL_PLANE.map((at) => readyz(cluster, at)))).some((one) => one.status === 200),
    120_000,
  );
}
