import { FireaxeError, usage } from '../base/errors.ts';
import type { FleetNode, FleetSnapshot, Role } from '../fleet/types.ts';
import type { Ec2Instance, Ec2Page, Ec2Query } from './ec2-instance.ts';
import { namesOf } from './ec2-names.ts';
import { labelsOf, type RoleRule, rolesOf, tagsOf } from './ec2-tags.ts';

export interface DiscoveryOptions {
  /** One page of DescribeInstances. */
  describe(query: Ec2Query): Promise<Ec2Page>;
  cluster: string;
  region: string;
  /** The cluster's name in its tags, where that is another. */
  tagName?: string;
  /** EC2 filters instead of the cluster's tag, such as `tag:env` → [`prod`]. */
  filters?: { name: string; values: string[] }[];
  /** Looked at before the tags that Kubernetes installers set; the first match decides. */
  roleRules?: RoleRule[];
  /** Tags to take over as labels, besides the known ones. */
  labelTags?: string[];
  /** The address to reach the nodes at; `public` falls back to the private one. */
  address?: 'private' | 'public';
  now?: Date;
  /** A command of AWS's own tool with the kit's keys. */
  typeable?: (command: string) => string;
}

const PAGE = 1000;

/**
 * A fleet snapshot from EC2, by the tags that Kubernetes installers put on a cluster's instances.
 * Wired as: `const api = await ec2Api(cluster.cloud);`
 * `await discoverFromEc2({ describe: api.describe, cluster: cluster.name, region: cluster.cloud.region })`.
 */
export async function discoverFromEc2(options: DiscoveryOptions): Promise<FleetSnapshot> {
  const filters = filtersOf(options);
  const instances = await everyPage(options, filters);
  if (instances.length === 0) {
    const tags = `aws ec2 describe-tags --region ${options.region} --filters Name=resource-type,Values=instance`;
    throw usage(`EC2 has no running instance of cluster ${options.cluster} in ${options.region}`, {
      expected: filters.map((filter) => `${filter.Name}=${filter.Values.join('|')}`).join(' and '),
      next: options.typeable?.(tags) ?? tags,
    });
  }
  const names = namesOf(instances);
  const nodes = instances.map((instance) => nodeOf(instance, names.get(instance)!, options));
  return {
    schemaVersion: 1,
    cluster: options.cluster,
    takenAt: (options.now ?? new Date()).toISOString(),
    source: `ec2:${options.region}`,
    nodes: withEtcd(nodes).sort((a, b) => byName(a.name, b.name)),
  };
}

function filtersOf(options: DiscoveryOptions): Ec2Query['Filters'] {
  const chosen = options.filters?.map((filter) => ({ Name: filter.name, Values: filter.values })) ?? [
    {
      Name: `tag:kubernetes.io/cluster/${options.tagName ?? options.cluster}`,
      Values: ['owned', 'shared'],
    },
  ];
  return [...chosen, { Name: 'instance-state-name', Values: ['pending', 'running'] }];
}

async function everyPage(options: DiscoveryOptions, filters: Ec2Query['Filters']): Promise<Ec2Instance[]> {
  const found = new Map<string, Ec2Instance>();
  const tokens = new Set<string>();
  let token: string | undefined;
  do {
    const page = await options.describe({
      Filters: filters,
      MaxResults: PAGE,
      ...(token ? { NextToken: token } : {}),
    });
    // Pages are not one snapshot: while machines come and go, one may be on two pages.
    for (const instance of (page.Reservations ?? []).flatMap((one) => one.Instances ?? []))
      if (instance.InstanceId && instance.PrivateIpAddress) found.set(instance.InstanceId, instance);
    token = page.NextToken;
    if (token && tokens.has(token))
      throw new FireaxeError('internal', 'EC2 returns the same page again and again', {
        expected: 'a list of instances that ends',
        next: 'try again; the snapshot is as it was',
      });
    if (token) tokens.add(token);
  } while (token);
  return [...found.values()];
}

function nodeOf(instance: Ec2Instance, name: string, options: DiscoveryOptions): FleetNode {
  const tags = tagsOf(instance);
  const inside = instance.PrivateIpAddress!;
  const address = (options.address === 'public' && instance.PublicIpAddress) || inside;
  return {
    name,
    cluster: options.cluster,
    roles: rolesOf(tags, options.roleRules ?? []),
    address,
    ...(address === inside ? {} : { internalAddress: inside }),
    labels: labelsOf(instance, tags, { region: options.region, labelTags: options.labelTags ?? [] }),
    instanceId: instance.InstanceId!,
  };
}

/** Where no instance is tagged for etcd, it runs on the control-plane nodes. */
function withEtcd(nodes: FleetNode[]): FleetNode[] {
  if (nodes.some((node) => node.roles.includes('etcd'))) return nodes;
  const and = (roles: Role[]): Role[] => (roles.includes('control-plane') ? [...roles, 'etcd'] : roles);
  return nodes.map((node) => ({ ...node, roles: and(node.roles) }));
}

function byName(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}
