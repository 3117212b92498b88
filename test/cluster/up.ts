import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Lab } from '../lab/lab.ts';
import type { Machine } from '../lab/machine.ts';
import { sweepGroups, thawing } from '../lab/pods/groups.ts';
import { type Binaries, buildBinaries } from './build/binaries.mjs';
import { makeImages } from './build/images.ts';
import { Cluster, type ClusterFacts } from './cluster.ts';
import { startHollow } from './hollow.ts';
import { writeKit } from './kit.ts';
import { initConfig, joinConfig, kubeadm } from './kubeadm.ts';
import { CONTROL_PLANE, HOLLOW_HOST, hollowNodes, WORKERS } from './layout.ts';
import { clusterMachines } from './machines.ts';
import { eventually } from './patience.ts';
import { settled } from './well.ts';

const HOLLOW = 20;
const IMAGES: Record<string, string[]> = {
  'control-plane': ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'],
  worker: ['telemetry', 'coredns'],
};

/** Builds, boots and joins a cluster, and waits until it and its services are ready. `down` removes all of it. */
export async function clusterUp(
  say: (line: string) => void,
): Promise<{ facts: ClusterFacts; down: () => void }> {
  const seconds: Record<string, number> = {};
  const phase = async <T>(name: string, work: () => T | Promise<T>): Promise<T> => {
    const began = Date.now();
    const result = await work();
    seconds[name] = Math.round((Date.now() - began) / 1000);
    say(`${name}: ${seconds[name]} s`);
    return result;
  };
  const binaries = await phase('build', () => buildBinaries(say));
  const images = await phase('images', () => makeImages(binaries));
  let lab: Lab | undefined;
  const down = () => clusterDown(lab);
  try {
    lab = await phase('machines', () => boot(binaries, images));
    const up = lab;
    const nodes = [...CONTROL_PLANE, ...WORKERS].map((name) => up.at(name));
    await phase('import', () => Promise.all(nodes.map(enable)));
    await phase('kubeadm', () => joinAll(nodes));
    const hollow = hollowNodes(lab.net, HOLLOW);
    const facts = {
      folder: lab.folder,
      net: lab.net,
      machines: [...lab.machines.values()].map(({ spec: { name, address, machineId } }) => ({
        name,
        address,
        machineId,
      })),
      hollow,
      kit: '',
      seconds,
    };
    const cluster = new Cluster(facts);
    await phase('hollow nodes', async () => {
      const kubeconfig = await cluster.sh('cp1', 'cat /etc/kubernetes/super-admin.conf');
      await startHollow(up.at(HOLLOW_HOST), `${up.net}.1`, hollow, kubeconfig);
      await allReady(cluster, nodes.length + HOLLOW);
    });
    await phase('services', () => startServices(cluster));
    facts.kit = writeKit(lab, hollow);
    writeFileSync(join(lab.folder.dir, 'cluster.json'), JSON.stringify(facts));
    return { facts, down };
  } catch (error) {
    down();
    throw error;
  }
}

async function boot(binaries: Binaries, images: string): Promise<Lab> {
  // The machines of a killed run cannot end while something in them is frozen.
  const thawed = thawing(false);
  const lab = await Lab.up((net) => clusterMachines(net, binaries, images)).finally(thawed);
  sweepGroups();
  return lab;
}

/** A machine cannot end while something in it is frozen. */
function clusterDown(lab: Lab | undefined): void {
  const thawed = thawing(true);
  try {
    lab?.down();
  } finally {
    thawed();
    sweepGroups(true);
  }
}

async function enable(machine: Machine): Promise<void> {
  const role = CONTROL_PLANE.includes(machine.spec.name) ? 'control-plane' : 'worker';
  const images = ['pause', 'kube-proxy', ...IMAGES[role]!];
  const ran = await machine.sh(
    `sh /opt/cluster/node/enable.sh && for i in ${images.join(' ')}; do ctr -n k8s.io images import /opt/images/$i.tar || exit 1; done`,
    { timeoutMs: 300_000 },
  );
  if (ran.code !== 0) throw new Error(`${machine.spec.name}: ${ran.stdout}${ran.stderr}`);
}

/** Joins control-plane nodes one after the other, because etcd accepts one learner at a time. */
async function joinAll([first, ...others]: Machine[]): Promise<void> {
  const { address } = first!.spec;
  await kubeadm(first!, 'init', initConfig(address));
  const workers: Promise<void>[] = [];
  for (const machine of others) {
    const controlPlane = CONTROL_PLANE.includes(machine.spec.name);
    const joined = kubeadm(machine, 'join', joinConfig(machine.spec.address, address, controlPlane));
    if (controlPlane) await joined;
    else workers.push(joined);
  }
  await Promise.all(workers);
}

async function allReady(cluster: Cluster, count: number): Promise<void> {
  await eventually(
    `${count} nodes are ready`,
    async () => {
      const { stdout } = await cluster.kubectl('get nodes --no-headers');
      return stdout.split('\n').filter((line) => /\sReady\s/.test(line)).length === count;
    },
    240_000,
  );
}

async function startServices(cluster: Cluster): Promise<void> {
  await cluster.apply(readFileSync(join(import.meta.dirname, 'manifests/services.yaml'), 'utf8'));
  await settled(cluster, 240_000);
}
