import type {
  Cluster,
  ProvisionedControlPlaneTier,
  Update,
  UpdateClusterConfigRequest,
} from '@aws-sdk/client-eks';
import type { OnTrace } from '../base/trace.ts';
import type { CloudProfile } from '../kit/types.ts';
import { asker } from './asker.ts';
import { serviceClient } from './client.ts';
import type { Env } from './files.ts';
import { HalfAnswer } from './passing.ts';
import type { Patiently } from './patience.ts';

/** What Fireaxe asks of EKS. All of it may be repeated; errors about credentials come as FireaxeError. */
export interface EksApi {
  /** The names of all clusters of the region. */
  clusters(signal: AbortSignal): Promise<string[]>;
  /** Undefined where EKS has no cluster of that name. */
  cluster(name: string, signal: AbortSignal): Promise<Cluster | undefined>;
  /** The same token never makes a second update. */
  setTier(name: string, tier: string, token: string, signal: AbortSignal): Promise<Update>;
  /** Who reaches the public endpoint, by the same rule. Private access stays as it is given. */
  setPublicAccess(
    name: string,
    access: { cidrs: string[]; privateToo: boolean },
    token: string,
    signal: AbortSignal,
  ): Promise<Update>;
  update(name: string, id: string, signal: AbortSignal): Promise<Update>;
  /** By the cluster's ARN. */
  tag(arn: string, tags: Record<string, string>, signal: AbortSignal): Promise<void>;
  untag(arn: string, keys: string[], signal: AbortSignal): Promise<void>;
  close(): void;
}

export async function eksApi(
  profile: CloudProfile,
  options: { env?: Env; onTrace?: OnTrace | undefined; again: Patiently },
): Promise<EksApi> {
  const sdk = await import('./sdk-eks.ts');
  const client = await serviceClient('EKS', async () => sdk.EKSClient, { profile, ...options });
  const said = asker(options.again, profile);
  const updateIn = ({ update }: { update?: Update | undefined }, operation: string): Update => {
    if (!update?.id) throw new HalfAnswer(operation, 'update');
    return update;
  };
  const configure = (input: UpdateClusterConfigRequest, signal: AbortSignal) => {
    const command = new sdk.UpdateClusterConfigCommand(input);
    return said(async (how) => updateIn(await client.send(command, how), 'UpdateClusterConfig'), signal);
  };
  return {
    async clusters(signal) {
      const found: string[] = [];
      for (let nextToken: string | undefined, first = true; first || nextToken; first = false) {
        const command = new sdk.ListClustersCommand({ ...(nextToken && { nextToken }) });
        const answer = await said(async (how) => {
          const page = await client.send(command, how);
          if (!page.clusters) throw new HalfAnswer('ListClusters', 'list of clusters');
          return page;
        }, signal);
        found.push(...(answer.clusters ?? []));
        nextToken = answer.nextToken;
      }
      return found;
    },

    cluster(name, signal) {
      const command = new sdk.DescribeClusterCommand({ name });
      return said(async (how) => {
        const answer = await client.send(command, how).catch((error: unknown) => {
          if (error instanceof Error && error.name === 'ResourceNotFoundException') return undefined;
          throw error;
        });
        if (answer && !answer.cluster?.status) throw new HalfAnswer('DescribeCluster', 'cluster');
        return answer?.cluster;
      }, signal);
    },

    setTier: (name, tier, token, signal) =>
      configure(
        {
          name,
          clientRequestToken: token,
          controlPlaneScalingConfig: { tier: tier as ProvisionedControlPlaneTier },
        },
        signal,
      ),

    setPublicAccess: (name, { cidrs, privateToo }, token, signal) =>
      configure(
        {
          name,
          clientRequestToken: token,
          resourcesVpcConfig: {
            endpointPublicAccess: true,
            endpointPrivateAccess: privateToo,
            publicAccessCidrs: cidrs,
          },
        },
        signal,
      ),

    update(name, id, signal) {
      const command = new sdk.DescribeUpdateCommand({ name, updateId: id });
      return said(async (how) => updateIn(await client.send(command, how), 'DescribeUpdate'), signal);
    },

    async tag(arn, tags, signal) {
      const command = new sdk.TagResourceCommand({ resourceArn: arn, tags });
      await said((how) => client.send(command, how), signal);
    },

    async untag(arn, keys, signal) {
      const command = new sdk.UntagResourceCommand({ resourceArn: arn, tagKeys: keys });
      await said((how) => client.send(command, how), signal);
    },

    close: () => client.destroy(),
  };
}
