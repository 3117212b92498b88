import { FireaxeError } from '../../base/errors.ts';
import { sideBySide } from '../../base/side-by-side.ts';
import { NoNodes } from '../../fleet/select.ts';
import { domainsOf } from '../../kit/clusters/domains.ts';
import { kitOf } from '../../kit/clusters/opened.ts';
import type { ClusterEntry } from '../../kit/clusters/types.ts';
import type { ClusterKit } from '../../kit/types.ts';
import { interrupted } from '../ask.ts';
import { type CliContext, clusterOf, selectedClusters } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { aborted, flushed } from '../io.ts';
import { hintTypeable } from '../next-command.ts';
import { reported } from '../report-error.ts';
import { systemFailure } from '../system-failure.ts';
import { type ClusterEnd, severalClusters } from './report.ts';
import { noteSelected } from './so-far.ts';

/** What a reading of one cluster ended with: an exit code, and counts that add up over clusters. */
export type Reading = number | { code: number; counts: Record<string, number> };

/** Each reads its own snapshot and opens its own connections. */
const AT_ONCE = 8;

/**
 * Reads each of the selected clusters. One alone is shown as it always was; several side by side, each under its name,
 * and one that fails costs the others nothing.
 */
export async function eachCluster(
  context: CliContext,
  read: (context: CliContext, cluster: ClusterKit) => Promise<Reading>,
  {
    chosen = selectedClusters(context),
    atOnce = AT_ONCE,
  }: { chosen?: readonly ClusterEntry[] | undefined; atOnce?: number } = {},
): Promise<number> {
  if (chosen.length === 1) return codeOf(await read(context, await clusterOf(context, chosen[0]!.name)));
  const { sink, io, flags } = context;
  noteSelected(
    context,
    chosen.map(({ name }) => name),
  );
  const report = severalClusters(sink);
  const ends: ClusterEnd[] = [];
  const nowhere: NoNodes[] = [];
  const stopped = aborted(io.stop);
  const readOne = async ({ name }: ClusterEntry) => {
    const own = report.sinkOf(name);
    const alone = { ...flags, cluster: [name], clusterSelector: undefined, allClusters: undefined };
    try {
      if (io.stop.aborted) throw interrupted();
      const kit = await kitOf(context.kit, name);
      const of = { ...context, kit, sink: own, flags: alone };
      const reading = await read(of, await clusterOf(of, name));
      ends.push({
        cluster: name,
        exit: codeOf(reading),
        ...(typeof reading === 'object' && { counts: reading.counts }),
      });
    } catch (error) {
      const elsewhere = error instanceof NoNodes;
      if (isBug(error)) own.note(error.stack ?? '');
      if (elsewhere) nowhere.push(error);
      const end = elsewhere
        ? ({ exit: EXIT.done, noNodes: true } as const)
        : reported(hintTypeable(error, alone));
      ends.push({ cluster: name, ...end });
    }
    report.ended(own, ends.at(-1)!);
    // Hundreds of results must not wait in memory for a slow reader.
    await Promise.race([flushed(io.stdout), stopped]);
  };
  await sideBySide(chosen, atOnce, readOne, domainsOf);
  report.total(ends);
  // A selection of nodes that no cluster has is a mistake; one of them may have a name that is near.
  if (nowhere.length === chosen.length)
    throw nowhere.find(({ expected }) => expected?.startsWith('perhaps')) ?? nowhere[0];
  return exitOf(ends.map(({ exit }) => exit));
}

const isBug = (error: unknown): error is Error =>
  error instanceof Error && !(error instanceof FireaxeError) && systemFailure(error) === undefined;

const codeOf = (reading: Reading): number => (typeof reading === 'number' ? reading : reading.code);

/** That of all clusters where they agree; otherwise some are not ok. */
function exitOf(exits: number[]): number {
  if (exits.includes(EXIT.interrupted)) return EXIT.interrupted;
  return new Set(exits).size === 1 ? exits[0]! : EXIT.targets;
}

/** For a verb that goes on until Ctrl-C. */
export function refuseSeveral(context: CliContext, flag: string): ClusterEntry[] {
  const chosen = selectedClusters(context);
  if (chosen.length === 1) return chosen;
  throw new FireaxeError('usage', `${flag} takes one cluster, and ${chosen.length} are selected`, {
    place: flag,
    next: `-c ${chosen[0]!.name}, or leave out ${flag}`,
  });
}
