import { keysNow } from '../aws/credentials.ts';
import { type Ec2Api, ec2Api } from '../aws/ec2-api.ts';
import { asUnreachable, lookAt } from '../aws/errors.ts';
import { formatDuration } from '../base/duration.ts';
import { FireaxeError } from '../base/errors.ts';
import { quote } from '../base/quote.ts';
import type { OnTrace } from '../base/trace.ts';
import type { ClusterKit } from '../kit/types.ts';
import { checkPermissions } from './permissions.ts';
import type { Finding, Judged } from './types.ts';

type Env = Record<string, string | undefined>;

/** As long as a recovery may take. */
const SOON_MS = 4 * 3_600_000;
const CALLS_MS = 60_000;

/** The keys of a cluster's cloud, and which of the calls they may not make: nothing is done. */
export async function checkCloud(
  cluster: ClusterKit,
  { env, nowMs, onTrace }: { env: Env; nowMs: number; onTrace: OnTrace },
): Promise<Finding[]> {
  const { cloud } = cluster;
  if (!cloud) return [];
  const found: Finding[] = [];
  const cloudly = (judged: Judged) => found.push({ check: 'cloud', ...judged });
  let ec2: Ec2Api | undefined;
  try {
    const { expiration } = await keysNow(cloud, env, { onTrace });
    const leftMs = (expiration?.getTime() ?? Number.POSITIVE_INFINITY) - nowMs;
    if (leftMs <= SOON_MS)
      cloudly({
        state: leftMs > 0 ? 'amber' : 'red',
        what: leftMs > 0 ? `the AWS keys end in ${formatDuration(leftMs)}` : 'the AWS keys have expired',
        next: lookAt(cloud),
      });
    const node = cluster.fleet.nodes.find(({ instanceId }) => instanceId?.startsWith('i-'));
    if (!node?.instanceId) {
      cloudly({
        state: 'amber',
        what: 'no node of the snapshot is an instance of EC2: permissions were not tried',
        next: discover(cluster.name),
      });
      return found;
    }
    ec2 = await ec2Api(cloud, env, onTrace, 2);
    const signal = AbortSignal.timeout(CALLS_MS);
    const instance = await ec2.instance(node.instanceId, signal);
    if (!instance) {
      cloudly({
        state: 'red',
        what: `EC2 in ${cloud.region} does not know ${node.instanceId} (${node.name}): another account or region, or an old snapshot`,
        next: discover(cluster.name),
      });
      return found;
    }
    const judged = await checkPermissions(instance, ec2, { cloud, env, onTrace, signal });
    found.push(...judged.map((one): Finding => ({ check: 'permissions', ...one })));
    if (found.every(({ check }) => check !== 'cloud'))
      cloudly({
        state: 'green',
        what: `EC2 in ${cloud.region} accepts the keys and knows ${node.instanceId} (${node.name})`,
      });
  } catch (error) {
    const told = asUnreachable(error, 'EC2', cloud, env) ?? error;
    const next = told instanceof FireaxeError ? told.next : lookAt(cloud);
    cloudly({ state: 'red', what: (told as Error).message, ...(next !== undefined && { next }) });
  } finally {
    ec2?.close();
  }
  return found;
}

const discover = (name: string): string => `fireaxe nodes -c ${quote(name)} --discover --save`;
