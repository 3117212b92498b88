import { parseSome } from '../base/amount.ts';
import { formatDuration } from '../base/duration.ts';
import { usage } from '../base/errors.ts';
import { nearest } from '../base/nearest.ts';
import type { OnTrace } from '../base/trace.ts';
import type { Selection } from '../fleet/select.ts';
import { clusterNamed, clusterNames } from '../kit/cluster-named.ts';
import { kitPath } from '../kit/locate.ts';
import { openKit } from '../kit/open.ts';
import type { ClusterKit, Kit } from '../kit/types.ts';
import type { Flags } from './flags.ts';
import type { TargetFlags } from './options.ts';
import { createSink, type Sink } from './output.ts';
import { sudoPassword } from './sudo-password.ts';
import { traceTo } from './trace.ts';
import type { CliIo } from './types.ts';

export type { Flags } from './flags.ts';

export interface CliContext {
  io: CliIo;
  flags: Flags;
  sink: Sink;
  kit: Kit;
  /** Of the login, for sudo on the nodes. */
  sudoPassword?: string;
  /** Of locked keys, by their files. */
  passphrases?: ReadonlyMap<string, string>;
  /** Shows each attempt to reach something, under `--verbose`. */
  onTrace?: OnTrace;
}

export async function openContext(
  flags: Flags,
  io: CliIo,
  how: Parameters<typeof openKit>[1] = {},
): Promise<CliContext> {
  const kit = withProfile(await openKit(kitPath(flags.kit, io.env), how), flags.profile);
  // A plan alone reaches no node; one that is tried dry does.
  const password = planOnly(flags) && flags.dryRun !== true ? undefined : await sudoPassword(flags, io);
  const sink = createSink(io, flags);
  const onTrace = traceTo(sink, io, flags);
  return {
    io,
    flags,
    sink,
    kit,
    ...(onTrace && { onTrace }),
    ...(password !== undefined && { sudoPassword: password }),
  };
}

/** Another AWS profile for every cluster: those of the kit may be the ones that do not work. */
function withProfile(kit: Kit, profile: string | undefined): Kit {
  if (profile === undefined) return kit;
  const clusters = Object.entries(kit.clusters).map(([name, cluster]): [string, ClusterKit] => [
    name,
    cluster.cloud ? { ...cluster, cloud: { ...cluster.cloud, profile } } : cluster,
  ]);
  return { ...kit, clusters: Object.fromEntries(clusters) };
}

/** The cluster that was named, or the kit's only one. An old snapshot is warned about. */
export function chooseCluster({ kit, flags, sink, io }: CliContext): ClusterKit {
  const names = clusterNames(kit);
  const wanted = flags.cluster ?? (names.length === 1 ? names[0] : undefined);
  if (wanted === undefined) {
    throw usage('the kit has several clusters', {
      place: '--cluster',
      expected: `one of ${names.join(', ')}`,
      next: `add -c ${names[0]}`,
    });
  }
  const cluster = clusterNamed(kit, wanted);
  if (!cluster) {
    const meant = nearest(wanted, names);
    throw usage(`the kit has no cluster ${wanted}`, {
      place: '--cluster',
      expected: `one of ${names.join(', ')}`,
      ...(meant ? { next: `add -c ${meant}` } : {}),
    });
  }
  const age = io.now().getTime() - Date.parse(cluster.fleet.takenAt);
  if (age > kit.policy.fleetMaxAgeMs) {
    sink.note(
      `warning: the fleet snapshot of ${cluster.name} is ${formatDuration(age)} old (from ${cluster.fleet.source}); nodes may have changed`,
    );
  }
  return cluster;
}

export function selectionOf({ selector, nodes, limit }: TargetFlags): Selection {
  if (limit !== undefined) parseSome(limit, '--limit', 'the limit selects no nodes');
  return { selector, nodes, limit };
}

/** A plan is made and shown, and nothing is run: `fireaxe plan …`, or `--save FILE` of any verb. */
export function planOnly(flags: Flags): boolean {
  return flags.planOnly === true || flags.save !== undefined;
}
