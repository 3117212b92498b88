import { basename, dirname } from 'node:path';
import { FireaxeError } from '../../base/errors.ts';
import { isObject } from '../../base/shape.ts';
import { PLAN_SCHEMA } from '../../plan/types.ts';

const BY_HAND = 'read it as it is (JSON, one record a line) and undo by hand: docs/actions';
const AS_WRITTEN = 'the records as Fireaxe wrote them';

/** A journal that is not as Fireaxe wrote it is not acted on. */
export function corrupt(path: string, why: string, line: number): FireaxeError {
  return new FireaxeError('guard', `journal corrupt at line ${line}: ${why}`, {
    place: `${path}:${line}:1`,
    expected: AS_WRITTEN,
    next: BY_HAND,
  });
}

export function changedAfterEnd(path: string, why: string): FireaxeError {
  return new FireaxeError('guard', `the journal was changed after its end: ${why}`, {
    place: path,
    expected: AS_WRITTEN,
    next: BY_HAND,
  });
}

/** The journal of a later Fireaxe is not corrupt. */
export function newerSchema(record: unknown, path: string): FireaxeError | undefined {
  const plan = isObject(record) && isObject(record.plan) ? record.plan : {};
  const { schemaVersion: schema, version } = plan;
  if (typeof schema !== 'number' || schema <= PLAN_SCHEMA) return undefined;
  const by = `Fireaxe ${typeof version === 'string' ? version : 'of a later version'}`;
  return new FireaxeError(
    'guard',
    `the run was made by another version of Fireaxe: schema ${schema}, this one reads up to ${PLAN_SCHEMA}`,
    { place: path, expected: `a plan of schema ${PLAN_SCHEMA} or earlier`, next: `use ${by} for this run` },
  );
}

/** Two writers at once: what is known of the run can be read and undone, but not how far it got. */
export function twoWriters(path: string, line: number): FireaxeError {
  return new FireaxeError('guard', `the journal has records of two writers from line ${line} on`, {
    place: `${path}:${line}:1`,
    expected: 'one writer of a run at a time',
    next: `fireaxe undo ${basename(dirname(path))}`,
  });
}
