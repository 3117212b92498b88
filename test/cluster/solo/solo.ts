import type { Cluster } from '../cluster.ts';
import { FAR, HOLLOW_HOST, PORT, SOLO } from '../layout.ts';
import { eventually } from '../patience.ts';
import { machinePicture, nodes, readyz } from '../truth.ts';

/** The cluster of one machine; it runs only while a test needs it. */
export class Solo {
  readonly #cluster: Cluster;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  sh(command: string, timeoutMs?: number): Promise<string> {
    return this.#cluster.sh(SOLO, command, timeoutMs);
  }

  asked(args: string, timeoutMs = 60_000): Promise<string> {
    return this.#cluster.asked(args, { at: SOLO, timeoutMs });
  }

  /** Starts the units, and a hollow node on another machine that comes over the network. */
  async start(): Promise<void> {
    await this.#script('start', 240_000);
    const { address } = this.#cluster.at(SOLO).spec;
    const config = (await this.#cluster.kubeconfig(SOLO)).replace(
      /server: .*/,
      `server: https://${address}:${PORT}`,
    );
    const ran = await this.#cluster.host.sh(
      `umask 77; cat >/root/${FAR}.conf; systemctl is-active -q ${FAR} || systemd-run -q --collect --unit=${FAR} -p Restart=always --setenv=GOMAXPROCS=1 \
      /opt/kubernetes/kubemark --morph=kubelet --name=${FAR} --kubeconfig=/root/${FAR}.conf --kubelet-port=10350 --kubelet-read-only-port=10355 \
      --use-host-image-service=false --node-labels=kind=hollow --v=0`,
      { stdin: config },
    );
    if (ran.code !== 0) throw new Error(`cannot start the node ${FAR}: ${ran.stderr}`);
    await this.healthy();
  }

  async stop(): Promise<void> {
    await this.#cluster.sh(HOLLOW_HOST, `systemctl stop ${FAR}`);
    await this.#script('stop', 120_000);
  }

  async healthy(): Promise<void> {
    await eventually(
      'the API server of solo and both nodes are ready',
      async () => {
        const { status } = await readyz(this.#cluster, SOLO);
        const { ready, tainted } = await nodes(this.#cluster, SOLO);
        return status === 200 && ready.join() === `${FAR},${SOLO}` && tainted.length === 0;
      },
      180_000,
      1_000,
    );
  }

  /** As systemd tells it: `active running`, `inactive dead`. */
  state(unit: string): Promise<string> {
    return this.sh(`systemctl show -P ActiveState -P SubState ${unit} | paste -sd' '`);
  }

  async pid(unit: string): Promise<number> {
    return Number(await this.sh(`systemctl show -P MainPID ${unit}`));
  }

  /** What Fireaxe changes there, with the manifests of RKE2 and the state of the units. */
  async picture(): Promise<string> {
    const more = await this.sh(
      `find /var/lib/rancher/rke2/agent -type f -printf '%p %i %m %u:%g %T@ %s\\n' -o -printf '%p/ %m\\n' | sort
      for unit in etcd kube-apiserver kube-controller-manager kube-scheduler kubelet; do
        systemctl show -p Id -p LoadState -p ActiveState -p FragmentPath -p UnitFileState $unit
      done`,
    );
    return `${await machinePicture(this.#cluster, SOLO)}\n${more}`;
  }

  async #script(name: string, timeoutMs: number): Promise<void> {
    const ran = await this.#cluster.at(SOLO).sh(`sh /opt/cluster/solo/${name}.sh`, { timeoutMs });
    if (ran.code !== 0)
      throw new Error(`${name}.sh on ${SOLO} ended with ${ran.code}: ${ran.stdout}${ran.stderr}`);
  }
}
