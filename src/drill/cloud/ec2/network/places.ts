import type { QueryOperations } from '../../query/service.ts';
import type { ServiceDeps } from '../../service.ts';
import { filtered } from './filter.ts';
import type { CloudInterface } from './world.ts';

/** Subnets, and what has an address in them. */
export function placeOperations({ world }: ServiceDeps): QueryOperations {
  return {
    DescribeSubnets: (parameters) => ({
      subnetSet: filtered(parameters, world.network?.subnets ?? [], (subnet) => ({
        'subnet-id': [subnet.id],
        'vpc-id': [subnet.vpc],
      })).map(({ id, vpc, cidr, cidr6, zone }) => ({
        subnetId: id,
        vpcId: vpc,
        state: 'available',
        cidrBlock: cidr,
        availabilityZone: zone,
        ipv6CidrBlockAssociationSet: cidr6
          ? [{ ipv6CidrBlock: cidr6, ipv6CidrBlockState: { state: 'associated' } }]
          : [],
      })),
    }),
    DescribeNetworkInterfaces: (parameters) => ({
      networkInterfaceSet: filtered(parameters, interfaces(), (one) => ({
        'vpc-id': [one.vpc],
        'subnet-id': [one.subnet],
        description: [one.description],
        'interface-type': [one.type],
        'addresses.private-ip-address': [one.ip, ...(one.more ?? [])],
        'group-id': one.groups ?? [],
      })).map(({ id, vpc, subnet, ip, more = [], type, description, groups = [] }) => ({
        networkInterfaceId: id,
        vpcId: vpc,
        subnetId: subnet,
        description,
        interfaceType: type,
        privateIpAddress: ip,
        groupSet: groups.map((groupId) => ({ groupId, groupName: groupId })),
        privateIpAddressesSet: [
          { privateIpAddress: ip, primary: true },
          ...more
            .filter((each) => !each.includes(':'))
            .map((each) => ({ privateIpAddress: each, primary: false })),
        ],
        ipv6AddressesSet: more.filter((each) => each.includes(':')).map((ipv6Address) => ({ ipv6Address })),
      })),
    }),
    DescribeVpcEndpoints: (parameters) => ({
      vpcEndpointSet: filtered(parameters, world.network?.endpoints ?? [], (one) => ({
        'vpc-id': [one.vpc],
        'service-name': [one.service],
      })).map(({ id, vpc, service, subnets, groups }) => ({
        vpcEndpointId: id,
        vpcEndpointType: 'Interface',
        vpcId: vpc,
        serviceName: service,
        state: 'available',
        subnetIdSet: subnets,
        groupSet: groups.map((groupId) => ({ groupId, groupName: groupId })),
      })),
    }),
  };

  /** Each instance has one, besides those of balancers and the like. */
  function interfaces(): CloudInterface[] {
    const own = world
      .instances()
      .flatMap(({ id, vpc, subnet, privateIp: ip, groups = [] }) =>
        vpc && subnet
          ? [{ id: id.replace(/^i-/, 'eni-'), vpc, subnet, ip, type: 'interface', description: '', groups }]
          : [],
      );
    return [...own, ...(world.network?.interfaces ?? [])];
  }
}
