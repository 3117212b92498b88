import * as z from 'zod';
import { LONGEST_MS } from '../../base/duration.ts';
import { cloud, discover } from './cloud.ts';
import {
  address,
  duration,
  hostKeyAlias,
  labels,
  name,
  network,
  phase,
  port,
  text,
  user,
  via,
} from './values.ts';

const bastion = z.strictObject({
  address,
  port: port.default(22),
  user: user.optional(),
  identity: z.string().min(1).optional(),
  certificate: z.string().min(1).optional(),
  hostKeyAlias: hostKeyAlias.optional(),
});

const ssh = z.strictObject({
  user: user.default('root'),
  port: port.default(22),
  identity: z.string().min(1).optional(),
  certificate: z.string().min(1).optional(),
  hostKeyAlias: hostKeyAlias.optional(),
  useAgent: z.boolean().default(false),
  jump: name.optional(),
  sudo: z.boolean().optional(),
});

const timeouts = z.strictObject({
  connect: phase.optional(),
  login: phase.optional(),
  script: phase.optional(),
  read: phase.optional(),
  delivery: phase.optional(),
  /** `0s`: no target is tried again. */
  retry: duration.refine((ms) => ms <= LONGEST_MS, 'not from 0s to 24h').optional(),
});

const kubernetes = z.strictObject({
  apiserverPort: port.default(6443),
  apiserverAddress: address.optional(),
  clientPorts: z.array(port).max(14, 'at most 14 ports').default([]),
  kubeconfigs: z
    .array(z.string().startsWith('/', 'not an absolute path'))
    .min(1)
    .default([
      '/etc/kubernetes/super-admin.conf',
      '/etc/kubernetes/admin.conf',
      '/etc/rancher/rke2/rke2.yaml',
      '/etc/rancher/k3s/k3s.yaml',
    ]),
  alwaysAllow: z.array(network).default([]),
});

/** One cluster of the kit, over the defaults. */
export const clusterSchema = z.strictObject({
  labels: labels.default({}),
  /** Clusters with a lower one come first. */
  order: z.number().optional(),
  /** In any unit, for `largest first`. */
  size: z.number().min(0, 'less than nothing').optional(),
  ssh: ssh.prefault({}),
  bastions: z.record(name, bastion).default({}),
  via: via.optional(),
  cloud: cloud.optional(),
  kubernetes: kubernetes.prefault({}),
  parameters: z.record(z.string(), text).default({}),
  timeouts: timeouts.prefault({}),
  /** Of each cluster by itself, never among the defaults. */
  drills: z.enum(['allowed', 'refused'], 'expected allowed or refused').default('refused'),
  fleet: z.string().min(1).optional(),
  /** With the keys of its own hosts, besides those of the kit. */
  knownHosts: z.array(z.string().min(1)).optional(),
});

/** What all clusters share; each has a snapshot of its own. */
export const defaultsSchema = clusterSchema.omit({ fleet: true, drills: true });

export type ClusterFile = z.infer<typeof clusterSchema>;

/** The keys known under a path of a cluster, for an error that names the nearest. */
export function knownClusterKeys(path: PropertyKey[], whole: { shape: object } = clusterSchema): string[] {
  const shapes: Record<string, { shape: object }> = {
    '': whole,
    ssh,
    'bastions.*': bastion,
    timeouts,
    cloud,
    'cloud.discover': discover,
    kubernetes,
  };
  const wild = path.map((key, i) => (i === 1 && path[0] === 'bastions' ? '*' : String(key)));
  return Object.keys(shapes[wild.join('.')]?.shape ?? {});
}
