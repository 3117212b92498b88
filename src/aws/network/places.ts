import type { Instance, NetworkInterface, Subnet, VpcEndpoint } from '@aws-sdk/client-ec2';
import { type Caller, type Filters, filtersOf } from './caller.ts';

/** Where machines stand in the network. */
export interface PlacesApi {
  instances(filters: Filters): Promise<Instance[]>;
  subnets(filters: Filters): Promise<Subnet[]>;
  interfaces(filters: Filters): Promise<NetworkInterface[]>;
  endpoints(filters: Filters): Promise<VpcEndpoint[]>;
}

export function placesApi({ sdk, send, every }: Caller): PlacesApi {
  return {
    instances: (filters) =>
      every('DescribeInstances', async (more) => {
        const input = { Filters: filtersOf(filters), ...more };
        const { Reservations, NextToken } = await send(new sdk.DescribeInstancesCommand(input));
        return { list: Reservations?.flatMap((one) => one.Instances ?? []), token: NextToken };
      }),
    subnets: (filters) =>
      every('DescribeSubnets', async (more) => {
        const answer = await send(new sdk.DescribeSubnetsCommand({ Filters: filtersOf(filters), ...more }));
        return { list: answer.Subnets, token: answer.NextToken };
      }),
    interfaces: (filters) =>
      every('DescribeNetworkInterfaces', async (more) => {
        const input = { Filters: filtersOf(filters), ...more };
        const answer = await send(new sdk.DescribeNetworkInterfacesCommand(input));
        return { list: answer.NetworkInterfaces, token: answer.NextToken };
      }),
    endpoints: (filters) =>
      every('DescribeVpcEndpoints', async (more) => {
        const input = { Filters: filtersOf(filters), ...more };
        const answer = await send(new sdk.DescribeVpcEndpointsCommand(input));
        return { list: answer.VpcEndpoints, token: answer.NextToken };
      }),
  };
}
