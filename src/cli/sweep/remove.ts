import { usage } from '../../base/errors.ts';
import { quote } from '../../base/quote.ts';
import type { ClusterKit } from '../../kit/types.ts';
import { planActionStep } from '../../plan/draft.ts';
import { sealPlan } from '../../plan/seal.ts';
import { actionSteps } from '../../plan/steps.ts';
import type { Plan } from '../../plan/types.ts';
import { carryOut } from '../carry-out.ts';
import { carryOutUndo } from '../carry-out-undo.ts';
import type { CliContext } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { previewLines, previewOf } from '../format/undo-preview.ts';
import { nextCommand } from '../next-command.ts';
import type { FoundLease } from '../results/change.ts';
import { withPace } from '../undo-pace.ts';
import { fromJournal } from '../undo-source.ts';

/** Actions whose changes carry leases. */
const FENCES = ['fence-network', 'fence-eks'];

/** What the tags tell is enough to remove these. */
const BY_TAGS = ['network-acl', 'eks-cluster'];

export const isRemovable = ({ here, kind }: FoundLease) => here || BY_TAGS.includes(kind);

/** Undoes the fences of runs that are known here, and removes others by their tags. The worst exit code of all. */
export async function remove(
  leases: FoundLease[],
  context: CliContext,
  cluster: ClusterKit,
  how: { reason: string; early: boolean },
): Promise<number> {
  const codes: number[] = [];
  for (const run of new Set(leases.filter(({ here }) => here).map((lease) => lease.run)))
    codes.push(await undo(run, context, cluster));
  const others = leases.filter((lease) => !lease.here && isRemovable(lease));
  if (others.length > 0) codes.push(await carryOut(planOf(others, context, cluster, how), context));
  return codes.find((code) => code !== EXIT.done) ?? EXIT.done;
}

/** Only its fences in the network: what else the run changed has no lease. */
async function undo(run: string, context: CliContext, { name }: ClusterKit): Promise<number> {
  const { sink, flags } = context;
  const source = await fromJournal({ ...context, flags: { ...flags, cluster: undefined } }, run);
  const { records } = source;
  const [first] = records;
  if (first?.kind === 'plan' && first.plan.cluster !== name) {
    const its = `fireaxe sweep -c ${quote(first.plan.cluster)}`;
    sink.note(`${run} is of the cluster ${first.plan.cluster} and stays; next: ${nextCommand(its, flags)}`);
    return EXIT.targets;
  }
  const all = first?.kind === 'plan' ? actionSteps(first.plan) : [];
  const steps = all.filter(({ action }) => FENCES.includes(action)).map(({ id }) => id);
  const { changes: found, left } = previewOf(records, { steps });
  const changes = await withPace(found, records, {});
  const print = flags.dryRun === true ? sink.text : sink.note;
  for (const line of previewLines(source.title, changes, left)) print(line);
  if (steps.length < all.length)
    sink.note(`what else ${run} changed stays: ${nextCommand(`fireaxe undo ${run}`, flags)}`);
  if (flags.dryRun === true || changes.length === 0) {
    sink.json({ ...(flags.dryRun === true && { dryRun: true }), runId: run, changes, left });
    return EXIT.done;
  }
  return carryOutUndo(context, source, { changes, pace: {}, steps });
}

/** One workstream for each: a removal that fails holds up no other. */
function planOf(
  leases: FoundLease[],
  { kit, io }: CliContext,
  cluster: ClusterKit,
  { reason, early }: { reason: string; early: boolean },
): Plan {
  if (cluster.fleet.nodes.length === 0)
    throw usage(`the fleet of ${cluster.name} has no node to name its cloud by`, {
      place: '--cluster',
      next: 'fireaxe nodes --discover --save',
    });
  const request = { kit, cluster, reason, now: io.now(), overrides: {} };
  const targets = cluster.fleet.nodes.slice(0, 1).map(({ name }) => name);
  const workstreams = leases.map(({ id, run }, n) => {
    const params = { lease: id, of: run, ...(early && { early }) };
    const name = `sweep-${n + 1}`;
    const step = planActionStep(
      { id: name, action: 'sweep', params, targets, place: 'fireaxe sweep' },
      request,
    );
    return { name, title: step.title, needs: {}, steps: [step] };
  });
  const title = 'Remove fences in the network by their tags';
  return sealPlan({ name: 'sweep', title, params: {}, workstreams }, request);
}
