import { FireaxeError } from '../base/errors.ts';
import { quote } from '../base/quote.ts';
import { TRANSPORTS, type TransportName } from '../fleet/transports.ts';
import { clusterNamed } from '../kit/cluster-named.ts';
import { openClusters } from '../kit/clusters/opened.ts';
import { accessesOf } from '../kit/targets.ts';
import type { ClusterKit } from '../kit/types.ts';
import { actionSteps } from '../plan/steps.ts';
import type { Plan } from '../plan/types.ts';
import { askUnseen, canAsk } from './ask.ts';
import { READING_MS, warnOfCertificates } from './certificates.ts';
import type { CliContext } from './context.ts';
import { signIn } from './sign-in.ts';

const TRIES = 3;

/** The transports that each step tries, in order; undefined stands for the kit's. */
type Orders = readonly (readonly TransportName[] | undefined)[];

/** The transports of a plan's steps: a saved plan keeps the --via that it was made with. */
export function transportsOf(plan: Plan): Orders {
  return actionSteps(plan).map((step) => step.via);
}

/**
 * Opens a cluster, if it is not yet, and unlocks its keys before anything starts, as ssh does: by the agent, or by
 * asking once for each key. A passphrase is kept only in memory. Where SSH is not the first transport, or the agent may
 * have another key, an empty line skips the key.
 */
export async function openKeys(
  context: CliContext,
  name: string,
  orders: Orders = [undefined],
  callsCloud = false,
  lastsMs = READING_MS,
): Promise<void> {
  const unlock = () => openKeysNow(context, name, orders, callsCloud, lastsMs);
  return context.inTurn ? context.inTurn(unlock) : unlock();
}

async function openKeysNow(
  context: CliContext,
  name: string,
  orders: Orders,
  callsCloud: boolean,
  lastsMs: number,
): Promise<void> {
  const { io, flags, kit } = context;
  context.passphrases ??= new Map();
  const { passphrases } = context;
  await openClusters(kit, [name]);
  const cluster = clusterNamed(kit, name);
  if (cluster) {
    await signInFor(context, cluster, orders, callsCloud);
    await warnOfCertificates(context, cluster, orders, lastsMs);
  }
  const keys = cluster ? keysOf(cluster, orders, io.env.SSH_AUTH_SOCK) : new Map<string, boolean>();
  if (keys.size === 0) return;
  const { lockedKeys, whyNotOpened } = await import('../transport/ssh/locked-keys.ts');
  await refuseBroken(
    [...keys].flatMap(([path, needed]) => (needed ? [path] : [])),
    cluster!,
    orders,
  );
  for (const path of await lockedKeys([...keys.keys()], io.env.SSH_AUTH_SOCK)) {
    if (passphrases.has(path)) continue;
    const needed = keys.get(path) === true;
    const unreadable = await whyNotOpened(path, '').then((why) => why && /Unsupported/i.test(why));
    if (unreadable || !canAsk(io, flags)) {
      if (needed) throw locked(path);
      continue;
    }
    const passphrase = await askFor(path);
    if (passphrase !== undefined) passphrases.set(path, passphrase);
    else if (needed) throw locked(path);
  }

  async function askFor(path: string): Promise<string | undefined> {
    for (let n = 0; n < TRIES; n++) {
      const passphrase = await askUnseen(io, `Passphrase for ${path}: `);
      if (passphrase === '') return undefined;
      if ((await whyNotOpened(path, passphrase)) === undefined) return passphrase;
      io.stderr.write('wrong passphrase\n');
    }
    throw locked(path, 'wrong passphrase');
  }
}

/** AWS is needed by what calls its API, and where SSM is the first transport. */
async function signInFor(context: CliContext, cluster: ClusterKit, of: Orders, callsCloud: boolean) {
  if (!cluster.cloud) return;
  const orders = accessesOf(cluster).flatMap(({ via }) => of.map((order) => order ?? via));
  const needed = callsCloud || orders.some(([first]) => first === 'ssm');
  if (needed || orders.some((order) => order.includes('ssm'))) await signIn(context, cluster, needed);
}

const readsKeys = (name: TransportName) => TRANSPORTS[name].keyFiles === 'read';

/** The key files that SSH may need, and whether some node can be reached with that key alone. */
function keysOf(cluster: ClusterKit, of: Orders, agent: string | undefined): Map<string, boolean> {
  const keys = new Map<string, boolean>();
  for (const { ssh, via } of accessesOf(cluster)) {
    const orders = of.map((order) => order ?? via).filter((order) => order.some(readsKeys));
    const first = orders.some((order) => order[0] && readsKeys(order[0]));
    for (const login of orders.length > 0 ? [ssh, ssh.jump] : []) {
      if (login?.identity === undefined) continue;
      const alone = first && !(login.useAgent && agent);
      keys.set(login.identity, keys.get(login.identity) === true || alone);
    }
  }
  return keys;
}

/** Refuses a damaged or missing key if SSH is the only transport: no node could be reached. */
async function refuseBroken(paths: string[], cluster: ClusterKit, of: Orders): Promise<void> {
  const orders = accessesOf(cluster).flatMap(({ via }) => of.map((order) => order ?? via));
  if (!orders.every((order) => order.every((name) => TRANSPORTS[name].keyFiles !== 'unused'))) return;
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

function locked(
  path: string,
  why = 'locked, and there is no terminal to ask for its passphrase',
): FireaxeError {
  return new FireaxeError('credentials', `private key ${path}: ${why}`, {
    place: path,
    next: `ssh-add ${quote(path)}, with SSH_AUTH_SOCK set; or ssh-keygen -p -f ${quote(path)}`,
  });
}
