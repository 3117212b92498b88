import { quote } from '../base/quote.ts';
import { TRANSPORTS } from '../fleet/transports.ts';
import { accessesOf } from '../kit/targets.ts';
import type { ClusterKit, Target } from '../kit/types.ts';
import { certificateFaults } from '../transport/ssh/certificate-faults.ts';
import { lockedKeys } from '../transport/ssh/locked-keys.ts';
import { unusableKey } from '../transport/ssh/usable-key.ts';
import type { Judged } from './types.ts';

type Login = Pick<Target['ssh'], 'identity' | 'certificate' | 'useAgent'>;

/** A certificate that ends sooner is to be renewed. */
const SOON_MS = 7 * 86_400_000;

/** Whether the keys of the logins can be used by themselves, and how long their certificates last. */
export async function checkKeys(
  cluster: ClusterKit,
  { nowMs, agent, known }: { nowMs: number; agent: string | undefined; known: ReadonlyMap<string, string> },
): Promise<Judged[]> {
  const logins = loginsOf(cluster);
  const paths = [...new Set(logins.flatMap(({ identity }) => identity ?? []))];
  const byOpenssh = accessesOf(cluster).every(({ via }) => !via.includes('ssh'));
  const found: Judged[] = [];
  for (const path of paths) {
    const broken = await unusableKey(path);
    // The system's ssh, or the agent, may be able to use it.
    const state = broken?.elsewhere && (agent !== undefined || byOpenssh) ? 'amber' : 'red';
    if (broken) found.push({ state, what: broken.message, next: broken.next });
  }
  for (const path of await lockedKeys(paths, agent))
    if (!known.has(path))
      found.push({
        state: 'amber',
        what: `${path} needs its passphrase: without a terminal nobody gives it`,
        next: `ssh-add ${quote(path)}, with SSH_AUTH_SOCK set`,
      });
  const expired = await certificateFaults(logins, agent, { nowMs, lastsMs: 0 });
  const ending = await certificateFaults(logins, agent, { nowMs, lastsMs: SOON_MS });
  for (const fault of ending) {
    const [what = fault, next] = fault.split(/; (?=put a new one|add a new one)/);
    found.push({ state: expired.includes(fault) ? 'red' : 'amber', what, ...(next && { next }) });
  }
  if (logins.some(({ useAgent }) => useAgent) && agent === undefined)
    found.push({
      state: 'red',
      what: 'the kit uses the keys of an SSH agent, and there is none (SSH_AUTH_SOCK)',
      next: 'eval "$(ssh-agent)"; ssh-add FILE; or put a key for emergencies into the kit',
    });
  const what = paths.length === 1 ? `${paths[0]} can be used` : `${paths.length} private keys can be used`;
  return found.length > 0 ? found : [{ state: 'green', what }];
}

function loginsOf(cluster: ClusterKit): Login[] {
  const logins = accessesOf(cluster).flatMap(({ ssh, via }) =>
    via.some((name) => TRANSPORTS[name].keyFiles !== 'unused') ? [ssh, ...(ssh.jump ? [ssh.jump] : [])] : [],
  );
  // Thousands of nodes have a few.
  const distinct = new Map(
    logins.map(({ identity, certificate, useAgent = false }) => [
      `${identity} ${certificate} ${useAgent}`,
      {
        ...(identity !== undefined && { identity }),
        ...(certificate !== undefined && { certificate }),
        useAgent,
      },
    ]),
  );
  return [...distinct.values()];
}
