import type { StandingLease } from '../actions/fence-network/standing.ts';
import type { Patience } from '../aws/patience.ts';
import type { CloudProfile } from '../kit/types.ts';
import type { Plan } from '../plan/types.ts';
import type { CliContext } from './context.ts';
import { nextCommand } from './next-command.ts';
import { usesCloud } from './uses-cloud.ts';

/** This is said in passing and must not hold up a change. */
const MOST_MS = 3_000;

/**
 * One line where a fence stands in the cloud's network beyond its time. Only for plans that use the cloud, with one call
 * that is not repeated, and one of EKS; where it fails, nothing is said.
 */
export async function expiredLeases(plan: Plan, context: CliContext): Promise<string[]> {
  const cloud = context.kit.clusters[plan.cluster]?.cloud;
  // A sweep has just listed them.
  if (!cloud || plan.name === 'sweep' || !usesCloud(plan)) return [];
  try {
    const [{ networkApi }, { READERS_PATIENCE }, { standingLeases }] = await Promise.all([
      import('../aws/network-api.ts'),
      import('../aws/patience.ts'),
      import('../actions/fence-network/standing.ts'),
    ]);
    const patience = { ...READERS_PATIENCE, forMs: 0, signal: AbortSignal.timeout(MOST_MS) };
    const ec2 = await networkApi(cloud, patience, context.io.env, context.onTrace);
    const [inEc2, inEks] = await Promise.all([
      standingLeases(ec2, context.io.now()).finally(() => ec2.close()),
      hostsOwnControlPlane(plan, context) ? [] : eksLeasesOf(plan.cluster, cloud, patience, context),
    ]);
    const leases = [...inEc2, ...inEks];
    const runs = [...new Set(leases.filter(({ expired }) => expired).map(({ run }) => run))];
    if (runs.length === 0) return [];
    const next = nextCommand(`fireaxe sweep -c ${plan.cluster}`, context.flags);
    return [`a fence in the network stands beyond its time (${runs.join(', ')}): ${next}`];
  } catch {
    return [];
  }
}

/** EKS shows no machine of its control plane. */
function hostsOwnControlPlane({ cluster }: Plan, { kit }: CliContext): boolean {
  const nodes = kit.clusters[cluster]?.fleet.nodes ?? [];
  return nodes.some(({ roles }) => roles.includes('control-plane'));
}

async function eksLeasesOf(
  name: string,
  cloud: CloudProfile,
  patience: Patience & { signal: AbortSignal },
  { io, onTrace }: CliContext,
): Promise<StandingLease[]> {
  const [{ eksApi }, { patiently }, { eksLeases }] = await Promise.all([
    import('../aws/eks-api.ts'),
    import('../aws/patience.ts'),
    import('../actions/fence-eks/standing.ts'),
  ]);
  const api = await eksApi(cloud, { env: io.env, onTrace, again: patiently(patience) });
  return eksLeases(api, [name], io.now(), patience.signal)
    .catch(() => [])
    .finally(() => api.close());
}
