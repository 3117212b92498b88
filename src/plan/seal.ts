import { actionNamed } from '../actions/registry.ts';
import { canonicalJson, sha256 } from '../base/canonical.ts';
import { VERSION } from '../base/version.ts';
import type { FleetSnapshot } from '../fleet/types.ts';
import { scriptSource } from '../node/script.ts';
import { warnOfSilentKubelets } from './kubelet-warning.ts';
import type { PlanRequest } from './request.ts';
import type { Plan, Workstream } from './types.ts';

/** SHA-256 over everything in a plan but the hash itself. */
export function planHash(plan: Omit<Plan, 'hash'>): string {
  const { hash: _, ...rest } = plan as Plan;
  return sha256(canonicalJson(rest));
}

/** Names the very fleet that a plan was made for. */
export function fleetDigest(fleet: FleetSnapshot): string {
  return sha256(canonicalJson(fleet));
}

/** Closes a plan: version, scripts, fleet, and the hash over it all. */
export function sealPlan(
  content: Pick<Plan, 'name' | 'title' | 'params' | 'playbook'> & { workstreams: Workstream[] },
  { cluster, reason, now }: PlanRequest,
): Plan {
  const actions = new Set(
    content.workstreams.flatMap((w) => w.steps.flatMap((s) => (s.kind === 'action' ? [s.action] : []))),
  );
  const open: Omit<Plan, 'hash'> = {
    schemaVersion: 1,
    version: VERSION,
    createdAt: now.toISOString(),
    reason,
    cluster: cluster.name,
    scripts: scriptDigests(actions),
    fleet: {
      takenAt: cluster.fleet.takenAt,
      source: cluster.fleet.source,
      sha256: fleetDigest(cluster.fleet),
    },
    ...content,
    workstreams: warnOfSilentKubelets(content.workstreams, { cluster: cluster.name, reason }),
  };
  return { ...open, hash: planHash(open) };
}

/** SHA-256 of what each action would run on a node. */
export function scriptDigests(actions: Iterable<string>): Record<string, string> {
  return Object.fromEntries(
    [...actions].sort().map((name) => [name, sha256(scriptSource(actionNamed(name)))]),
  );
}
