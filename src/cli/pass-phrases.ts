import { FireaxeError } from '../base/errors.ts';
import { quote } from '../base/quote.ts';
import { TRANSPORTS, type TransportName } from '../fleet/transports.ts';
import { clusterNamed } from '../kit/cluster-named.ts';
import { targetsOf } from '../kit/targets.ts';
import type { ClusterKit } from '../kit/types.ts';
import type { Plan } from '../plan/types.ts';
import { askUnseen, canAsk } from './ask.ts';
import type { CliContext } from './context.ts';
import { actionSteps } from './format/plan.ts';

const TRIES = 3;

/** The orders of transports that will be used; undefined for that of the kit. */
type Ways = readonly (readonly TransportName[] | undefined)[];

/** A saved plan, or a run, keeps what was typed when it was made. */
export function waysOf(plan: Plan): Ways {
  return actionSteps(plan).map((step) => step.via);
}

/**
 * Opens the locked keys of a cluster before anything starts, as ssh would: the agent has them, or a person is asked
 * once a key. A phrase lives in memory alone. Where SSH is only the second way, or any key of the agent will do, an
 * empty line goes without.
 */
export async function openKeys(context: CliContext, name: string, ways: Ways = [undefined]): Promise<void> {
  const { io, flags, kit } = context;
  const cluster = clusterNamed(kit, name);
  const keys = cluster ? keysOf(cluster, ways, io.env.SSH_AUTH_SOCK) : new Map<string, boolean>();
  if (keys.size === 0) return;
  const { lockedKeys, whyNotOpened } = await import('../transport/ssh/locked-keys.ts');
  await refuseBroken(
    [...keys].flatMap(([path, needed]) => (needed ? [path] : [])),
    cluster!,
    ways,
  );
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

const readsKeys = (name: TransportName) => TRANSPORTS[name].keyFiles === 'read';

/** The key files that SSH may need there, and whether there is a node that nothing else opens. */
function keysOf(cluster: ClusterKit, ways: Ways, agent: string | undefined): Map<string, boolean> {
  const keys = new Map<string, boolean>();
  for (const { ssh, via } of targetsOf(cluster)) {
    const orders = ways.map((way) => way ?? via).filter((order) => order.some(readsKeys));
    const first = orders.some((order) => order[0] && readsKeys(order[0]));
    for (const door of orders.length > 0 ? [ssh, ssh.jump] : []) {
      if (door?.identity === undefined) continue;
      const alone = first && !(door.useAgent && agent);
      keys.set(door.identity, keys.get(door.identity) === true || alone);
    }
  }
  return keys;
}

/** A key that is damaged, or not there, where nothing but SSH is tried: no node would be reached. */
async function refuseBroken(paths: string[], cluster: ClusterKit, ways: Ways): Promise<void> {
  const orders = targetsOf(cluster).flatMap(({ via }) => ways.map((way) => way ?? via));
  if (!orders.every((order) => order.every((way) => TRANSPORTS[way].keyFiles !== 'unused'))) return;
  const { brokenKey } = await import('../transport/ssh/usable-key.ts');
  for (const path of paths) {
    const broken = await brokenKey(path);
    if (broken)
      throw new FireaxeError('credentials', broken.message, {
        place: path,
        expected: 'a private key as ssh-keygen writes it',
        next: broken.next,
      });
  }
}

function locked(path: string, what = 'nobody can be asked for the pass phrase of'): FireaxeError {
  return new FireaxeError('credentials', `${what} the private key ${path}`, {
    place: path,
    next: `ssh-add ${quote(path)}, with SSH_AUTH_SOCK set; or ssh-keygen -p -f ${quote(path)}`,
  });
}
