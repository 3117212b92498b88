import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Cluster } from '../../cluster/cluster.ts';
import { Kubelet } from '../../cluster/kubelet.ts';
import { kubeletOptions } from '../../cluster/kubelet-options.ts';
import type { Container } from '../../cluster/pod-runner.ts';
import { createRandom } from '../../random.ts';
import { NodeImages } from '../../registry/node-images.ts';
import { simulatedJournalctl } from '../../registry/pull-log.ts';
import type { SimulatedRegistry } from '../../registry/registry.ts';
import { simulatedKubeletCurl, simulatedWorkerCrictl } from '../../registry/worker-tools.ts';
import type { LabNode } from '../../types.ts';
import { imagesOf, PODS_EACH } from './about.ts';

/** One worker that starts cold. */
export interface ColdWorker {
  node: LabNode;
  kubelet: Kubelet<PodWithoutProcess>;
  images: NodeImages;
  /** Every pod of it runs. */
  whole(): boolean;
}

/** A simulated container: it serves while its machine is on, and has no process. */
class PodWithoutProcess implements Container {
  readonly startedAt = performance.now();
  readonly process: Container['process'];

  constructor(node: Pick<LabNode, 'running'>) {
    let killed = false;
    this.process = {
      pid: 0,
      turn: async () => !killed,
      alive: () => !killed && node.running(),
      kill() {
        killed = true;
      },
      onExit: () => undefined,
    };
  }

  live(): boolean {
    return this.process.alive();
  }
}

/** A worker whose kubelet knows no pod and has no image until it has listed its pods; `everyMs` between renewals of its lease. */
export function createColdWorker(
  cluster: Cluster,
  registry: SimulatedRegistry,
  { node, index, everyMs }: { node: LabNode; index: number; everyMs: number },
): ColdWorker {
  const { seed, kubeletActive, kubeletPid } = cluster.parts;
  const random = createRandom(seed, `worker/${node.spec.name}`);
  const images = new NodeImages({ registry, random: random.next });
  const kubelet = new Kubelet<PodWithoutProcess>({
    ...kubeletOptions(cluster, { node, index, everyMs, random }),
    mainPid: () => kubeletPid?.(node),
    fetched(pod) {
      const wanted = imagesOf(pod);
      for (const image of wanted) images.want(image, performance.now());
      return wanted.every((image) => images.has(image));
    },
    runs: () => new PodWithoutProcess(node),
  });
  equip(node, kubelet, images, () => kubeletActive(node));
  const whole = () => kubelet.containers().filter(({ process }) => process.alive()).length === PODS_EACH;
  return { node, kubelet, images, whole };
}

/** What a gate reads on the node: its runtime, its log, its kubelet. */
function equip(
  node: LabNode,
  kubelet: Kubelet<PodWithoutProcess>,
  images: NodeImages,
  active: () => boolean,
): void {
  const clocks = { now: () => performance.now(), wallClock: () => Date.now() };
  const socket = join(node.root, 'run/containerd/containerd.sock');
  mkdirSync(dirname(socket), { recursive: true });
  writeFileSync(socket, '');
  const pods = () =>
    kubelet
      .pods()
      .map(({ uid, container, restarts }) => ({ uid, startedAt: container?.startedAt, restarts }));
  node.setTool('crictl', simulatedWorkerCrictl({ ...clocks, pods }));
  node.setTool('journalctl', simulatedJournalctl({ ...clocks, events: () => images.events() }));
  const failedPulls = () => images.events().filter(({ what }) => what === 'throttled').length;
  node.setTool('curl', simulatedKubeletCurl({ active, failedPulls }));
}
