import { FireaxeError, usage } from '../base/errors.ts';
import type { FleetNode, FleetSnapshot, Role } from '../fleet/types.ts';
import type { Discovery } from '../kit/types.ts';
import type { Ec2Instance, Ec2Page, Ec2Query } from './ec2-instance.ts';
import { namesOf } from './ec2-names.ts';
import { labelsOf, rolesOf, tagsOf } from './ec2-tags.ts';
import { isTimeout } from './passing.ts';

export interface DiscoveryOptions extends Discovery {
  /** One page of DescribeInstances. */
  describe(query: Ec2Query): Promise<Ec2Page>;
  /** Machines outside EC2 whose tags match. */
  hybrid?(filters: Ec2Query['Filters']): Promise<Ec2Instance[]>;
  cluster: string;
  region: string;
  now?: Date;
  /** Told when a page of this size was not answered in time. */
  onSmaller?(size: number): void;
  /** A command of AWS's own tool with the kit's keys. */
  typeable?: (command: string) => string;
}

/** Instances of a page. Where EC2 does not answer in time, a smaller one may be answered. */
const PAGES = [1000, 200, 50];

/** A fleet snapshot from EC2, by the tags that Kubernetes installers put on a cluster's instances. */
export async function discoverFromEc2(options: DiscoveryOptions): Promise<FleetSnapshot> {
  const filters = filtersOf(options);
  const [first, hybrid = []] = await Promise.all([
    everyInstance(options, filters),
    options.hybrid?.(filters),
  ]);
  let instances = [...first, ...hybrid];
  // Pages are not one snapshot: the address of a machine that is gone may be another's by now.
  if (sameAddress(instances, options)) instances = [...(await everyInstance(options, filters)), ...hybrid];
  const same = sameAddress(instances, options);
  if (same) throw sharedAddress(same, options);
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

async function everyInstance(
  options: DiscoveryOptions,
  filters: Ec2Query['Filters'],
): Promise<Ec2Instance[]> {
  const [last, ...larger] = [...PAGES].reverse();
  for (const size of larger.reverse()) {
    const read = await everyPage(options, filters, size).catch((error: unknown) => {
      if (!isTimeout(error)) throw error;
      options.onSmaller?.(size);
    });
    if (read) return read;
  }
  return everyPage(options, filters, last!);
}

async function everyPage(
  options: DiscoveryOptions,
  filters: Ec2Query['Filters'],
  size: number,
): Promise<Ec2Instance[]> {
  const found = new Map<string, Ec2Instance>();
  const tokens = new Set<string>();
  let token: string | undefined;
  do {
    const page = await options.describe({
      Filters: filters,
      MaxResults: size,
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

function addressOf(instance: Ec2Instance, { address }: DiscoveryOptions): string {
  return (address === 'public' && instance.PublicIpAddress) || instance.PrivateIpAddress!;
}

/** Two instances with one address, as in two VPCs: neither could be told from the other by SSH. */
function sameAddress(
  instances: Ec2Instance[],
  options: DiscoveryOptions,
): [Ec2Instance, Ec2Instance] | undefined {
  const seen = new Map<string, Ec2Instance>();
  for (const instance of instances) {
    const address = addressOf(instance, options);
    const other = seen.get(address);
    if (other) return [other, instance];
    seen.set(address, instance);
  }
  return undefined;
}

function sharedAddress(two: [Ec2Instance, Ec2Instance], options: DiscoveryOptions): FireaxeError {
  const [a, b] = two.map(({ InstanceId, VpcId }) => (VpcId ? `${InstanceId} (${VpcId})` : InstanceId));
  const ids = two.map(({ InstanceId }) => InstanceId).join(' ');
  const look = `aws ec2 describe-instances --region ${options.region} --instance-ids ${ids}`;
  return new FireaxeError(
    'guard',
    `two instances have the address ${addressOf(two[0], options)}: ${a} and ${b}; the snapshot was not changed`,
    {
      expected: `an address of its own for each instance that is tagged for cluster ${options.cluster}`,
      next: options.typeable?.(look) ?? look,
    },
  );
}

function nodeOf(instance: Ec2Instance, name: string, options: DiscoveryOptions): FleetNode {
  const tags = tagsOf(instance);
  const inside = instance.PrivateIpAddress!;
  const address = addressOf(instance, options);
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
