import { isAbsolute, join, resolve } from 'node:path';
import { home } from './home.ts';
import type { Kit } from './types.ts';

/** Where runs are kept: FIREAXE_STATE_DIR, else what the kit says, else the user's state directory. */
export function stateDir(
  kit: Pick<Kit, 'stateDir'> | undefined,
  env: Record<string, string | undefined>,
): string {
  if (env.FIREAXE_STATE_DIR) return resolve(env.FIREAXE_STATE_DIR);
  if (kit?.stateDir) return kit.stateDir;
  // A relative one is to be ignored (XDG base directories): it would be another place in each working directory.
  const named = env.XDG_STATE_HOME ?? '';
  return join(isAbsolute(named) ? named : join(home(env), '.local', 'state'), 'fireaxe');
}
