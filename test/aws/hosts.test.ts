import { AutoScalingClient, DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import { DescribeInstancesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { EKSClient, ListClustersCommand } from '@aws-sdk/client-eks';
import {
  DescribeTargetGroupsCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { ListHostedZonesCommand, Route53Client } from '@aws-sdk/client-route-53';
import { ListCommandsCommand, SSMClient } from '@aws-sdk/client-ssm';
import { expect, it } from 'vitest';
import { hostOf } from '../../src/aws/hosts.ts';
import type { Service } from '../../src/aws/services.ts';

interface Client {
  middlewareStack: { add(middleware: unknown, options: object): void };
  send(command: unknown): Promise<unknown>;
}

const SERVICES: [Service, new (settings: object) => unknown, new (input: never) => unknown][] = [
  ['SSM', SSMClient, ListCommandsCommand],
  ['EC2', EC2Client, DescribeInstancesCommand],
  ['ELASTIC_LOAD_BALANCING_V2', ElasticLoadBalancingV2Client, DescribeTargetGroupsCommand],
  ['AUTO_SCALING', AutoScalingClient, DescribeAutoScalingGroupsCommand],
  ['EKS', EKSClient, ListClustersCommand],
  ['ROUTE_53', Route53Client, ListHostedZonesCommand],
];
const CHOICES = [
  { useFipsEndpoint: false, useDualstackEndpoint: false },
  { useFipsEndpoint: true, useDualstackEndpoint: false },
  { useFipsEndpoint: false, useDualstackEndpoint: true },
];

/** NO_PROXY is compared with this name before the SDK has made its own. */
it.each(SERVICES)('knows the hosts that the SDK asks for %s', async (service, Client, Command) => {
  for (const choice of CHOICES) {
    const client = new Client({
      region: 'us-west-2',
      credentials: { accessKeyId: 'A', secretAccessKey: 's' },
      ...choice,
    }) as Client;
    const asked: string[] = [];
    client.middlewareStack.add(
      () => async (args: { request: { hostname: string } }) => {
        asked.push(args.request.hostname);
        return { output: { $metadata: {} }, response: {} };
      },
      { step: 'finalizeRequest', priority: 'low' },
    );
    await client.send(new Command({} as never)).catch(() => {});
    expect(hostOf(service, 'us-west-2', choice), JSON.stringify(choice)).toBe(asked[0]);
  }
});
