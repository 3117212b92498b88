import { readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { formatDuration } from '../base/duration.ts';
import { FireaxeError, usage } from '../base/errors.ts';
import { quote } from '../base/quote.ts';
import { systemWords } from '../base/system-error.ts';
import { VERSION } from '../base/version.ts';
import { writeWhole } from '../base/whole-file.ts';
import { clusterNamed, clusterNames } from '../kit/cluster-named.ts';
import type { Kit } from '../kit/types.ts';
import { notAPlan } from './file-shape.ts';
import { fleetDigest, planHash, scriptDigests } from './seal.ts';
import { untruth } from './truth.ts';
import type { Plan } from './types.ts';

/** Writes a plan for people to read and for `run FILE`; the file is whole or not there. */
export async function writePlanFile(path: string, plan: Plan): Promise<void> {
  const there = await stat(path).catch(() => undefined);
  // A rename would put the plan in the place of /dev/stdout, too.
  if (there && !there.isFile()) throw notSaved(path, 'it is no file');
  try {
    await writeWhole(path, `${JSON.stringify(plan, null, 2)}\n`);
  } catch (cause) {
    throw notSaved(path, systemWords(cause), cause);
  }
}

function notSaved(path: string, why: string, cause?: unknown): FireaxeError {
  const absent = (cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT';
  return usage(`the plan cannot be saved: ${why}`, {
    place: path,
    cause,
    expected: 'a file in a directory that can be written',
    next: absent ? `mkdir -p ${quote(dirname(path))}, or name another file by -o` : 'name another file by -o',
  });
}

/** Reads a plan file. Throws usage for what is no plan, stale (exit 6) for one whose bytes were changed. */
export async function readPlanFile(path: string): Promise<Plan> {
  const text = await readFile(path, 'utf8').catch((cause) => {
    throw usage(`the plan cannot be read: ${(cause as Error).message}`, {
      place: path,
      cause,
      next: `fireaxe plan … -o ${path}`,
    });
  });
  let plan: unknown;
  try {
    plan = JSON.parse(text);
  } catch (cause) {
    throw usage(`not a plan: ${(cause as Error).message}`, {
      place: path,
      cause,
      expected: 'a file made by fireaxe plan -o',
    });
  }
  const wrong = notAPlan(plan);
  if (wrong !== undefined) {
    throw usage(`not a plan that this Fireaxe knows: ${wrong} is wrong or missing`, {
      place: path,
      expected: 'a file made by fireaxe plan -o',
    });
  }
  const known = plan as Plan;
  // Byte for byte: white space is not part of the meaning, but a changed file is no longer what was reviewed.
  if (planHash(known) !== known.hash || `${JSON.stringify(known, null, 2)}\n` !== text) {
    throw stale(
      'the plan was changed after it was made',
      path,
      `its content to give the hash ${known.hash.slice(0, 12)}`,
    );
  }
  return known;
}

/** Refuses (kind stale) a plan that is not what would be planned now: other version, scripts or fleet, or too old. */
export function assertFresh(plan: Plan, { kit, now, place }: { kit: Kit; now: Date; place: string }): void {
  const age = now.getTime() - Date.parse(plan.createdAt);
  const cluster = clusterNamed(kit, plan.cluster);
  if (plan.version !== VERSION)
    throw stale(`the plan was made by Fireaxe ${plan.version}`, place, `a plan made by ${VERSION}`);
  if (age > kit.policy.planMaxAgeMs || age < -60_000) {
    throw stale(
      age < 0
        ? `the plan is dated ${formatDuration(-age)} from now: this machine's clock is behind, or the clock that dated the plan was ahead`
        : `the plan is ${formatDuration(age)} old`,
      place,
      `at most ${formatDuration(kit.policy.planMaxAgeMs)}, the kit's policy`,
    );
  }
  if (!cluster)
    throw stale(`the kit has no cluster ${plan.cluster}`, place, `one of: ${clusterNames(kit).join(', ')}`);
  if (fleetDigest(cluster.fleet) !== plan.fleet.sha256) {
    throw stale(
      `the fleet of ${plan.cluster} is another one now`,
      place,
      `the snapshot of ${plan.fleet.takenAt}`,
    );
  }
  assertSameScripts(plan, place);
  const untrue = untruth(plan);
  if (untrue)
    throw stale(`the plan does not say what it does: ${untrue}`, place, 'a plan as fireaxe makes it');
}

/** Refuses (kind stale) to run by a plan what it was not made with: also for the rest of a run that was cut off. */
export function assertSameScripts(plan: Plan, place: string, next?: string): void {
  const scripts = scriptDigests(Object.keys(plan.scripts));
  const other = Object.keys(plan.scripts).find((name) => scripts[name] !== plan.scripts[name]);
  if (other === undefined) return;
  const expected = `the scripts that the plan was made with (Fireaxe ${plan.version})`;
  throw stale(`the action ${other} does something else now`, place, expected, next);
}

const AGAIN = 'make the plan again and look at it: fireaxe plan … -o FILE';

function stale(message: string, place: string, expected: string, next = AGAIN): FireaxeError {
  return new FireaxeError('stale', message, { place, expected, next });
}
