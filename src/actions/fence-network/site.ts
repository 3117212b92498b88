import type { Instance, NetworkInterface, Subnet } from '@aws-sdk/client-ec2';
import type { FleetNode } from '../../fleet/types.ts';
import { alwaysAllowed } from '../../node/addresses.ts';
import { apiPorts } from '../../node/api-ports.ts';
import type { Refusal } from '../cloud/side.ts';
import { blocks, covers, merged } from './cidr.ts';
import type { Job } from './job.ts';

/** Where an API server stands, and who is to be kept away from it. */
export interface Site {
  instance: Instance;
  vpc: string;
  subnet: Subnet;
  subnets: Subnet[];
  ports: number[];
  /** Networks to keep away. */
  away: string[];
  /** Addresses and networks that must get through, each by itself, without those of balancers. */
  keep: string[];
  /** The API servers' own addresses: those of the fleet, and those that EC2 knows. */
  servers: string[];
  /** What to know before consent. */
  notes: string[];
}

/** Reads a target's place in the network: two calls, whatever the size of the fleet. */
export async function readSite({ ec2, id, params, context }: Job): Promise<Site | { refusal: Refusal }> {
  const own = context.nodes.filter(({ roles }) => roles.includes('control-plane') || roles.includes('etcd'));
  const ids = [id, ...own.flatMap(({ instanceId }) => instanceId ?? [])];
  const instances = await ec2.instances({ 'instance-id': [...new Set(ids)] });
  const instance = instances.find(({ InstanceId }) => InstanceId === id);
  const vpc = instance?.VpcId;
  if (!instance?.SubnetId || !vpc)
    return { refusal: { code: 'gone', note: `EC2 has no ${id} with a subnet in this region and account` } };
  const subnets = await ec2.subnets({ 'vpc-id': [vpc] });
  const subnet = subnets.find((one) => one.SubnetId === instance.SubnetId);
  if (!subnet) return { refusal: { code: 'gone', note: `EC2 does not show subnet ${instance.SubnetId}` } };
  const ports = apiPorts(context);
  const serving = own.filter(({ roles }) => roles.includes('control-plane'));
  const isServer = ({ InstanceId }: Instance) =>
    InstanceId === id || serving.some(({ instanceId }) => instanceId === InstanceId);
  const servers = [...addressesOf(serving), ...instances.filter(isServer).flatMap(ownAddresses)];
  const bastions = Object.values(context.cluster.bastions).map(({ address }) => address);
  const keep = blocks([
    ...alwaysAllowed(context),
    // The fleet may have public ones only.
    ...instances.flatMap(ownAddresses),
    ...bastions,
    ...params.allow,
  ]);
  const notes: string[] = [];
  const chosen = params.from.length > 0 ? params.from : networksOf(workersIn(context.nodes), subnets, notes);
  const kept = merged(keep);
  const away = merged(chosen).filter((cidr) => !kept.some((wide) => covers(wide, cidr)));
  if (chosen.length > 0 && away.length === 0)
    return {
      refusal: {
        code: 'all-allowed',
        note: `all of ${merged(chosen).join(', ')} must be let in (--allow, alwaysAllow in kit.yaml)`,
      },
    };
  if (away.length === 0)
    return {
      refusal: {
        code: 'no-clients',
        note: 'no subnet of the VPC has a worker of the fleet: name the networks with --from',
      },
    };
  return { instance, vpc, subnet, subnets, ports, away, keep, servers, notes };
}

const workersIn = (nodes: FleetNode[]) =>
  nodes.filter(({ roles }) => !roles.includes('control-plane') && !roles.includes('etcd'));

/** The blocks of the subnets in which workers are. */
function networksOf(workers: FleetNode[], subnets: Subnet[], notes: string[]): string[] {
  const addresses = addressesOf(workers);
  const used = subnets.filter((subnet) =>
    addresses.some((address) => blocksOf(subnet).some((block) => covers(block, address))),
  );
  const elsewhere = addresses.filter(
    (address) => !used.some((subnet) => blocksOf(subnet).some((block) => covers(block, address))),
  );
  if (elsewhere.length > 0)
    notes.push(
      `${elsewhere.length} ${elsewhere.length === 1 ? 'worker is' : 'workers are'} in no subnet of this VPC, such as ` +
        `${elsewhere[0]}: name their network with --from, too`,
    );
  return used.flatMap(blocksOf);
}

function addressesOf(nodes: FleetNode[]): string[] {
  return nodes.map((node) => node.internalAddress ?? node.address);
}

/** The first address of each of its interfaces, from which it speaks itself; pods have further ones. */
function ownAddresses({ PrivateIpAddress: first, NetworkInterfaces = [] }: Instance): string[] {
  const all = NetworkInterfaces.flatMap((one) => [
    one.PrivateIpAddress,
    ...(one.Ipv6Addresses ?? []).map(({ Ipv6Address }) => Ipv6Address),
  ]);
  return [...new Set([first, ...all])].filter((address) => address !== undefined);
}

export function blocksOf(subnet: Subnet): string[] {
  const v6 = subnet.Ipv6CidrBlockAssociationSet?.flatMap((one) =>
    one.Ipv6CidrBlockState?.State === 'associated' && one.Ipv6CidrBlock ? [one.Ipv6CidrBlock] : [],
  );
  return [...(subnet.CidrBlock ? [subnet.CidrBlock] : []), ...(v6 ?? [])];
}

/** Addresses of the VPC's load balancers: their health checks must get through. */
export async function balancersIn({ vpc }: Site, { ec2 }: Job): Promise<string[]> {
  const found = await ec2.interfaces({ 'vpc-id': [vpc], description: ['ELB *'] });
  return blocks(found.flatMap(addressesIn));
}

/** All addresses of an interface. */
export function addressesIn(one: NetworkInterface): string[] {
  const all = [
    one.PrivateIpAddress,
    ...(one.PrivateIpAddresses ?? []).map(({ PrivateIpAddress }) => PrivateIpAddress),
    ...(one.Ipv6Addresses ?? []).map(({ Ipv6Address }) => Ipv6Address),
  ];
  return [...new Set(all)].filter((address) => address !== undefined);
}

/** Why a fence at these ports would cut Fireaxe itself off. */
export async function cutsOwnWay(
  { ports, vpc, away }: Site,
  { ec2, target }: Job,
  touches: (endpoint: { subnets: string[]; groups: string[] }) => boolean,
): Promise<Refusal | undefined> {
  if (ports.includes(target.port))
    return { code: 'own-way', note: `port ${target.port} is also the port of SSH in the fleet` };
  if (!ports.includes(443)) return undefined;
  const services = ['*.ssm', '*.ssmmessages', '*.ec2messages'];
  const endpoints = await ec2.endpoints({ 'vpc-id': [vpc], 'service-name': services });
  const cut = endpoints.find((one) =>
    touches({
      subnets: one.SubnetIds ?? [],
      groups: (one.Groups ?? []).flatMap(({ GroupId }) => GroupId ?? []),
    }),
  );
  if (!cut) return undefined;
  return {
    code: 'own-way',
    note: `port 443 is also that of ${cut.ServiceName} (${cut.VpcEndpointId}), which ${away.join(', ')} need for SSM`,
  };
}
