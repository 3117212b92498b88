import { readFile } from 'node:fs/promises';
import { nodesText } from '../../base/counts-line.ts';
import { FireaxeError } from '../../base/errors.ts';
import { mergeFleet } from '../../fleet/merge.ts';
import type { FleetNode } from '../../fleet/types.ts';
import { writeFleetFile } from '../../kit/fleet-file.ts';
import { readBases, writeBase } from '../../kit/import/bases.ts';
import { changeCounts, diffLines } from '../../kit/import/diff.ts';
import { refuseHeadless } from '../../kit/import/headless.ts';
import { mergeImport, type NodeChange } from '../../kit/import/merge.ts';
import { snapshotOf } from '../../kit/import/snapshot.ts';
import type { ImportedNode, SourceKind } from '../../kit/import/types.ts';
import { isExample } from '../../kit/init/example.ts';
import type { ClusterKit } from '../../kit/types.ts';
import { obtain, plainConsent } from '../consent.ts';
import type { CliContext } from '../context.ts';
import { freshFromEc2 } from '../discover.ts';

/** What a source says, and whether it may replace what people wrote. */
export interface Import {
  kind: SourceKind;
  source: string;
  nodes: ImportedNode[];
  replace: boolean;
}

/** What EC2 says, as `nodes --discover` takes it over: what people write by hand stays. */
export async function fromEc2(context: CliContext, cluster: ClusterKit): Promise<Omit<Import, 'replace'>> {
  const fresh = await freshFromEc2(context, cluster, '--ec2');
  const { nodes } = mergeFleet(isExample(cluster.fleet) ? undefined : cluster.fleet, fresh).snapshot;
  return { kind: 'ec2', source: fresh.source, nodes };
}

/** Merges a source into the snapshot of a cluster: shows the difference, asks, and writes all of it or nothing. */
export async function importInto(context: CliContext, cluster: ClusterKit, from: Import): Promise<void> {
  const { sink, io, flags, kit } = context;
  const file = cluster.fleetFile!;
  const before = await readFile(file, 'utf8').catch(() => undefined);
  const { nodes, changes } = await mergedInto(context, cluster, from);
  const snapshot = snapshotOf(nodes, { cluster: cluster.name, source: from.source, now: io.now() });
  const counts = changeCounts(changes);
  for (const line of diffLines(changes)) sink.text(line);
  sink.text(
    `${cluster.name}: ${nodesText(nodes.length)} from ${from.source}: ${counts || 'nothing changes'}`,
  );
  for (const line of advice(nodes)) sink.note(line);
  for (const change of changes) sink.event({ change });
  const write = flags.dryRun !== true;
  sink.json({ cluster: cluster.name, source: from.source, nodes: nodes.length, written: write, changes });
  if (!write) return sink.note('not written, because of --dry-run');
  if (counts !== '')
    await obtain(plainConsent(`Write ${nodesText(nodes.length)} to ${file}?`, flags, io), io);
  await writeFleetFile(file, snapshot, async () => {
    if ((await readFile(file, 'utf8').catch(() => undefined)) === before) return;
    throw new FireaxeError('stale', 'the snapshot was changed in the meantime: nothing was written', {
      place: file,
      next: 'import again',
    });
  });
  if (from.kind !== 'ec2') await writeBase(kit.path, cluster.name, from.kind, from.nodes);
  sink.note(`saved to ${file}`);
}

async function mergedInto({ kit }: CliContext, { fleet, name, fleetFile }: ClusterKit, from: Import) {
  const example = isExample(fleet);
  const ours = example ? [] : fleet.nodes;
  const bases = await readBases(kit.path, name);
  const elsewhere = new Set(
    [...bases].flatMap(([kind, nodes]) => (kind === from.kind ? [] : nodes.map((node) => node.name))),
  );
  // What EC2 says was merged already.
  const base: readonly ImportedNode[] = from.kind === 'ec2' ? ours : (bases.get(from.kind) ?? []);
  const merged = mergeImport({
    ours,
    base,
    fresh: from.nodes,
    ...(from.kind !== 'ec2' && { elsewhere, replace: from.replace }),
  });
  refuseHeadless(ours, merged.nodes, {
    source: from.source,
    file: fleetFile!,
    next: 'review it with --dry-run; if that is correct, move the file away and import again',
  });
  const gone = example ? fleet.nodes.map((node): NodeChange => ({ kind: 'removed', node })) : [];
  return { nodes: merged.nodes, changes: [...gone, ...merged.changes] };
}

/** What makes a snapshot less useful than it could be. */
function advice(nodes: readonly FleetNode[]): string[] {
  const heads = nodes.some((node) => node.roles.includes('control-plane'));
  const unnamed = nodes.filter(({ instanceId, machineId }) => !instanceId && !machineId).length;
  return [
    ...(heads ? [] : ["no node has the role control-plane: add --role control-plane='cp-*'"]),
    ...(unnamed > 0
      ? [`${nodesText(unnamed)} without instanceId and machineId: a reused address would not be noticed`]
      : []),
  ];
}
