import { type FireaxeError, usage } from '../../base/errors.ts';
import { together } from '../../base/together.ts';
import { readSnapshot } from '../../fleet/snapshot.ts';
import type { FleetNode, FleetSnapshot } from '../../fleet/types.ts';

/** The snapshot of merged nodes. Throws everything for which it could not be opened again. */
export function snapshotOf(
  nodes: readonly FleetNode[],
  { cluster, source, now }: { cluster: string; source: string; now: Date },
): FleetSnapshot {
  const made = { schemaVersion: 1, cluster, takenAt: now.toISOString(), source, nodes };
  const read = readSnapshot(JSON.parse(JSON.stringify(made)), cluster);
  if ('snapshot' in read) return read.snapshot;
  const wrong = read.issues.map(({ path, message }): FireaxeError => {
    const name = nodes[Number(path[1])]?.name;
    return usage(`${name === undefined ? '' : `${name}: `}${path.slice(2).join('.') || 'nodes'}: ${message}`);
  });
  throw together(wrong, 'mistakes; nothing was written');
}
