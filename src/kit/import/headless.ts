import { FireaxeError } from '../../base/errors.ts';
import { foldLine } from '../../base/fold-names.ts';
import type { FleetNode } from '../../fleet/types.ts';

/** A source that lost its tags, labels or groups must not remove every control-plane node from the saved snapshot. */
export function refuseHeadless(
  former: readonly FleetNode[],
  fresh: readonly FleetNode[],
  { source, file, next }: { source: string; file: string; next: string },
): void {
  const heads = (nodes: readonly FleetNode[]) => nodes.filter((n) => n.roles.includes('control-plane'));
  const gone = heads(former).map((node) => node.name);
  if (gone.length === 0 || heads(fresh).length > 0) return;
  throw new FireaxeError(
    'guard',
    `${source} no longer shows a control-plane node: the snapshot was not changed`,
    {
      place: file,
      expected: `a node such as ${foldLine(gone)}, with its role`,
      next,
    },
  );
}
