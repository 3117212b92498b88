import { FireaxeError, usage } from '../base/errors.ts';
import { foldLine } from '../base/fold-names.ts';
import { mergeFleet } from '../fleet/merge.ts';
import type { FleetSnapshot } from '../fleet/types.ts';
import { writeFleetFile } from '../kit/fleet-file.ts';
import { type CliContext, chooseCluster } from './context.ts';

/** Tags that were lost must not cost the snapshot, on a night, its way to the control plane. */
function refuseHeadless(former: FleetSnapshot, fresh: FleetSnapshot, file: string): void {
  const heads = (fleet: FleetSnapshot) => fleet.nodes.filter((n) => n.roles.includes('control-plane'));
  const gone = heads(former).map((node) => node.name);
  if (gone.length === 0 || heads(fresh).length > 0) return;
  throw new FireaxeError('guard', 'EC2 shows no control-plane node any more: the snapshot is left as it is', {
    place: file,
    expected: `one such as ${foldLine(gone)}, with its role in its tags`,
    next: 'look without --save; if it is so, move the file away, then save',
  });
}

/** Puts what EC2 knows of the chosen cluster in the place of its snapshot, for this call; `save` keeps it in the kit. */
export async function discover(context: CliContext, save: boolean): Promise<void> {
  const cluster = chooseCluster(context);
  if (!cluster.cloud || !cluster.fleetFile) {
    throw usage(`cluster ${cluster.name} has no cloud to ask`, {
      place: '--discover',
      expected: 'cloud: { region: … } for it in kit.yaml',
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
    onWait: (why) => context.sink.note(`EC2 does not serve us, trying again: ${why}`),
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
  if (!save) return context.sink.note('not saved; add --save to keep it in the kit');
  await writeFleetFile(cluster.fleetFile, snapshot);
  context.sink.note(`saved to ${cluster.fleetFile}`);
}
