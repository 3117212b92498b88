import { readFile } from 'node:fs/promises';
import { usage } from '../../base/errors.ts';
import { isObject, listOf } from '../../base/shape.ts';
import { systemWords } from '../../base/system-error.ts';
import { saveFile } from '../file.ts';
import { planHash } from '../seal.ts';
import { planShape } from '../shape.ts';
import { otherSchema, stale } from '../stale.ts';
import { actionSteps, targetsOf } from '../steps.ts';
import type { Plan } from '../types.ts';
import { rolloutHash } from './seal.ts';
import { rolloutShape } from './shape.ts';
import { ROLLOUT_SCHEMA, type RolloutPlan } from './types.ts';

const A_ROLLOUT = 'a file made by fireaxe plan … --save FILE';

/** A rollout and the plans of its clusters, in the order of the clusters. */
export interface RolloutFile {
  rollout: RolloutPlan;
  plans: Plan[];
}

/** Writes a rollout for people to read and for `run FILE`: the whole file or nothing. */
export function writeRolloutFile(path: string, file: RolloutFile): Promise<void> {
  return saveFile(path, textOf(file));
}

/** Reads a rollout; undefined where the file is something else, such as the plan of one cluster. Throws stale (exit 6)
 * where its bytes or its schema changed. */
export async function readRolloutFile(path: string): Promise<RolloutFile | undefined> {
  const text = await readFile(path, 'utf8').catch((cause) => {
    throw usage(`cannot read the plan: ${systemWords(cause)}`, { place: path, cause });
  });
  if (!/^\s*\{\s*"rollout"/.test(text)) return undefined;
  const value = parse(text, path);
  if (!isObject(value.rollout)) return undefined;
  const schema = value.rollout.rollout;
  if (typeof value.rollout.hash === 'string' && schema !== ROLLOUT_SCHEMA) throw otherSchema(schema, path);
  const wrong = rolloutShape(value.rollout) ?? listOf(planShape)(value.plans);
  if (wrong !== undefined)
    throw usage(`not a rollout: ${wrong || 'its content'} is wrong or missing`, {
      place: path,
      expected: A_ROLLOUT,
    });
  const file = value as unknown as RolloutFile;
  if (!isWhole(file) || textOf(file) !== text)
    throw stale('the rollout was changed after it was made', path, 'content as Fireaxe saved it');
  return file;
}

function parse(text: string, path: string): Record<string, unknown> {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw usage('not a plan: the file is not JSON', { place: path, cause, expected: A_ROLLOUT });
  }
}

/** Each hash is that of its content, and the rollout claims of each plan what the plan says. */
function isWhole({ rollout, plans }: RolloutFile): boolean {
  if (rolloutHash(rollout) !== rollout.hash || plans.length !== rollout.clusters.length) return false;
  if (plans[0]?.title !== rollout.title) return false;
  return rollout.clusters.every(({ name, plan: hash, nodes, targets }, i) => {
    const plan = plans[i]!;
    const all = actionSteps(plan).reduce((sum, step) => sum + step.targets.length, 0);
    return (
      plan.hash === hash &&
      planHash(plan) === hash &&
      plan.cluster === name &&
      plan.name === rollout.name &&
      plan.reason === rollout.reason &&
      targetsOf(plan).size === nodes &&
      all === targets
    );
  });
}

/** As it is read: the rollout comes first, so that a file tells what it is by its beginning. */
const textOf = ({ rollout, plans }: RolloutFile) => `${JSON.stringify({ rollout, plans }, null, 2)}\n`;
