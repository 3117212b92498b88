import { FireaxeError, usage } from '../base/errors.ts';
import { systemWords } from '../base/system-error.ts';

const OWNER = 'look at who may read and write it (ls -ld)';
const DISK = 'free the disk, then try again';
const FILES = 'raise ulimit -n, or lower --parallel';

/** What the system refuses for reasons that are no bug of ours, and what helps. */
const HELP: Record<string, string> = {
  EACCES: OWNER,
  EPERM: OWNER,
  EROFS: 'it is on a read-only file system: name another place',
  ENOSPC: DISK,
  EDQUOT: DISK,
  EMFILE: FILES,
  ENFILE: FILES,
  ENOTDIR: 'name a directory',
  EISDIR: 'move the directory away that lies where a file belongs',
  ELOOP: 'mend the symbolic link',
  EIO: 'the disk may be broken: name another place',
};

/** Such a failure in the words of all others; nothing for what may be a bug. */
export function systemFailure(error: unknown): FireaxeError | undefined {
  const { code = '', syscall = '', path } = (error ?? {}) as NodeJS.ErrnoException;
  if (syscall === 'uv_cwd') {
    return usage('the working directory is gone', { next: 'cd to one that is there, then try again' });
  }
  if (syscall === 'uv_os_homedir' || syscall === 'uv_os_get_passwd') {
    return usage('this user has no home directory', { next: 'set HOME, or --kit and FIREAXE_STATE_DIR' });
  }
  const next = syscall === 'mkdtemp' ? 'set TMPDIR to a directory that can be written' : HELP[code];
  if (next === undefined || syscall === '') return undefined;
  const place = typeof path === 'string' ? { place: path } : {};
  return new FireaxeError('internal', systemWords(error), { ...place, next, cause: error });
}
