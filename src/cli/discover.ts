import { FireaxeError, usage } from '../base/errors.ts';
import { foldLine } from '../base/fold-names.ts';
import { mergeFleet } from '../fleet/merge.ts';
import type { FleetSnapshot } from '../fleet/types.ts';
import { writeFleetFile } from '../kit/fleet-file.ts';
import { refuseHeadless } from '../kit/import/headless.ts';
import { isExample } from '../kit/init/example.ts';
import type { ClusterKit } from '../kit/types.ts';
import type { CliContext } from './context.ts';
import { signIn } from './sign-in.ts';

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

/** What EC2 reports of a cluster now. */
export async function freshFromEc2(
  context: CliContext,
  cluster: ClusterKit,
  place = '--discover',
): Promise<FleetSnapshot> {
  const { cloud } = cluster;
  if (!cloud) {
    throw usage(`cluster ${cluster.name} has no cloud`, {
      place,
      expected: '`cloud: { region: … }` for the cluster in kit.yaml',
    });
  }
  const signedIn = () => signIn(context, cluster, true);
  await (context.inTurn ? context.inTurn(signedIn) : signedIn());
  const [
    { ec2Api },
    { patient, READERS_PATIENCE },
    { asUnreachable, withOurKeys },
    { discoverFromEc2 },
    { isTimeout },
    { outsideEc2 },
  ] = await Promise.all([
    import('../aws/ec2-api.ts'),
    import('../aws/ec2-patience.ts'),
    import('../aws/errors.ts'),
    import('../aws/discover-ec2.ts'),
    import('../aws/passing.ts'),
    import('./discover-hybrid.ts'),
  ]);
  const api = await ec2Api(cloud, context.io.env, context.onTrace, 1);
  const { describe } = patient(api, {
    ...READERS_PATIENCE,
    except: isTimeout,
    onWait: (why) => context.sink.note(`EC2 is throttling or failing, retrying: ${why}`),
  });
  return discoverFromEc2({
    describe: describe as Parameters<typeof discoverFromEc2>[0]['describe'],
    hybrid: outsideEc2(context, cluster, cloud),
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
}

/** Replaces the cluster's snapshot with what EC2 reports, for this command; `save` writes it to the kit. */
export async function discover(context: CliContext, cluster: ClusterKit, save: boolean): Promise<void> {
  // Among several clusters it is not an error.
  if (!cluster.cloud && context.inTurn) return context.sink.note('no cloud: the snapshot stays');
  const fresh = await freshFromEc2(context, cluster);
  const file = cluster.fleetFile!;
  const former = isExample(cluster.fleet) ? { ...cluster.fleet, nodes: [] } : cluster.fleet;
  if (save)
    refuseHeadless(former.nodes, fresh.nodes, {
      source: 'EC2',
      file,
      next: 'run it without --save to review; if that is correct, move the file away and save again',
    });
  const { snapshot, added, removed } = mergeFleet(former, fresh);
  await refuseUnreadable(snapshot, cluster.name, file);
  cluster.fleet = snapshot;
  if (added.length > 0) context.sink.note(`new: ${foldLine(added)}`);
  if (removed.length > 0) context.sink.note(`gone: ${foldLine(removed)}`);
  if (!save) return context.sink.note('not saved; add --save to write it to the kit');
  await writeFleetFile(file, snapshot);
  context.sink.note(`saved to ${file}`);
}
