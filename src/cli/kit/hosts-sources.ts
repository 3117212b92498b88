import { join } from 'node:path';
import { usage } from '../../base/errors.ts';
import type { Door } from '../../host-keys/doors.ts';
import { type FoundKey, keysInKnownHosts } from '../../host-keys/gather.ts';
import { home } from '../../kit/home.ts';
import { readText } from '../../kit/read-text.ts';
import type { ClusterKit } from '../../kit/types.ts';
import type { CliContext } from '../context.ts';
import { textOf } from '../text-input.ts';

export interface HostsFlags {
  knownHosts?: string[] | undefined;
  ssm?: boolean | undefined;
  console?: boolean | undefined;
  scan?: string | undefined;
}

export interface Gathered {
  found: FoundKey[];
  /** Keys that nobody vouches for until their fingerprints are compared. */
  scanned: FoundKey[];
  problems: string[];
  /** Where it was looked, for a host without a key. */
  looked: string[];
}

/** Reads the sources that the flags name; without one, those that are there: the user's known_hosts, and SSM with a cloud. */
export async function gather(
  context: CliContext,
  cluster: ClusterKit,
  doors: readonly Door[],
  flags: HostsFlags,
): Promise<Gathered> {
  const { env } = context.io;
  const none = [flags.knownHosts, flags.ssm, flags.console, flags.scan].every((one) => one === undefined);
  const all: Gathered = { found: [], scanned: [], problems: [], looked: [] };
  const take = (looked: string, { found, problems }: Pick<Gathered, 'found' | 'problems'>) => {
    all.looked.push(looked);
    all.found.push(...found);
    all.problems.push(...problems);
  };
  const usual = none ? [join(home(env), '.ssh/known_hosts'), '/etc/ssh/ssh_known_hosts'] : [];
  for (const typed of [...(flags.knownHosts ?? []), ...usual]) {
    const file = typed.startsWith('~/') ? join(home(env), typed.slice(2)) : typed;
    const text = await readText(file).catch((cause: NodeJS.ErrnoException) => {
      if (none && cause.code === 'ENOENT') return undefined;
      throw usage(`cannot read the host keys: ${cause.message}`, { place: file, cause });
    });
    if (text !== undefined) take(file, keysInKnownHosts(doors, { text, file }));
  }
  const clouded = cluster.cloud !== undefined;
  if ((flags.ssm || flags.console) && !clouded)
    throw usage(`cluster ${cluster.name} has no cloud`, { place: flags.ssm ? '--ssm' : '--console' });
  if (flags.ssm || (none && clouded)) {
    const { keysOverSsm } = await import('./hosts-over-ssm.ts');
    take('SSM', await keysOverSsm(context, cluster, doors));
  }
  if (flags.console) {
    const { keysOnConsole } = await import('./hosts-on-console.ts');
    take('the console output', await keysOnConsole(context, cluster, doors));
  }
  if (flags.scan !== undefined) {
    const text = await textOf(flags.scan, 'scan', context.io);
    const { found, problems } = keysInKnownHosts(doors, {
      text,
      file: flags.scan === '-' ? 'stdin' : flags.scan,
    });
    all.looked.push(flags.scan);
    all.scanned.push(...found);
    all.problems.push(...problems);
  }
  return all;
}
