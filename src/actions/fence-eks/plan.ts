import type { Cluster } from '@aws-sdk/client-eks';
import type { BeforeState } from '../../node/types.ts';
import type { Refusal } from '../cloud/side.ts';
import { asCidr } from '../fence-network/cidr.ts';
import { leasedTo } from '../fence-network/job.ts';
import { endpointOf, isSame, type Job } from './endpoint.ts';
import { otherHolder } from './lease.ts';
import { isPublic, kitAddresses, narrowed, notIn } from './let-in.ts';
import { ownAddress } from './own-address.ts';

/** EKS's quota of networks that a public endpoint lets in. */
const MOST_CIDRS = 40;

export type Planned =
  | { refusal: Refusal }
  | { nothing: string }
  | { before: Omit<BeforeState, 'until'>; note: string };

/** What would be let in, and what that cuts off. */
export async function planned(cluster: Cluster, job: Job): Promise<Planned> {
  const { name, params, context } = job;
  const refused = (code: Refusal['code'], note: string): Planned => ({ refusal: { code, note } });
  if (cluster.status !== 'ACTIVE')
    return refused('eks-busy', `${name} is ${cluster.status}: EKS makes one update at a time`);
  const { publicToo, privateToo, cidrs } = endpointOf(cluster);
  if (!publicToo) return { nothing: `${name} has no public endpoint: only its VPC reaches the API` };
  const holder = otherHolder(cluster, job);
  if (holder) return { refusal: leasedTo(name, holder) };
  const nodes = context.nodes.length;
  if (!privateToo && !params.nodesToo)
    return refused(
      'cuts-nodes',
      `${name} has no private endpoint: its ${nodes} nodes, and pods on Fargate, reach the API at the public one and would be cut off, too; ` +
        'turn on private access first, or add --nodes-too, and --allow for the addresses of NAT gateways that are to get through',
    );
  const own = await ownAddress(context);
  const wanted = [...params.allow, ...kitAddresses(context), ...(own ? [own] : [])];
  const keep = narrowed(
    cidrs,
    wanted.filter((one) => isPublic(asCidr(one))),
  );
  if (keep.length === 0)
    return refused(
      'none-allowed',
      'no address would be let in, and EKS takes an empty list as everybody: name one with --allow, such as the public address of your kubectl',
    );
  if (keep.length > MOST_CIDRS)
    return refused('no-room', `${keep.length} networks are more than the ${MOST_CIDRS} that EKS takes`);
  if (isSame(keep, cidrs)) return { nothing: `${name} lets in only ${cidrs.join(', ')} already` };
  const left = notIn(keep, params.allow);
  return {
    before: {
      eks: name,
      arn: cluster.arn!,
      former: cidrs.join(' '),
      fenced: keep.join(' '),
      private: privateToo ? 'on' : 'off',
      token: `fireaxe-${context.runId}-${context.stepId}`,
    },
    note: [
      `${name} would let in ${keep.join(', ')} in place of ${cidrs.join(', ')} within minutes`,
      ...(own ? [] : ['the public address of this machine is not known: kubectl may be cut off here']),
      ...(left.length > 0 ? [`not let in, as not public or not let in now: ${left.join(', ')}`] : []),
      privateToo
        ? 'clients in its VPC, the nodes among them, use the private endpoint and stay'
        : `ITS ${nodes} NODES ARE CUT OFF, except from these addresses`,
      'AWS does not say whether open connections end',
    ].join('; '),
  };
}
