import { usage } from '../../base/errors.ts';
import { formatTime } from '../../base/time.ts';
import type { ClusterKit } from '../../kit/types.ts';
import { eachCluster, refuseSeveral } from '../clusters/each.ts';
import { reasonOf } from '../consent.ts';
import { type CliContext, openContext } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { nextCommand } from '../next-command.ts';
import { value } from '../option.ts';
import { changeOptions, clusterOptions } from '../options.ts';
import { table } from '../output.ts';
import type { FoundLease, SweepResult } from '../results/change.ts';
import { signIn } from '../sign-in.ts';
import { defineVerb } from '../types.ts';

const { save: _, ...changes } = changeOptions;

export default defineVerb({
  name: 'sweep',
  summary: 'List the fences that stand in the network of the cloud, and remove those beyond their time',
  examples: [
    'fireaxe sweep -c prod-1',
    'fireaxe sweep -c prod-1 --reason INC-42 --dry-run',
    'fireaxe sweep -c prod-1 --reason INC-42 --yes',
    'fireaxe sweep -c prod-1 --run 20261120T101500Z --reason INC-42 --yes   # before its time is over',
  ],
  danger: 'change',
  options: {
    ...clusterOptions,
    run: value('--run <id>', 'only the fences of this run, also before their time is over'),
    ...changes,
  },
  notes:
    "They are found by their tags, of every run in the cluster's account and region, without a journal.\n" +
    'Without --reason they are only listed.',
  async run(_args, flags, io) {
    const context = await openContext(flags, io);
    // A list needs no reason; each of these asks for more.
    const { yes, reason, confirm, dryRun } = flags;
    const asked = Object.entries({
      '--yes': yes,
      '--reason': reason,
      '--confirm': confirm,
      '--dry-run': dryRun,
    });
    const flag = asked.find(([, given]) => given !== undefined)?.[0];
    const chosen = flag === undefined ? undefined : refuseSeveral(context, flag);
    return eachCluster(context, (of, one) => sweepIn(of, one, flags.run, flag !== undefined), {
      chosen,
    });
  },
});

/** Lists, and removes where that is asked for. */
async function sweepIn(
  context: CliContext,
  cluster: ClusterKit,
  run: string | undefined,
  isAsked: boolean,
): Promise<number> {
  const { sink, flags } = context;
  const { name, cloud } = cluster;
  if (!cloud)
    throw usage(`cluster ${name} has no cloud`, {
      place: '--cluster',
      expected: '`cloud: { region: … }` for the cluster in kit.yaml',
    });
  const signedIn = () => signIn(context, cluster, true);
  await (context.inTurn ? context.inTurn(signedIn) : signedIn());
  const { readLeases } = await import('../sweep/leases.ts');
  const { isRemovable, remove } = await import('../sweep/remove.ts');
  const found = await readLeases(context, cloud);
  show(found, context, cloud.region);
  const chosen = found.filter((one) => (run === undefined ? one.expired : one.run === run));
  if (run !== undefined && chosen.length === 0)
    throw usage(`no fence of the run ${run} stands in ${cloud.region}`, {
      place: '--run',
      ...(found.length > 0 && {
        expected: `one of: ${[...new Set(found.map(({ run }) => run))].join(', ')}`,
      }),
    });
  const removable = chosen.filter(isRemovable);
  if (!isAsked || removable.length === 0) {
    sink.json({ leases: found });
    const of = run === undefined ? '' : ` --run ${run}`;
    if (removable.length > 0)
      sink.note(`next: ${nextCommand(`fireaxe sweep -c ${name}${of} --reason "why" --yes`, flags)}`);
    return chosen.length > removable.length && isAsked ? EXIT.targets : EXIT.done;
  }
  const reason = reasonOf(flags);
  const removals: NonNullable<SweepResult['removals']> = [];
  const quiet = {
    ...context,
    sink: { ...sink, json: (one: (typeof removals)[number]) => void removals.push(one) },
  };
  const code = await remove(removable, quiet, cluster, { reason, early: run !== undefined });
  sink.json({ leases: found, removals });
  return code === EXIT.done && chosen.length > removable.length ? EXIT.targets : code;
}

function show(found: FoundLease[], { sink }: CliContext, region: string): void {
  if (found.length === 0) {
    sink.note(`no fence of Fireaxe stands in the network in ${region}`);
    return;
  }
  const rows = found.map(({ id, run, until, expired }) => [
    id,
    run,
    formatTime(until),
    expired ? 'expired' : 'stands',
  ]);
  for (const line of table([['RESOURCE', 'RUN', 'UNTIL', 'STATE'], ...rows])) sink.text(line);
  for (const lease of found) {
    const { id, run, here, next } = lease;
    sink.event({ lease });
    if (here) sink.note(`next: ${next[0]}`);
    else if (next.length > 0) {
      sink.note(`the journal of ${run} is not here; to remove its entries of ${id} by hand:`);
      for (const command of next) sink.note(`  ${command}`);
    } else if (lease.kind === 'eks-cluster')
      sink.note(`the journal of ${run} is not here; its tags at ${id} tell enough`);
    else sink.note(`the journal of ${run} is not here: undo it where it was made`);
  }
}
