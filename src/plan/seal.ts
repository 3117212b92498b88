import { actionNamed } from '../actions/registry.ts';
import { canonicalJson, sha256 } from '../base/canonical.ts';
import { VERSION } from '../base/version.ts';
import type { FleetSnapshot } from '../fleet/types.ts';
import { scriptSource } from '../node/script.ts';
import { warnOfSilentKubelets } from './kubelet-warning.ts';
import type { PlanRequest } from './request.ts';
import { actionSteps } from './steps.ts';
import { PLAN_SCHEMA, type Plan, type Workstream } from './types.ts';

/** SHA-256 over everything in a plan except the hash itself. */
export function planHash(plan: Omit<Plan, 'hash'>): string {
  const { hash: _, ...rest } = plan as Plan;
  return sha256(canonicalJson(rest));
}

/** Identifies the fleet snapshot that a plan was made for. */
export function fleetDigest(fleet: FleetSnapshot): string {
  return sha256(canonicalJson(fleet));
}

/** Completes a plan: version, script digests, fleet snapshot, and the hash over all of it. */
export function sealPlan(
  content: Pick<Plan, 'name' | 'title' | 'params' | 'playbook' | 'receiptsOf'> & {
    workstreams: Workstream[];
  },
  { cluster, reason, now }: PlanRequest,
): Plan {
  const actions = new Set(actionSteps(content).map(({ action }) => action));
  const open: Omit<Plan, 'hash'> = {
    schemaVersion: PLAN_SCHEMA,
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
