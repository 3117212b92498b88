import { join } from 'node:path';
import type { ClusterParts } from './cluster/cluster.ts';
import { BASTION, machines } from './machines.ts';
import { createNetwork } from './network/network.ts';
import { createBastion, type LabBastion } from './node/bastion.ts';
import { createBastionGate } from './node/gate.ts';
import type { LabHost } from './node/host.ts';
import type { LabKeyPair } from './node/key-pair.ts';
import { createLabNode, type SimulatedNode } from './node/node.ts';
import type { Site } from './site.ts';
import type { InstalledUnit } from './tools/systemd/unit.ts';
import type { LabNode } from './types.ts';

const KUBELET = {
  name: 'kubelet.service',
  description: 'kubelet: The Kubernetes Node Agent',
  restart: 'always',
  process: { comm: 'kubelet', args: ['--config=/var/lib/kubelet/config.yaml'] },
} as const satisfies InstalledUnit;

/** The machines of one cluster of a lab, with its network and its bastion; nothing of Kubernetes runs on them yet. */
export interface LabCluster {
  site: Site;
  nodes: SimulatedNode[];
  bastion: LabBastion & { name: string };
  parts: ClusterParts;
  close(): Promise<void>;
}

export interface ClusterRequest {
  site: Site;
  workers: number;
  /** How many real workers each of them stands for; default: 1. */
  standsFor?: number;
  seed: number;
  /** Where the lab keeps its machines; each has a name of its own in the whole lab. */
  dir: string;
  host: LabHost;
  /** Opens every machine and the bastion. */
  key: LabKeyPair;
}

export async function buildCluster(request: ClusterRequest): Promise<LabCluster> {
  const { site, workers, standsFor = 1, seed, dir, host, key } = request;
  const gate = createBastionGate();
  const network = createNetwork();
  const nodes: SimulatedNode[] = [];
  for (const spec of machines(site, workers, seed)) {
    const node = await createLabNode({
      spec,
      dir: join(dir, spec.name),
      host,
      network,
      authorizedKey: key.public,
      ...(spec.behindBastion && { gate }),
    });
    node.systemd.install(KUBELET);
    await node.systemd.start(KUBELET.name);
    nodes.push(node);
  }
  const kubelets = new Map(nodes.map((node) => [node as LabNode, () => node.systemd.unit(KUBELET.name)]));
  const bastion = await createBastion({
    user: 'root',
    authorizedKey: key.public,
    gate,
    allow: (address, port) =>
      address === '127.0.0.1' && nodes.some((n) => n.spec.behindBastion && n.port === port),
  });
  return {
    site,
    nodes,
    bastion: { ...bastion, name: BASTION },
    parts: {
      site,
      seed,
      standsFor,
      controlPlanes: nodes.filter((n) => n.spec.roles.includes('control-plane')),
      workers: nodes.filter((n) => n.spec.roles.includes('worker')),
      network,
      kubeletActive: (node) => kubelets.get(node)?.().active === 'active',
      kubeletPid: (node) => kubelets.get(node)?.().main?.pid,
    },
    async close() {
      await bastion.close();
      await Promise.all(nodes.map((node) => node.powerOff()));
    },
  };
}
