import { createRandom } from './random.ts';
import type { Site } from './site.ts';
import type { LabNodeSpec } from './types.ts';

export const CONTROL_PLANES = 3;
/** How many workers have the label `pool` with this value: CoreDNS runs there, of which kubeadm starts two. */
const SYSTEM_WORKERS = 2;
export const SYSTEM_POOL = 'system';
/** The name of a cluster's bastion. */
export const BASTION = 'bastion-1';

/** All machines of a cluster and the fault of each, as the seed decides. */
export function machines(site: Site, workers: number, seed: number): LabNodeSpec[] {
  const random = createRandom(seed, `${site.prefix}machines`);
  const digits = String(workers).length;
  const name = (role: string, n: number, width: number) =>
    `${site.prefix}${role}-${String(n).padStart(width, '0')}`;
  const specs: LabNodeSpec[] = [];
  const add = (role: 'control-plane' | 'worker', nodeName: string, index: number, instanceType: string) => {
    const z = index % site.zones.length;
    const zone = site.zones[z]!;
    specs.push({
      name: nodeName,
      roles: role === 'control-plane' ? ['control-plane', 'etcd'] : ['worker'],
      zone,
      labels: {
        'kubernetes.io/hostname': nodeName,
        'topology.kubernetes.io/zone': zone,
        'topology.kubernetes.io/region': site.region,
        'node.kubernetes.io/instance-type': instanceType,
        ...(role === 'control-plane' && { 'node-role.kubernetes.io/control-plane': '' }),
      },
      address: `10.${site.network + (role === 'control-plane' ? 0 : 1)}.${z * 16 + Math.floor(index / 240)}.${10 + (index % 240)}`,
      instanceId: `i-${random.hex(17)}`,
      instanceType,
      machineId: random.hex(32),
      ...(zone === site.bastionZone && { behindBastion: true }),
    });
  };
  for (let i = 0; i < CONTROL_PLANES; i++)
    add('control-plane', name('cp', i + 1, 1), i, site.instanceTypes.controlPlane);
  for (let i = 0; i < workers; i++)
    add('worker', name('worker', i + 1, digits), i, site.instanceTypes.worker);
  const own = specs.slice(CONTROL_PLANES);
  mess(own, site, seed);
  for (const { labels } of systemPool(own)) labels.pool = SYSTEM_POOL;
  return specs;
}

/** Workers for the cluster's own pods: without a fault, where there are some. */
function systemPool(workers: LabNodeSpec[]): LabNodeSpec[] {
  const faulty = workers.filter(({ fault }) => fault);
  return [...workers.filter(({ fault }) => !fault), ...faulty].slice(0, SYSTEM_WORKERS);
}

/** Faults that every fleet has, on workers that the seed chooses. */
function mess(workers: LabNodeSpec[], { mess: wanted }: Site, seed: number): void {
  const faults = [
    ...Array<'ssm-dead'>(wanted.ssmDead).fill('ssm-dead'),
    ...Array<'kex-hang'>(wanted.kexHang).fill('kex-hang'),
    ...Array<'changed-host-key'>(wanted.changedHostKey).fill('changed-host-key'),
    ...Array<'slow'>(wanted.slow).fill('slow'),
  ];
  const unlucky = createRandom(seed, 'mess').sample(workers, faults.length);
  for (const [i, spec] of unlucky.entries()) spec.fault = faults[i]!;
}
