import { parseSome } from '../base/amount.ts';
import { formatDuration } from '../base/duration.ts';
import { type FireaxeError, usage } from '../base/errors.ts';
import type { OnTrace } from '../base/trace.ts';
import { createTurns } from '../base/turns.ts';
import type { Selection } from '../fleet/select.ts';
import { clusterNamed, indexOf } from '../kit/cluster-named.ts';
import { namesLine } from '../kit/clusters/describe.ts';
import { openClusters } from '../kit/clusters/opened.ts';
import { notSelectable, selectClusters } from '../kit/clusters/select.ts';
import type { ClusterEntry } from '../kit/clusters/types.ts';
import { kitPath } from '../kit/locate.ts';
import { openKit } from '../kit/open.ts';
import { type ClusterKit, KEY_SOURCES, type Kit } from '../kit/types.ts';
import { type ReadKnownHosts, sharedKnownHosts } from '../transport/known-hosts/shared.ts';
import type { ThreadCount } from '../transport/ssh/threads/transport.ts';
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
  passphrases?: Map<string, string>;
  /** Warnings that were shown: many clusters may share a certificate. */
  warned?: Set<string>;
  /** Threads for SSH, of all clusters that run side by side. */
  threads?: ThreadCount;
  /** Of the kit, read once for clusters without their own. */
  readKnownHosts?: ReadKnownHosts;
  /** Questions are asked one after another, whatever runs side by side. */
  inTurn?: ReturnType<typeof createTurns>;
  /** Shows each attempt to reach something, under `--verbose`. */
  onTrace?: OnTrace;
}

export async function openContext(
  flags: Flags,
  io: CliIo,
  how: Parameters<typeof openKit>[1] = {},
): Promise<CliContext> {
  const opened = await openKit(kitPath(flags.kit, io.env), { clusters: 'none', ...how });
  const kit = withProfile(opened, flags.profile);
  // A plan alone reaches no node; one that is tried dry does.
  const password = planOnly(flags) && flags.dryRun !== true ? undefined : await sudoPassword(flags, io);
  const sink = createSink(io, flags);
  const onTrace = traceTo(sink, io, flags);
  return {
    io,
    flags,
    sink,
    kit,
    passphrases: new Map(),
    warned: new Set(),
    threads: { running: 0 },
    readKnownHosts: sharedKnownHosts(),
    inTurn: createTurns(),
    ...(onTrace && { onTrace }),
    ...(password !== undefined && { sudoPassword: password }),
  };
}

/**
 * Another AWS profile for every cluster: those of the kit may be the ones that do not work. Whoever names it here and now
 * accepts what it depends on.
 */
function withProfile(kit: Kit, profile: string | undefined): Kit {
  const { open } = kit;
  if (profile === undefined || !open) return kit;
  return {
    ...kit,
    async open(name) {
      const cluster = await open(name);
      return cluster.cloud
        ? { ...cluster, cloud: { ...cluster.cloud, profile, allow: [...KEY_SOURCES] } }
        : cluster;
    },
  };
}

/** The clusters that `-c`, `--cluster-selector` and `--all-clusters` mean, not opened. */
export function selectedClusters({ kit, flags, sink }: CliContext): ClusterEntry[] {
  const index = indexOf(kit);
  const typed = { clusters: flags.cluster, selector: flags.clusterSelector, all: flags.allClusters };
  const chosen = selectClusters(index, typed);
  for (const { name, problem } of notSelectable(index, typed))
    sink.note(`warning: ${name} is not selected, since its labels cannot be read: ${problem!.message}`);
  return chosen;
}

/** The cluster that was named, or the kit's only one, opened. */
export async function chooseCluster(context: CliContext): Promise<ClusterKit> {
  const chosen = selectedClusters(context);
  if (chosen.length > 1) throw oneAtATime(chosen);
  return clusterOf(context, chosen[0]!.name);
}

/** One of the kit's clusters, opened. An old snapshot is warned about. */
export async function clusterOf({ kit, sink, io }: CliContext, name: string): Promise<ClusterKit> {
  await openClusters(kit, [name]);
  const cluster = clusterNamed(kit, name)!;
  const age = io.now().getTime() - Date.parse(cluster.fleet.takenAt);
  // Before the first discovery there is none.
  if (age > kit.policy.fleetMaxAgeMs && cluster.fleet.nodes.length > 0) {
    sink.note(
      `warning: the fleet snapshot of ${cluster.name} is ${formatDuration(age)} old (from ${cluster.fleet.source}); nodes may have changed`,
    );
  }
  return cluster;
}

function oneAtATime(chosen: ClusterEntry[]): FireaxeError {
  return usage(`this command takes one cluster at a time, and ${chosen.length} are selected`, {
    place: '--cluster',
    expected: `one of ${namesLine(chosen.map(({ name }) => name))}`,
    next: `-c ${chosen[0]!.name}`,
  });
}

export function selectionOf({ selector, nodes, limit }: TargetFlags): Selection {
  if (limit !== undefined) parseSome(limit, '--limit', 'the limit selects no nodes');
  return { selector, nodes, limit };
}

/** A plan is made and shown, and nothing is run: `fireaxe plan …`, or `--save FILE` of any verb. */
export function planOnly(flags: Flags): boolean {
  return flags.planOnly === true || flags.save !== undefined;
}
