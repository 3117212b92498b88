import { CloudError } from '../errors.ts';
import { filtersOf, listOf, type QueryParameters } from '../query/parameters.ts';
import type { CloudInstance, CloudWorld } from '../world.ts';
import type { XmlRecord, XmlValue } from '../xml.ts';
import { factsOf } from './types-catalogue.ts';

const STATE_CODE = {
  pending: 0,
  running: 16,
  'shutting-down': 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
} as const;

export const ACCOUNT = '123456789012';

export function stateValue(state: CloudInstance['state']): XmlRecord {
  return { code: STATE_CODE[state], name: state };
}

/** The instances that ids and filters select. An unknown id is an error, as in EC2. */
export function selected(world: CloudWorld, parameters: QueryParameters): CloudInstance[] {
  const all = world.instances().filter(({ id }) => id.startsWith('i-'));
  const ids = listOf(parameters, 'InstanceId');
  requireKnown(all, ids);
  const filters = filtersOf(parameters);
  return all.filter(
    (instance) =>
      (ids.length === 0 || ids.includes(instance.id)) &&
      filters.every((filter) => filter.values.some((value) => matches(instance, filter.name, value))),
  );
}

export function requireKnown(all: CloudInstance[], ids: string[]): void {
  for (const id of ids) {
    if (!/^i-[0-9a-f]{8,17}$/.test(id))
      throw new CloudError('InvalidInstanceID.Malformed', `Invalid id: "${id}"`);
  }
  const unknown = ids.filter((id) => !all.some((instance) => instance.id === id));
  if (unknown.length === 1)
    throw new CloudError('InvalidInstanceID.NotFound', `The instance ID '${unknown[0]}' does not exist`);
  if (unknown.length > 1)
    throw new CloudError(
      'InvalidInstanceID.NotFound',
      `The instance IDs '${unknown.join(', ')}' do not exist`,
    );
}

function matches(instance: CloudInstance, name: string, value: string): boolean {
  const found = valuesOf(instance, name);
  const pattern = value
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return found.some((text) => new RegExp(`^${pattern}$`, 's').test(text));
}

function valuesOf(instance: CloudInstance, name: string): string[] {
  if (name.startsWith('tag:')) {
    const value = instance.tags[name.slice(4)];
    return value === undefined ? [] : [value];
  }
  const one: Record<string, string | undefined> = {
    'instance-id': instance.id,
    'instance-type': instance.type,
    'instance-state-name': instance.state,
    'availability-zone': instance.zone,
    'vpc-id': instance.vpc,
    'subnet-id': instance.subnet,
    'private-ip-address': instance.privateIp,
    'client-token': instance.token,
  };
  if (name === 'tag-key') return Object.keys(instance.tags);
  if (!(name in one)) throw new CloudError('InvalidParameterValue', `The filter '${name}' is invalid`);
  const value = one[name];
  return value === undefined ? [] : [value];
}

/** One page of at most MaxResults instances; the token is opaque to clients. */
export function paged(
  instances: CloudInstance[],
  parameters: QueryParameters,
): { page: CloudInstance[]; nextToken?: string } {
  const max = parameters.get('MaxResults');
  const from = tokenOffset(parameters.get('NextToken'));
  if (max !== undefined && listOf(parameters, 'InstanceId').length > 0)
    throw new CloudError(
      'InvalidParameterCombination',
      'The parameter instancesSet cannot be used with the parameter maxResults',
    );
  if (max !== undefined && (Number(max) < 5 || Number(max) > 1000))
    throw new CloudError(
      'InvalidParameterValue',
      `Value ( ${max} ) for parameter maxResults is invalid. Expecting a value greater than or equal to 5 and at most 1000.`,
    );
  const page = max === undefined ? instances.slice(from) : instances.slice(from, from + Number(max));
  const next = from + page.length;
  return next < instances.length
    ? { page, nextToken: Buffer.from(`page:${next}`).toString('base64') }
    : { page };
}

function tokenOffset(token: string | undefined): number {
  if (!token) return 0;
  const match = /^page:(\d+)$/.exec(Buffer.from(token, 'base64').toString('utf8'));
  if (!match) throw new CloudError('InvalidNextToken', 'The token is invalid.');
  return Number(match[1]);
}

export function instanceValue(instance: CloudInstance): XmlValue {
  const publicIp = instance.elasticIp || instance.state === 'running' ? instance.publicIp : undefined;
  return {
    instanceId: instance.id,
    imageId: 'ami-0123456789abcdef0',
    instanceState: stateValue(instance.state),
    privateDnsName: `ip-${instance.privateIp.replaceAll('.', '-')}.ec2.internal`,
    instanceType: instance.type,
    launchTime: (instance.launchedAt ?? new Date(0)).toISOString(),
    placement: { availabilityZone: instance.zone, tenancy: instance.tenancy ?? 'default' },
    privateIpAddress: instance.privateIp,
    vpcId: instance.vpc,
    subnetId: instance.subnet,
    groupSet: (instance.groups ?? []).map((groupId) => ({ groupId, groupName: groupId })),
    ipAddress: publicIp,
    networkInterfaceSet: publicIp
      ? [{ association: { publicIp, ipOwnerId: instance.elasticIp ? ACCOUNT : 'amazon' } }]
      : [],
    stateReason: instance.stateReason && { ...instance.stateReason },
    architecture: factsOf(instance.type)?.architecture ?? 'x86_64',
    rootDeviceType: instance.rootDevice ?? 'ebs',
    instanceLifecycle: instance.spot ? 'spot' : undefined,
    clientToken: instance.token,
    tagSet: Object.entries(instance.tags).map(([key, value]) => ({ key, value })),
  };
}
