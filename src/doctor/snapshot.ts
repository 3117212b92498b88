import type { FleetSnapshot } from '../fleet/types.ts';
import { formatAge } from './age.ts';
import type { Judged } from './types.ts';

/** What the snapshot of a cluster is worth: its age, and whether it has what a recovery begins with. */
export function judgeSnapshot(
  { takenAt, source, nodes }: FleetSnapshot,
  {
    nowMs,
    maxAgeMs,
    discovers,
    cluster,
  }: { nowMs: number; maxAgeMs: number; discovers: boolean; cluster: string },
): Judged[] {
  const renew = discovers
    ? `fireaxe nodes -c ${cluster} --discover --save`
    : 'write a new snapshot from your inventory (docs/kit.md, fleet)';
  const bad = (what: string): Judged => ({ state: 'red', what, next: renew });
  if (nodes.length === 0) return [bad('the snapshot has no nodes')];
  const found: Judged[] = [];
  const age = nowMs - Date.parse(takenAt);
  const when = `the snapshot is ${formatAge(age)} old (from ${source})`;
  if (age < -60_000)
    found.push(bad(`the snapshot is dated ${formatAge(-age)} in the future: a clock is wrong`));
  else if (age > maxAgeMs) found.push(bad(`${when}; at most ${formatAge(maxAgeMs)} (policy.fleetMaxAge)`));
  if (!nodes.some(({ roles }) => roles.includes('control-plane')))
    // Of a managed control plane nobody has the hosts.
    found.push({
      state: 'amber',
      what: 'no node has the role control-plane',
      next: 'give the hosts of the API their role, unless the cloud runs them',
    });
  const nameless = nodes.filter(
    ({ machineId, instanceId }) => machineId === undefined && instanceId === undefined,
  );
  if (nameless.length > 0)
    found.push({
      state: 'amber',
      what: `${nameless.length} of ${nodes.length} nodes have neither machineId nor instanceId: another machine at such an address would not be noticed`,
      next: 'add machineId (/etc/machine-id) to the snapshot',
    });
  return found.some(({ state }) => state === 'red')
    ? found
    : [...found, { state: 'green', what: `${when}; ${nodes.length} nodes` }];
}
