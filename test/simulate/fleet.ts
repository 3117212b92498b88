import type { ClusterKit, Kit } from '../../src/kit/types.ts';
import { ASSUMED } from './assumptions.ts';

/** By which transport the nodes are reached. */
export type By = 'ssh' | 'ssm';

const digits = (n: number, width: number, base = 10) => n.toString(base).padStart(width, '0');

/** A kit of clusters `prod-001`, `prod-002`, …: some API servers each, and workers behind a bastion. */
export function kitOf(clusters: number, nodes: number, by: By): Kit {
  const names = Array.from({ length: clusters }, (_, i) => `prod-${digits(i + 1, 3)}`);
  return {
    path: '/simulated',
    name: 'simulated',
    knownHosts: [],
    playbooks: {},
    policy: { floors: {}, maxFailures: '10%', planMaxAgeMs: 900_000, fleetMaxAgeMs: 1e12 },
    clusters: Object.fromEntries(names.map((name, i) => [name, clusterOf(name, i, nodes, by)])),
  };
}

function clusterOf(name: string, index: number, nodes: number, by: By): ClusterKit {
  const bastion = { name: 'bastion', address: `192.0.2.${(index % 250) + 1}`, port: 22, user: 'core' };
  return {
    name,
    ssh: { user: 'core', port: 22, useAgent: true, sudo: true, jump: 'bastion' },
    bastions: { bastion },
    via: [by],
    ...(by === 'ssm' && {
      cloud: {
        profile: `account-${Math.floor(index / ASSUMED.clustersAnAccount)}`,
        region: 'us-west-2',
      },
      shardTag: 'shard',
    }),
    kubernetes: {
      apiserverPort: 6443,
      clientPorts: [],
      kubeconfigs: ['/etc/kubernetes/admin.conf'],
      alwaysAllow: [],
    },
    parameters: {},
    fleet: {
      schemaVersion: 1,
      cluster: name,
      takenAt: new Date(ASSUMED.startMs).toISOString(),
      source: 'file',
      nodes: Array.from({ length: nodes }, (_, i) => ({
        name: `${name}-${digits(i, 4)}`,
        cluster: name,
        roles: i < ASSUMED.controlPlane ? ['control-plane' as const, 'etcd' as const] : ['worker' as const],
        address: `10.${index % 250}.${i >> 8}.${i & 255}`,
        labels:
          i < ASSUMED.controlPlane
            ? {}
            : { shard: `s${Math.floor((i - ASSUMED.controlPlane) / ASSUMED.shardNodes)}` },
        instanceId: `i-${digits(index * 100_000 + i, 17, 16)}`,
      })),
    },
  };
}
