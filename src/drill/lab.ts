import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Kubelet, leaseMs } from './cluster/kubelet.ts';
import { Offender } from './cluster/offender.ts';
import { carried, Services } from './cluster/services.ts';
import { COST } from './control-plane/capacity.ts';
import { ControlPlane } from './control-plane/control-plane.ts';
import { type ApiObject, daemonSet, podOf } from './control-plane/objects.ts';
import { writeStaticPods } from './control-plane/static-pods.ts';
import { curlTool } from './control-plane/tools/curl.ts';
import { kubectlTool } from './control-plane/tools/kubectl.ts';
import { podCgroup } from './pod-cgroup.ts';
import { createRandom } from './random.ts';
import { type Load, loadFor } from './scenarios/load.ts';
import type { Scenario } from './scenarios/types.ts';
import { CLOCKS } from './time-scale.ts';
import type { LabNetwork, LabNode } from './types.ts';

export interface LabParts {
  scenario: Scenario;
  seed: number;
  controlPlanes: LabNode[];
  workers: LabNode[];
  network: LabNetwork;
  /** Whether kubelet.service runs there. */
  kubeletActive(node: LabNode): boolean;
}

/** One worker with all that runs on it. */
export interface LabWorker {
  node: LabNode;
  kubelet: Kubelet;
  services: Services;
}

/** The cluster on the lab's machines: control plane, kubelets, the offender's DaemonSet, the users' services. */
export class Lab {
  readonly parts: LabParts;
  readonly load: Load;
  readonly controlPlane: ControlPlane;
  workers: LabWorker[] = [];

  constructor(parts: LabParts) {
    const { scenario, controlPlanes, workers } = parts;
    this.parts = parts;
    this.load = loadFor(
      workers.length,
      scenario.load,
      scenario.instanceTypes.controlPlane,
      controlPlanes.length,
      CLOCKS.leaseRenew,
      CLOCKS.dnsRetry,
    );
    this.controlPlane = new ControlPlane(
      controlPlanes,
      () => workers,
      createRandom(parts.seed, 'cluster'),
      {
        costs: {
          listUnits: this.load.listUnits,
          listBytes: COST.list * this.load.size,
          nodeListUnits: this.load.kubeletListUnits,
        },
        // All watches of all workers together pin the same memory, however many the lab really opens.
        wideWatchBytes: (COST.watch * this.load.size * 144) / (this.load.watches * workers.length),
        now: () => performance.now(),
      },
      parts.kubeletActive,
      leaseMs(this.load) + CLOCKS.leaseGrace,
    );
    for (const host of this.controlPlane.hosts) this.#equip(host.node, () => host.port());
  }

  /** A healthy cluster: its servers answer. */
  async start(): Promise<void> {
    this.controlPlane.start();
    while (this.controlPlane.ready() < this.controlPlane.hosts.length) await delay(50);
  }

  /** The DaemonSet reaches every worker at once. */
  rollOut(): void {
    const { scenario, workers } = this.parts;
    const { store } = this.controlPlane;
    const { offender } = scenario;
    const set = store.put(
      'daemonsets',
      daemonSet({
        name: offender.daemonset,
        namespace: offender.namespace,
        labels: offender.labels,
        image: `registry.example/${offender.comm}:2.0`,
        args: offender.args,
      }),
    );
    const random = createRandom(this.parts.seed, 'rollout');
    this.workers = workers.map((node, i) => {
      const pod = store.put('pods', podOf(set, node.spec.name, random.hex(5)));
      return this.#populate(node, i, pod, random.next());
    });
  }

  /** Endpoints of the users' services that are ready: one on each worker. */
  endpoints(): number {
    return this.parts.workers.length - this.controlPlane.notReady();
  }

  stop(): void {
    for (const { kubelet, services } of this.workers) {
      kubelet.stop();
      services.stop();
    }
    this.controlPlane.stop();
  }

  #populate(node: LabNode, index: number, pod: ApiObject, phase: number): LabWorker {
    const { network, scenario, kubeletActive, seed } = this.parts;
    const random = createRandom(seed, `worker/${node.spec.name}`);
    const client = { node, network, doors: this.controlPlane.hosts, first: index, load: this.load };
    const { comm, args } = scenario.offender;
    const kubelet = new Kubelet({
      ...client,
      pods: [pod],
      active: () => kubeletActive(node),
      phase,
      runs: (of, restart) =>
        new Offender({
          ...client,
          comm,
          args,
          cgroup: podCgroup(of.metadata.uid ?? '', random.hex(64)),
          phase: random.next(),
          restart,
        }),
    });
    const services = new Services({
      ...client,
      names: scenario.users.names,
      callsPerSecond: scenario.users.callsPerSecond,
      carried: () => carried(this.endpoints(), this.parts.workers.length),
      random,
    });
    return { node, kubelet, services };
  }

  /** What a control-plane machine has that a worker has not. */
  #equip(node: LabNode, apiPort: () => number): void {
    writeStaticPods(node.root);
    const directory = join(node.root, 'etc/kubernetes');
    mkdirSync(directory, { recursive: true });
    for (const name of ['super-admin', 'admin']) {
      const text = `apiVersion: v1\nkind: Config\ncurrent-context: ${name}\n`;
      writeFileSync(join(directory, `${name}.conf`), text, { mode: 0o600 });
    }
    node.setTool('curl', curlTool({ apiPort, etcd: this.controlPlane.quorum }));
    node.setTool('kubectl', kubectlTool({ root: node.root, apiPort }));
  }
}
