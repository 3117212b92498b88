import { basename, dirname } from 'node:path';
import { FireaxeError } from '../../base/errors.ts';

/** What is not as Fireaxe wrote it is not acted upon. */
export function changedJournal(path: string, why: string, line?: number): FireaxeError {
  return new FireaxeError(
    'guard',
    `the journal was changed${line === undefined ? ' after its end' : `: line ${line}`}: ${why}`,
    {
      place: line === undefined ? path : `${path}:${line}:1`,
      expected: 'the records as Fireaxe wrote them',
      next: 'read it as it is (it is JSON, a record a line) and undo by hand; docs/actions says how',
    },
  );
}

/** Two writers at once: what is known of the run can be read and undone, but nobody can say how far it got. */
export function twoWriters(path: string, line: number): FireaxeError {
  return new FireaxeError('guard', `the journal has records of two writers from line ${line} on`, {
    place: `${path}:${line}:1`,
    expected: 'one writer of a run at a time',
    next: `fireaxe undo ${basename(dirname(path))}`,
  });
}
