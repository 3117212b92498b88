import { FireaxeError } from '../base/errors.ts';
import type { ServicesSnapshot } from '../kit/services/types.ts';
import { formatAge } from './age.ts';
import type { Judged } from './types.ts';

/** What the snapshot of a cluster's services is worth: its age. A kit may have none. */
export function judgeServices(
  read: (() => ServicesSnapshot | undefined) | undefined,
  { nowMs, maxAgeMs, cluster }: { nowMs: number; maxAgeMs: number; cluster: string },
): Judged[] {
  const next = `fireaxe kit import services -c ${cluster} --context NAME`;
  let snapshot: ServicesSnapshot | undefined;
  try {
    snapshot = read?.();
  } catch (error) {
    if (!(error instanceof FireaxeError)) throw error;
    const { message, place } = error;
    return [
      {
        state: 'red',
        what: place === undefined ? message : `${place}: ${message}`,
        next: `${next} --replace`,
      },
    ];
  }
  if (!snapshot) return [];
  const { takenAt, source, services } = snapshot;
  const age = nowMs - Date.parse(takenAt);
  const when = `the snapshot of services is ${formatAge(age)} old (from ${source})`;
  if (age < -60_000)
    return [
      {
        state: 'amber',
        what: `the snapshot of services is dated ${formatAge(-age)} in the future: a clock is wrong`,
        next,
      },
    ];
  if (age > maxAgeMs)
    return [{ state: 'amber', what: `${when}; at most ${formatAge(maxAgeMs)} (policy.fleetMaxAge)`, next }];
  return [{ state: 'green', what: `${when}; ${services.length} services` }];
}
