import { FireaxeError, usage } from '../base/errors.ts';
import { foldLine } from '../base/fold-names.ts';
import { mergeFleet } from '../fleet/merge.ts';
import type { FleetSnapshot } from '../fleet/types.ts';
import { writeFleetFile } from '../kit/fleet-file.ts';
import { type CliContext, chooseCluster } from './context.ts';

/** Lost tags must not remove every control-plane node from the saved snapshot. */
function refuseHeadless(former: FleetSnapshot, fresh: FleetSnapshot, file: string): void {
  const heads = (fleet: FleetSnapshot) => fleet.nodes.filter((n) => n.roles.includes('control-plane'));
  const gone = heads(former).map((node) => node.name);
  if (gone.length === 0 || heads(fresh).length > 0) return;
  throw new FireaxeError('guard', 'EC2 no longer shows a control-plane node: the snapshot was not changed', {
    place: file,
    expected: `a node such as ${foldLine(gone)}, with its role in its tags`,
    next: 'run it without --save to review; if that is correct, move the file away and save again',
  });
}

/** Replaces the cluster's snapshot with what EC2 reports, for this command; `save` writes it to the kit. */
export async function discover(context: CliContext, save: boolean): Promise<void> {
  const cluster = chooseCluster(context);
  if (!cluster.cloud || !cluster.fleetFile) {
    throw usage(`cluster ${cluster.name} has no cloud`, {
      place: '--discover',
      expected: '`cloud: { region: … }` for the cluster in kit.yaml',
    });
  }
  const { cloud } = cluster;
  const [{ ec2Api }, { patient, READERS_PATIENCE }, { asUnreachable, withOurKeys }, { discoverFromEc2 }] =
    await Promise.all([
      import('../aws/ec2-api.ts'),
      import('../aws/ec2-patience.ts'),
      import('../aws/errors.ts'),
      import('../aws/discover-ec2.ts'),
    ]);
  const api = await ec2Api(cloud, context.io.env, context.onTrace);
  const { describe } = patient(api, {
    ...READERS_PATIENCE,
    onWait: (why) => context.sink.note(`EC2 is throttling or failing, retrying: ${why}`),
  });
  const fresh = await discoverFromEc2({
    describe: describe as Parameters<typeof discoverFromEc2>[0]['describe'],
    cluster: cluster.name,
    region: cloud.region,
    now: context.io.now(),
    typeable: (command) => withOurKeys(command, cloud),
  })
    .catch((error: unknown) => {
      throw asUnreachable(error, 'EC2', cloud, context.io.env) ?? error;
    })
    .finally(() => api.close());
  if (save) refuseHeadless(cluster.fleet, fresh, cluster.fleetFile);
  const { snapshot, added, removed } = mergeFleet(cluster.fleet, fresh);
  cluster.fleet = snapshot;
  if (added.length > 0) context.sink.note(`new: ${foldLine(added)}`);
  if (removed.length > 0) context.sink.note(`gone: ${foldLine(removed)}`);
  if (!save) return context.sink.note('not saved; add --save to write it to the kit');
  await writeFleetFile(cluster.fleetFile, snapshot);
  context.sink.note(`saved to ${cluster.fleetFile}`);
}
