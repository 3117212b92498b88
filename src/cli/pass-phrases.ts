import { FireaxeError } from '../base/errors.ts';
import { quote } from '../base/quote.ts';
import { targetsOf } from '../kit/targets.ts';
import type { ClusterKit } from '../kit/types.ts';
import { askUnseen, canAsk } from './ask.ts';
import type { CliContext } from './context.ts';

const TRIES = 3;

/**
 * Opens the locked keys of a cluster before anything starts, as ssh would: the agent has them, or a person is asked
 * once a key. A phrase lives in memory alone. Where SSH is only the second way, an empty line goes without.
 */
export async function openKeys(context: CliContext, name: string): Promise<void> {
  const cluster = context.kit.clusters[name];
  const keys = cluster
    ? keysOf(cluster, context.flags.via as string[] | undefined)
    : new Map<string, boolean>();
  if (keys.size === 0) return;
  const { lockedKeys, whyNotOpened } = await import('../transport/ssh/locked-keys.ts');
  const { io, flags } = context;
  for (const path of await lockedKeys([...keys.keys()], io.env.SSH_AUTH_SOCK)) {
    const needed = keys.get(path) === true;
    const unreadable = await whyNotOpened(path, '').then((why) => why && /Unsupported/i.test(why));
    if (unreadable || !canAsk(io, flags)) {
      if (needed) throw locked(path);
      continue;
    }
    const phrase = await askFor(path);
    if (phrase !== undefined) context.phrases = new Map(context.phrases).set(path, phrase);
    else if (needed) throw locked(path);
  }

  async function askFor(path: string): Promise<string | undefined> {
    for (let n = 0; n < TRIES; n++) {
      const phrase = await askUnseen(io, `Pass phrase of ${path}: `);
      if (phrase === '') return undefined;
      if ((await whyNotOpened(path, phrase)) === undefined) return phrase;
      io.stderr.write('that does not open it\n');
    }
    throw locked(path, 'no pass phrase opens');
  }
}

/** The key files that SSH may need there, and whether it is the first way of any node. */
function keysOf(cluster: ClusterKit, via: string[] | undefined): Map<string, boolean> {
  const keys = new Map<string, boolean>();
  for (const target of targetsOf(cluster)) {
    const ways: string[] = via ?? target.via;
    if (!ways.includes('ssh')) continue;
    for (const path of [target.ssh.identity, target.ssh.jump?.identity]) {
      if (path !== undefined) keys.set(path, keys.get(path) === true || ways[0] === 'ssh');
    }
  }
  return keys;
}

function locked(path: string, what = 'nobody can be asked for the pass phrase of'): FireaxeError {
  return new FireaxeError('credentials', `${what} the private key ${path}`, {
    place: path,
    next: `ssh-add ${quote(path)}, with SSH_AUTH_SOCK set; or ssh-keygen -p -f ${quote(path)}`,
  });
}
