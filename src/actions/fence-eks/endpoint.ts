import type { Cluster } from '@aws-sdk/client-eks';
import type { EksJob } from '../cloud/eks-side.ts';
import { bringTo } from '../cloud/eks-update.ts';
import { asCidr } from '../fence-network/cidr.ts';
import type { FenceEksParams } from './params.ts';

export type Job = EksJob<FenceEksParams>;

/** What it takes to carry out or to undo what is recorded. */
export type Hands = Pick<Job, 'api' | 'name' | 'context' | 'signal' | 'sleep' | 'now'> & {
  params: Pick<FenceEksParams, 'within'>;
};

/** Who reaches the API server from where, as EKS says. */
export interface Endpoint {
  publicToo: boolean;
  privateToo: boolean;
  /** Networks that the public endpoint lets in, as EKS writes them. */
  cidrs: string[];
}

export function endpointOf({ resourcesVpcConfig: vpc }: Cluster): Endpoint {
  const cidrs = vpc?.publicAccessCidrs ?? [];
  return {
    publicToo: vpc?.endpointPublicAccess !== false,
    privateToo: vpc?.endpointPrivateAccess === true,
    // EKS takes an empty list as everybody.
    cidrs: cidrs.length > 0 ? cidrs : ['0.0.0.0/0'],
  };
}

/** The same networks, in whatever order and notation. */
export function isSame(a: string[], b: string[]): boolean {
  const [x, y] = [new Set(a.map(asCidr)), new Set(b.map(asCidr))];
  return x.size === y.size && [...x].every((one) => y.has(one));
}

export const lets = (cluster: Cluster, cidrs: string[]) => isSame(endpointOf(cluster).cidrs, cidrs);

/** As it is stored in the journal. */
export const listIn = (text: string | undefined) => (text ?? '').split(' ').filter(Boolean);

export const said = (cluster: Cluster) => endpointOf(cluster).cidrs.join(', ');

/** Changes the list and nothing else: private access is sent as it is. */
export async function bringToList(job: Hands, cidrs: string[], token: string): Promise<void> {
  const { api, name, params, signal } = job;
  await bringTo(
    {
      name,
      has: (cluster) => lets(cluster, cidrs),
      said,
      to: cidrs.join(', '),
      ask: (cluster, fresh) =>
        api.setPublicAccess(name, { cidrs, privateToo: endpointOf(cluster).privateToo }, fresh, signal),
      token,
      withinMs: params.within * 1000,
    },
    { ...job, note: job.context.note },
  );
}
