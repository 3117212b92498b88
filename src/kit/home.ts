import { homedir, userInfo } from 'node:os';

/** The user's home. An empty HOME counts as unset: paths would be relative to the working directory. */
export function home(env: Record<string, string | undefined> = {}): string {
  return env.HOME || homedir() || userInfo().homedir;
}
