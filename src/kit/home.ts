import { homedir, userInfo } from 'node:os';

/** The user's home. An empty HOME is none: what is meant there would be looked for wherever we stand. */
export function home(env: Record<string, string | undefined> = {}): string {
  return env.HOME || homedir() || userInfo().homedir;
}
