import { dirname } from 'node:path';
import { FireaxeError } from '../../base/errors.ts';
import { quote } from '../../base/quote.ts';
import { systemWords } from '../../base/system-error.ts';

const ANOTHER = 'export FIREAXE_STATE_DIR=$(mktemp -d)';
const FULL = ['ENOSPC', 'EDQUOT'];

/** A place where no run can be kept: nothing is launched, and that is no bug. */
export function stateError(cause: unknown, stateDir: string): unknown {
  const full = FULL.includes((cause as NodeJS.ErrnoException).code ?? '');
  return systemError(cause, `cannot write the state directory ${stateDir}`, {
    expected: 'a directory that this user can write, with room',
    next: `${full ? 'free the disk, or ' : ''}name another directory, then try again: ${ANOTHER}`,
  });
}

/** The same for a run that is there: what it did is known only there. */
export function runError(cause: unknown, dir: string): unknown {
  const full = FULL.includes((cause as NodeJS.ErrnoException).code ?? '');
  const copy = `${ANOTHER} && cp -a ${quote(dirname(dir))}/. "$FIREAXE_STATE_DIR"`;
  return systemError(cause, `cannot write the run in ${dir}`, {
    expected: 'a directory that this user can write, with room',
    next: `${full ? 'free the disk, or ' : ''}go on with a copy, then try again: ${copy}`,
  });
}

/** What cannot be read is not taken for absent. */
export function unreadable(cause: unknown, path: string): unknown {
  return systemError(cause, `cannot read ${path}`, { next: `ls -ld ${quote(path)}` });
}

function systemError(cause: unknown, what: string, more: { expected?: string; next: string }): unknown {
  const { code, syscall, path } = cause as NodeJS.ErrnoException;
  if (cause instanceof FireaxeError || !code) return cause;
  // The parent is there: it was looked at.
  const why =
    code === 'ENOENT' && syscall === 'mkdir' ? 'no directory can be made there' : systemWords(cause);
  return new FireaxeError('internal', `${what}: ${why}`, {
    ...(path && !what.endsWith(path) ? { place: path } : {}),
    cause,
    ...more,
  });
}
