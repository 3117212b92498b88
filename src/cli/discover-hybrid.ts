import type { Ec2Instance, Ec2Query } from '../aws/ec2-instance.ts';
import { FireaxeError } from '../base/errors.ts';
import type { CloudProfile, ClusterKit } from '../kit/types.ts';
import type { CliContext } from './context.ts';

/** Longest wait for a throttled answer where the cluster has no such machine yet. */
const BRIEFLY_MS = 10_000;

/**
 * Reads the cluster's machines outside EC2. Most clusters have none, and many credentials may not ask: it is then said,
 * and no reason to fail, unless the snapshot has some, which would be lost.
 */
export function outsideEc2(
  { io, onTrace, sink }: CliContext,
  { fleet }: ClusterKit,
  cloud: CloudProfile,
): (filters: Ec2Query['Filters']) => Promise<Ec2Instance[]> {
  const known = fleet.nodes.some(({ instanceId }) => instanceId?.startsWith('mi-'));
  return async (filters) => {
    const [{ hybridApi }, { hybridInstances }, { READERS_PATIENCE }, { asUnreachable }, { isTimeout }] =
      await Promise.all([
        import('../aws/hybrid-api.ts'),
        import('../aws/discover-hybrid.ts'),
        import('../aws/patience.ts'),
        import('../aws/errors.ts'),
        import('../aws/passing.ts'),
      ]);
    const patience = {
      ...READERS_PATIENCE,
      ...(!known && { forMs: BRIEFLY_MS }),
      except: isTimeout,
      onWait: (why: string) => sink.note(`SSM is throttling or failing, retrying: ${why}`),
    };
    const api = await hybridApi(cloud, patience, io.env, onTrace);
    try {
      return await hybridInstances(api, filters);
    } catch (thrown) {
      const error = asUnreachable(thrown, 'SSM', cloud, io.env) ?? (thrown as Error);
      if (known) throw error;
      sink.note(`machines outside EC2 (mi-…) are not looked for: ${error.message}`);
      if (error instanceof FireaxeError && error.next) sink.note(`  next: ${error.next}`);
      return [];
    } finally {
      api.close();
    }
  };
}
