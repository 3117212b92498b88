import type { StandingLease } from '../../actions/fence-network/standing.ts';
import type { NetworkApi } from '../../aws/network-api.ts';
import type { Patience } from '../../aws/patience.ts';
import { FireaxeError } from '../../base/errors.ts';
import type { CloudProfile } from '../../kit/types.ts';
import type { CliContext } from '../context.ts';
import { journalDir } from '../journal-dir.ts';
import { nextCommand } from '../next-command.ts';
import type { FoundLease } from '../results/change.ts';

/** All fences in the network of the account and region, whoever made them. */
export async function readLeases(context: CliContext, cloud: CloudProfile): Promise<FoundLease[]> {
  const { sink, io, flags } = context;
  const [{ networkApi }, { READERS_PATIENCE }, { asUnreachable }, { listRuns }] = await Promise.all([
    import('../../aws/network-api.ts'),
    import('../../aws/patience.ts'),
    import('../../aws/errors.ts'),
    import('../../run/journal/store.ts'),
  ]);
  const onWait = (why: string) => sink.note(`AWS is throttling or failing, retrying: ${why}`);
  const patience = { ...READERS_PATIENCE, onWait };
  const directory = await journalDir(flags, io, sink.note);
  const here = new Set((await listRuns(directory, () => {})).map(({ runId }) => runId));
  const ec2 = await networkApi(cloud, patience, io.env, context.onTrace);
  try {
    const { standingLeases } = await import('../../actions/fence-network/standing.ts');
    const leases = [...(await standingLeases(ec2, io.now())), ...(await inEks(context, cloud, patience))];
    return await Promise.all(
      leases.map(async (lease) =>
        here.has(lease.run)
          ? { ...lease, here: true, next: [nextCommand(`fireaxe undo ${lease.run}`, flags)] }
          : { ...lease, here: false, next: await byHand(lease, ec2, cloud) },
      ),
    );
  } catch (error) {
    throw asUnreachable(error, 'EC2', cloud, io.env) ?? error;
  } finally {
    ec2.close();
  }
}

async function byHand(lease: StandingLease, ec2: NetworkApi, cloud: CloudProfile): Promise<string[]> {
  if (lease.kind !== 'network-acl') return [];
  const { removalOf } = await import('../../actions/fence-network/standing.ts');
  const acl = await ec2.acl(lease.id);
  return acl ? removalOf(acl, lease, cloud) : [];
}

/** Many accounts have no EKS, and keys that may not ask it: then only those of EC2 are listed. */
async function inEks(context: CliContext, cloud: CloudProfile, patience: Patience): Promise<StandingLease[]> {
  const [{ eksApi }, { patiently }, { eksLeases }] = await Promise.all([
    import('../../aws/eks-api.ts'),
    import('../../aws/patience.ts'),
    import('../../actions/fence-eks/standing.ts'),
  ]);
  const { io, sink, onTrace } = context;
  const api = await eksApi(cloud, { env: io.env, onTrace, again: patiently(patience) });
  const signal = new AbortController().signal;
  try {
    return await eksLeases(api, await api.clusters(signal), io.now(), signal);
  } catch (error) {
    sink.note(`fences of EKS are not listed: ${(error as Error).message}`);
    if (error instanceof FireaxeError && error.next) sink.note(`next: ${error.next}`);
    return [];
  } finally {
    api.close();
  }
}
