import { join, resolve } from 'node:path';
import { usage } from '../base/errors.ts';
import { home } from './home.ts';

/** Where the kit is: what was typed, else FIREAXE_KIT, else ~/.config/fireaxe/kit. */
export function kitPath(typed: string | undefined, env: Record<string, string | undefined>): string {
  // `--kit "$KIT"` of an unset variable must not open another kit.
  if (typed === '') throw usage('no path', { place: '--kit', expected: 'the directory of a kit' });
  const chosen = typed ?? (env.FIREAXE_KIT || undefined);
  if (chosen) return resolve(chosen);
  return join(env.XDG_CONFIG_HOME || join(home(env), '.config'), 'fireaxe', 'kit');
}
