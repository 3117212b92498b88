import { readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type FireaxeError, usage } from '../base/errors.ts';
import { quote } from '../base/quote.ts';
import { isObject } from '../base/shape.ts';
import { systemWords } from '../base/system-error.ts';
import { writeWhole } from '../base/whole-file.ts';
import { planHash } from './seal.ts';
import { planShape } from './shape.ts';
import { otherSchema, stale } from './stale.ts';
import { PLAN_SCHEMA, type Plan } from './types.ts';

const A_PLAN = 'a file made by fireaxe plan … --save FILE';

/** Writes a plan for people to read and for `run FILE`: the whole file or nothing. */
export function writePlanFile(path: string, plan: Plan): Promise<void> {
  return saveFile(path, textOf(plan));
}

/** Writes the text of a plan: the whole file or nothing. */
export async function saveFile(path: string, text: string): Promise<void> {
  const there = await stat(path).catch(() => undefined);
  // A rename would replace /dev/stdout by the plan, too.
  if (there && !there.isFile()) throw notSaved(path, 'not a regular file');
  try {
    await writeWhole(path, text);
  } catch (cause) {
    throw notSaved(path, systemWords(cause), cause);
  }
}

function notSaved(path: string, why: string, cause?: unknown): FireaxeError {
  const absent = (cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT';
  return usage(`cannot save the plan: ${why}`, {
    place: path,
    cause,
    expected: 'a file in a writable directory',
    next: absent
      ? `mkdir -p ${quote(dirname(path))}, or choose another file: --save FILE`
      : 'choose another file: --save FILE',
  });
}

/** Reads a plan file. Throws usage where it is not a plan, stale (exit 6) where its bytes or its schema changed. */
export async function readPlanFile(path: string): Promise<Plan> {
  const text = await readFile(path, 'utf8').catch((cause) => {
    throw usage(`cannot read the plan: ${systemWords(cause)}`, {
      place: path,
      cause,
      next: `fireaxe plan … --save ${quote(path)}`,
    });
  });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw usage('not a plan: the file is not JSON', { place: path, cause, expected: A_PLAN });
  }
  if (isObject(value) && typeof value.hash === 'string' && value.schemaVersion !== PLAN_SCHEMA)
    throw otherSchema(value.schemaVersion, path);
  const wrong = planShape(value);
  if (wrong !== undefined)
    throw usage(`not a plan: ${wrong || 'its content'} is wrong or missing`, {
      place: path,
      expected: A_PLAN,
    });
  const plan = value as Plan;
  // Byte for byte: white space has no meaning, but a changed file is not the one that was reviewed.
  if (planHash(plan) !== plan.hash || textOf(plan) !== text)
    throw stale(
      'the plan was changed after it was made',
      path,
      `content with the hash ${plan.hash.slice(0, 12)}`,
    );
  return plan;
}

const textOf = (plan: Plan) => `${JSON.stringify(plan, null, 2)}\n`;
