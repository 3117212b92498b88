import { join } from 'node:path';
import { type CloudEndpoint, createCloudEndpoint } from './cloud/endpoint.ts';
import { createCloudWorld } from './cloud-world.ts';
import { BASTION, machines } from './machines.ts';
import { createNetwork } from './network/network.ts';
import { createBastion, type LabBastion } from './node/bastion.ts';
import { createBastionGate } from './node/gate.ts';
import { createLabHost, type LabHost } from './node/host.ts';
import { createKeyPair, type LabKeyPair } from './node/key-pair.ts';
import { createLabNode, type SimulatedNode } from './node/node.ts';
import type { Outage, Scenario } from './scenarios/types.ts';
import type { InstalledUnit } from './tools/systemd/unit.ts';
import type { LabNode } from './types.ts';

const KUBELET = {
  name: 'kubelet.service',
  description: 'kubelet: The Kubernetes Node Agent',
  restart: 'always',
  process: { comm: 'kubelet', args: ['--config=/var/lib/kubelet/config.yaml'] },
} as const satisfies InstalledUnit;

/** A lab with its machines, its bastion and its cloud, and the outage prepared on them; its cluster is not started yet. */
export interface BuiltLab {
  outage: Outage;
  nodes: SimulatedNode[];
  bastion: LabBastion;
  bastionName: string;
  cloud: CloudEndpoint;
  /** Opens every machine and the bastion. */
  key: LabKeyPair;
  close(): Promise<void>;
}

export interface LabRequest {
  dir: string;
  scenario: Scenario;
  workers: number;
  seed: number;
}

export async function buildLab({ dir, scenario, workers, seed }: LabRequest): Promise<BuiltLab> {
  const key = createKeyPair();
  const host = await createLabHost({ dir: join(dir, 'host') });
  const gate = createBastionGate();
  const network = createNetwork();
  const nodes: SimulatedNode[] = [];
  for (const spec of machines(scenario.site, workers, seed)) {
    const node = await createLabNode({
      spec,
      dir: join(dir, 'machines', spec.name),
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
  const cloud = await createCloudEndpoint(createCloudWorld(nodes, scenario.site.cluster));
  const outage = await scenario.prepare({
    site: scenario.site,
    seed,
    controlPlanes: nodes.filter((n) => n.spec.roles.includes('control-plane')),
    workers: nodes.filter((n) => n.spec.roles.includes('worker')),
    network,
    kubeletActive: (node) => kubelets.get(node)?.().active === 'active',
    kubeletPid: (node) => kubelets.get(node)?.().main?.pid,
  });
  return {
    outage,
    nodes,
    bastion,
    bastionName: BASTION,
    cloud,
    key,
    close: () => closeAll(outage, cloud, bastion, nodes, host),
  };
}

async function closeAll(
  outage: Outage,
  cloud: CloudEndpoint,
  bastion: LabBastion,
  nodes: SimulatedNode[],
  host: LabHost,
) {
  outage.stop();
  await cloud.close();
  await bastion.close();
  await Promise.all(nodes.map((node) => node.powerOff()));
  host.close();
}
