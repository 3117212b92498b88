import { formatDuration } from '../base/duration.ts';
import { FireaxeError } from '../base/errors.ts';
import { formatTime } from '../base/time.ts';
import { VERSION } from '../base/version.ts';
import { clusterNamed, clusterNames } from '../kit/cluster-named.ts';
import type { Kit } from '../kit/types.ts';
import { fleetDigest, scriptDigests } from './seal.ts';
import { PLAN_SCHEMA, type Plan } from './types.ts';
import { contradiction } from './validate.ts';

const NEW_PLAN = 'make a new plan and review it: fireaxe plan … --save FILE';

/** A plan that is not what would be planned now: exit 6. */
export function stale(message: string, place: string, expected: string, next = NEW_PLAN): FireaxeError {
  return new FireaxeError('stale', message, { place, expected, next });
}

export function otherSchema(schema: unknown, place: string, next?: string): FireaxeError {
  return stale(
    `the plan was made by another version of Fireaxe: schema ${JSON.stringify(schema)}, this one reads ${PLAN_SCHEMA}`,
    place,
    `a plan made by Fireaxe ${VERSION}`,
    next,
  );
}

/** Refuses a saved plan that differs from what would be planned now: version, age, fleet, scripts or claims. */
export function assertFresh(plan: Plan, { kit, now, place }: { kit: Kit; now: Date; place: string }): void {
  if (plan.version !== VERSION)
    throw stale(`the plan was made by Fireaxe ${plan.version}`, place, `a plan made by Fireaxe ${VERSION}`);
  assertAge(plan, { kit, now, place });
  const cluster = clusterNamed(kit, plan.cluster);
  if (!cluster)
    throw stale(`the kit has no cluster ${plan.cluster}`, place, `one of: ${clusterNames(kit).join(', ')}`);
  if (fleetDigest(cluster.fleet) !== plan.fleet.sha256) {
    throw stale(
      `the fleet snapshot of ${plan.cluster} changed since planning`,
      place,
      `the snapshot taken at ${formatTime(plan.fleet.takenAt)}`,
    );
  }
  assertSameScripts(plan, place);
  const wrong = contradiction(plan);
  if (wrong) throw stale(`the plan contradicts its actions: ${wrong}`, place, 'a plan as Fireaxe makes it');
}

function assertAge({ createdAt }: Plan, { kit, now, place }: { kit: Kit; now: Date; place: string }): void {
  const age = now.getTime() - Date.parse(createdAt);
  // Two machines may differ by a minute.
  if (age >= -60_000 && age <= kit.policy.planMaxAgeMs) return;
  const words =
    age < 0
      ? `is dated ${formatDuration(-age)} in the future: this machine's clock is behind, or the one that dated the plan was ahead`
      : `is ${formatDuration(age)} old`;
  throw stale(
    `the plan ${words}`,
    place,
    `at most ${formatDuration(kit.policy.planMaxAgeMs)} old (policy.planMaxAge)`,
  );
}

/** Refuses to resume what another version of Fireaxe began: what it sent is not what this one would send. */
export function assertResumable(plan: Plan, runId: string): void {
  const next = `fireaxe undo ${runId}`;
  if (plan.schemaVersion !== PLAN_SCHEMA) throw otherSchema(plan.schemaVersion, runId, next);
  assertSameScripts(plan, runId, next);
}

/** Refuses node scripts that differ from those of the plan. */
function assertSameScripts(plan: Plan, place: string, next?: string): void {
  const scripts = scriptDigests(Object.keys(plan.scripts));
  const other = Object.keys(plan.scripts).find((name) => scripts[name] !== plan.scripts[name]);
  if (other === undefined) return;
  const expected = `the scripts that the plan was made with (Fireaxe ${plan.version})`;
  throw stale(`the node script of ${other} changed since planning`, place, expected, next);
}
