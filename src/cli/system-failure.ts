import { FireaxeError, usage } from '../base/errors.ts';
import { systemWords } from '../base/system-error.ts';

const OWNER = 'check its owner and permissions (ls -ld)';
const DISK = 'free the disk, then try again';
const FILES = 'raise ulimit -n, or lower --parallel';

/** System errors that are not a bug of Fireaxe, with what to do about them. */
const HELP: Record<string, string> = {
  EACCES: OWNER,
  EPERM: OWNER,
  EROFS: 'the file system is read-only: use another directory',
  ENOSPC: DISK,
  EDQUOT: DISK,
  EMFILE: FILES,
  ENFILE: FILES,
  ENOTDIR: 'give a path whose parent is a directory',
  EISDIR: 'remove the directory that has the name of the file',
  ELOOP: 'fix the symbolic link',
  EIO: 'the disk may be broken: use another directory',
};

/** Turns such an error into a FireaxeError; undefined for an error that may be a bug. */
export function systemFailure(error: unknown): FireaxeError | undefined {
  const { code = '', syscall = '', path } = (error ?? {}) as NodeJS.ErrnoException;
  if (syscall === 'uv_cwd') {
    return usage('the working directory does not exist', {
      next: 'cd to an existing directory, then try again',
    });
  }
  if (syscall === 'uv_os_homedir' || syscall === 'uv_os_get_passwd') {
    return usage('this user has no home directory', { next: 'set HOME, or --kit and FIREAXE_STATE_DIR' });
  }
  const next = syscall === 'mkdtemp' ? 'set TMPDIR to a writable directory' : HELP[code];
  if (next === undefined || syscall === '') return undefined;
  const place = typeof path === 'string' ? { place: path } : {};
  return new FireaxeError('internal', systemWords(error), { ...place, next, cause: error });
}
