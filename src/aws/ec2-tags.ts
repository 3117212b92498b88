import type { Role } from '../fleet/types.ts';
import type { Ec2Instance } from './ec2-instance.ts';
import { matchesPattern } from './pattern.ts';

/** Instances whose tag `key` matches `value` (with `*`; any value when absent) have these roles. */
export interface RoleRule {
  key: string;
  value?: string;
  roles: Role[];
}

type Tags = Record<string, string | undefined>;

/** Tags by which installers mark roles: kOps, Cluster API, kubeadm templates, EKS node groups, Rancher. */
const KNOWN: RoleRule[] = [
  { key: 'k8s.io/role/control-plane', roles: ['control-plane'] },
  { key: 'k8s.io/role/master', roles: ['control-plane'] },
  { key: 'node-role.kubernetes.io/control-plane', roles: ['control-plane'] },
  { key: 'node-role.kubernetes.io/master', roles: ['control-plane'] },
  { key: 'kubernetes.io/role', value: 'control-plane', roles: ['control-plane'] },
  { key: 'kubernetes.io/role', value: 'master', roles: ['control-plane'] },
  { key: 'sigs.k8s.io/cluster-api-provider-aws/role', value: 'control-plane', roles: ['control-plane'] },
  { key: 'k8s.io/role', value: 'control-plane', roles: ['control-plane'] },
  { key: 'k8s.io/role', value: 'etcd', roles: ['etcd'] },
  { key: 'k8s.io/role/etcd', roles: ['etcd'] },
  { key: 'node-role.kubernetes.io/etcd', roles: ['etcd'] },
  { key: 'k8s.io/role/node', roles: ['worker'] },
  { key: 'kubernetes.io/role', value: 'node', roles: ['worker'] },
];

/** kOps and the autoscaler write node labels into tags behind this. */
const LABEL_TAG = 'k8s.io/cluster-autoscaler/node-template/label/';

/** Tags that become the label that Kubernetes has for the same thing. */
const AS_LABEL: Record<string, string> = {
  'eks:nodegroup-name': 'eks.amazonaws.com/nodegroup',
  'kops.k8s.io/instancegroup': 'kops.k8s.io/instancegroup',
  'karpenter.sh/nodepool': 'karpenter.sh/nodepool',
};

export function tagsOf(instance: Ec2Instance): Tags {
  return Object.fromEntries((instance.Tags ?? []).map((tag) => [tag.Key ?? '', tag.Value ?? '']));
}

/** Roles by the given rules, of which the first match decides, else by known tags; a worker when nothing says more. */
export function rolesOf(tags: Tags, rules: RoleRule[]): Role[] {
  const own = rules.find((rule) => holds(rule, tags));
  if (own) return [...own.roles];
  const templates = Object.fromEntries(
    Object.entries(tags)
      .filter(([key]) => key.startsWith(LABEL_TAG))
      .map(([key, value]) => [key.slice(LABEL_TAG.length), value]),
  );
  const all = { ...templates, ...tags };
  const roles = new Set(KNOWN.filter((rule) => holds(rule, all)).flatMap((rule) => rule.roles));
  if (roles.has('control-plane')) roles.delete('worker');
  return roles.size > 0 ? [...roles] : ['worker'];
}

export function labelsOf(
  instance: Ec2Instance,
  tags: Tags,
  options: { region: string; labelTags: string[] },
): Record<string, string> {
  const labels: Record<string, string | undefined> = {
    'topology.kubernetes.io/region': options.region,
    'topology.kubernetes.io/zone': instance.Placement?.AvailabilityZone,
    'node.kubernetes.io/instance-type': instance.InstanceType,
    'kubernetes.io/arch': archOf(instance.Architecture),
  };
  for (const [key, value] of Object.entries(tags)) {
    if (key.startsWith(LABEL_TAG)) labels[key.slice(LABEL_TAG.length)] = value;
    else if (Object.hasOwn(AS_LABEL, key)) labels[AS_LABEL[key]!] = value;
    else if (options.labelTags.includes(key)) labels[key] = value;
  }
  return Object.fromEntries(
    Object.entries(labels).filter((label): label is [string, string] => label[1] !== undefined),
  );
}

/** EC2's word for an architecture in Kubernetes' words. */
function archOf(architecture: string | undefined): string | undefined {
  return architecture === 'x86_64' ? 'amd64' : architecture;
}

function holds(rule: RoleRule, tags: Tags): boolean {
  const value = Object.hasOwn(tags, rule.key) ? tags[rule.key] : undefined;
  if (value === undefined) return false;
  return rule.value === undefined || matchesPattern(rule.value, value);
}
