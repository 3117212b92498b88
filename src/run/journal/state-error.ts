import { dirname } from 'node:path';
import { FireaxeError } from '../../base/errors.ts';
import { quote } from '../../base/quote.ts';
import { systemWords } from '../../base/system-error.ts';

const ANOTHER = 'export FIREAXE_STATE_DIR=$(mktemp -d)';
const FULL = ['ENOSPC', 'EDQUOT'];

/** A state directory that cannot hold a run: nothing is launched. This is not a bug of Fireaxe. */
export function stateError(cause: unknown, stateDir: string): unknown {
  const full = FULL.includes((cause as NodeJS.ErrnoException).code ?? '');
  return systemError(cause, `cannot write the state directory ${stateDir}`, {
    expected: 'a writable directory with free space',
    next: `${full ? 'free the disk, or ' : ''}use another directory, then try again: ${ANOTHER}`,
  });
}

/** The same for an existing run: its journal is the only record of what it did. */
export function runError(cause: unknown, dir: string): unknown {
  const full = FULL.includes((cause as NodeJS.ErrnoException).code ?? '');
  const copy = `${ANOTHER} && cp -a ${quote(dirname(dir))}/. "$FIREAXE_STATE_DIR"`;
  return systemError(cause, `cannot write the run in ${dir}`, {
    expected: 'a writable directory with free space',
    next: `${full ? 'free the disk, or ' : ''}continue with a copy, then try again: ${copy}`,
  });
}

/** What cannot be read does not count as absent. */
export function unreadable(cause: unknown, path: string): unknown {
  return systemError(cause, `cannot read ${path}`, { next: `ls -ld ${quote(path)}` });
}

function systemError(cause: unknown, what: string, more: { expected?: string; next: string }): unknown {
  const { code, syscall, path } = cause as NodeJS.ErrnoException;
  if (cause instanceof FireaxeError || !code) return cause;
  // The parent exists: it was checked before.
  const why =
    code === 'ENOENT' && syscall === 'mkdir' ? 'a directory cannot be made there' : systemWords(cause);
  return new FireaxeError('internal', `${what}: ${why}`, {
    ...(path && !what.endsWith(path) ? { place: path } : {}),
    cause,
    ...more,
  });
}
