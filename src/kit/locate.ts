import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** Where the kit is: what was typed, else FIREAXE_KIT, else ~/.config/fireaxe/kit. */
export function kitPath(typed: string | undefined, env: Record<string, string | undefined>): string {
  const chosen = typed || env.FIREAXE_KIT;
  if (chosen) return resolve(chosen);
  return join(env.XDG_CONFIG_HOME || join(env.HOME || homedir(), '.config'), 'fireaxe', 'kit');
}
