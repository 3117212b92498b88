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

/** What could not be opened again must not be saved. */
async function refuseUnreadable(snapshot: FleetSnapshot, cluster: string, file: string): Promise<void> {
  const { readSnapshot } = await import('../fleet/snapshot.ts');
  const read = readSnapshot(JSON.parse(JSON.stringify(snapshot)), cluster);
  if (!('issues' in read)) return;
  const [issue] = read.issues;
  throw new FireaxeError(
    'guard',
    `what EC2 shows is not a fleet: ${issue!.message}; the snapshot was not changed`,
    {
      place: `${file}: ${issue!.path.join('.')}`,
      next: 'correct the tags or the by-hand fields of these nodes, and discover again',
    },
  );
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
  const [
    { ec2Api },
    { patient, READERS_PATIENCE },
    { asUnreachable, withOurKeys },
    { discoverFromEc2 },
    { isTimeout },
  ] = await Promise.all([
    import('../aws/ec2-api.ts'),
    import('../aws/ec2-patience.ts'),
    import('../aws/errors.ts'),
    import('../aws/discover-ec2.ts'),
    import('../aws/passing.ts'),
  ]);
  const api = await ec2Api(cloud, context.io.env, context.onTrace, 1);
  const { describe } = patient(api, {
    ...READERS_PATIENCE,
    except: isTimeout,
    onWait: (why) => context.sink.note(`EC2 is throttling or failing, retrying: ${why}`),
  });
  const fresh = await discoverFromEc2({
    describe: describe as Parameters<typeof discoverFromEc2>[0]['describe'],
    ...cluster.discover,
    cluster: cluster.name,
    region: cloud.region,
    now: context.io.now(),
    onSmaller: (size) =>
      context.sink.note(`EC2 does not answer for ${size} instances at a time: asking for fewer`),
    typeable: (command) => withOurKeys(command, cloud),
  })
    .catch((error: unknown) => {
      throw asUnreachable(error, 'EC2', cloud, context.io.env) ?? error;
    })
    .finally(() => api.close());
  if (save) refuseHeadless(cluster.fleet, fresh, cluster.fleetFile);
  const { snapshot, added, removed } = mergeFleet(cluster.fleet, fresh);
  await refuseUnreadable(snapshot, cluster.name, cluster.fleetFile);
  cluster.fleet = snapshot;
  if (added.length > 0) context.sink.note(`new: ${foldLine(added)}`);
  if (removed.length > 0) context.sink.note(`gone: ${foldLine(removed)}`);
  if (!save) return context.sink.note('not saved; add --save to write it to the kit');
  await writeFleetFile(cluster.fleetFile, snapshot);
  context.sink.note(`saved to ${cluster.fleetFile}`);
}
