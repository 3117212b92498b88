import { nodesText } from '../../base/counts-line.ts';
import { systemWords } from '../../base/system-error.ts';
import { stateDir } from '../../kit/state-dir.ts';
import { unverified } from '../../plan/rollout/types.ts';
import { undoPlan, undoRollout } from '../../rollout/undo.ts';
import { readJournal } from '../../run/journal/read.ts';
import { journalPath } from '../../run/journal/run-order.ts';
import type { RolloutMemory } from '../../run/rollout-memory.ts';
import type { JournalRecord } from '../../run/types.ts';
import type { UndoChoice } from '../../run/undo/undo.ts';
import { noteSelected, soFar } from '../clusters/so-far.ts';
import { furtherReasonOf, obtain, plainConsent, severeConsent } from '../consent.ts';
import type { CliContext, Flags } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { clustersText } from '../format/rollout.ts';
import type { ClusterPreview } from '../format/rollout-undo.ts';
import { paceLines, undoLines } from '../format/rollout-undo.ts';
import { previewOf } from '../format/undo-preview.ts';
import { clusterWords } from '../next-command.ts';
import { refuseUnknownNode, refuseUnknownStep } from '../run-scope.ts';
import { rolloutPhrase } from './consent.ts';
import { clustersNamed, runOfCluster, savedPlan } from './member.ts';
import { rolloutRequest } from './options.ts';
import { runRolloutAndShow } from './run-and-show.ts';
import { keysOf, unlockClusters } from './unlock.ts';

/** Undoes a rollout, or what it did on some of its clusters: newest first, a canary, then the rest. Returns the exit code. */
export async function undoWholeRollout(
  rolloutId: string,
  memory: RolloutMemory,
  context: CliContext,
  choice: Omit<UndoChoice, 'shown'>,
): Promise<number> {
  const { sink, io, flags } = context;
  const request = rolloutRequest(flags);
  const previews = await previewsOf(rolloutId, memory, context, choice);
  const undoing = previews.filter(({ changes }) =>
    changes.some(({ irreversible }) => irreversible === undefined),
  );
  const plan = undoPlan(
    memory.plan,
    undoing.map(({ cluster, changes }) => ({ cluster, targets: targetsIn(changes), choice })),
    { ...request, ...(flags.maxFailedClusters === undefined ? { maxFailed: '100%' } : {}) },
  );
  const print = flags.dryRun === true ? sink.text : sink.note;
  for (const line of undoLines(rolloutId, previews)) print(line);
  if (undoing.length > 1) for (const line of paceLines(plan)) print(`  ${line}`);
  const nodes = undoing.reduce((sum, { changes }) => sum + nodesIn(changes), 0);
  const phrase = rolloutPhrase(undoing.length, nodes);
  const severe = undoing.some(({ changes }) => changes.some(({ danger }) => danger === 'severe'));
  const atOnce = unverified(plan) > 0;
  const told = { runId: rolloutId, clusters: previews };
  if (flags.dryRun === true) {
    if (severe || atOnce) sink.text(`severe: takes --confirm "${phrase}"`);
    sink.json({ dryRun: true, ...told, ...((severe || atOnce) && { confirm: phrase }) });
    return EXIT.done;
  }
  if (undoing.length === 0) {
    sink.json(told);
    return previews.some(({ changes, why }) => changes.length > 0 || why !== undefined)
      ? EXIT.targets
      : EXIT.done;
  }
  const question = `Undo it on ${nodesText(nodes)} of ${clustersText(undoing.length)}?`;
  const what = atOnce ? `This reaches ${clustersText(unverified(plan))} at once` : 'This is severe';
  const consent =
    severe || atOnce || flags.confirm !== undefined
      ? severeConsent({ phrase, what }, flags, io)
      : plainConsent(question, flags, io);
  await obtain(consent, io);
  await unlockClusters(
    context,
    undoing.map(({ cluster }) => cluster),
    async (cluster) => keysOf(await savedPlan(stateDir(context.kit, io.env), rolloutId, memory, cluster)),
  );
  const some = flags.cluster !== undefined || [choice.steps, choice.targets].some((named) => named);
  const undos = undoing.map(({ cluster, changes }) => ({
    cluster,
    targets: targetsIn(changes),
    choice: { ...choice, shown: changes.map(({ step }) => step) },
  }));
  const code = await runRolloutAndShow(
    context,
    plan,
    async (env) => {
      const reasoned = { ...env, ...furtherReasonOf(flags) };
      const verdict = await undoRollout(rolloutId, reasoned, plan, undos, { some });
      // What is left is that of the clusters that were named.
      return verdict.next === undefined
        ? verdict
        : { ...verdict, next: [verdict.next, ...clusterWords(flags)].join(' ') };
    },
    { op: 'undo' },
  );
  const unread = previews.some(({ why }) => why !== undefined);
  return unread && code === EXIT.done ? EXIT.targets : code;
}

/** What an undo does on each cluster that was begun, by the journal of its run. */
async function previewsOf(
  rolloutId: string,
  memory: RolloutMemory,
  context: CliContext,
  scope: UndoChoice,
): Promise<ClusterPreview[]> {
  const { flags, kit, io } = context;
  const names = namesOf(memory, flags);
  noteSelected(context, names, 'reading the runs of ');
  const progress = soFar(context, 'read', names.length);
  const previews: ClusterPreview[] = [];
  const plans: JournalRecord[] = [];
  for (const cluster of names) {
    // The journal of the rollout may have been cut off: the run itself tells whether it was begun.
    const run = runOfCluster(rolloutId, memory, cluster);
    const path = journalPath(stateDir(kit, io.env), run);
    const reading = await readJournal(path).catch((error: NodeJS.ErrnoException) => error);
    const none = { cluster, run, changes: [], left: [] };
    if (reading instanceof Error) {
      const never = reading.code === 'ENOENT' && !memory.of(cluster).counts;
      if (!never) previews.push({ ...none, why: `${systemWords(reading)}: ${path}` });
    } else if (reading.changed) previews.push({ ...none, why: reading.changed.message });
    else {
      previews.push({ cluster, run, ...previewOf(reading.records, scope) });
      plans.push(...reading.records.slice(0, 1));
    }
    progress.add();
  }
  progress.end();
  refuseUnknownStep(plans, scope.steps, rolloutId, '--step');
  refuseUnknownStep(plans, scope.include, rolloutId, '--include');
  refuseUnknownNode(plans, scope.targets, rolloutId);
  return previews;
}

const namesOf = (memory: RolloutMemory, { cluster }: Flags): string[] =>
  cluster === undefined ? memory.plan.clusters.map(({ name }) => name) : clustersNamed(memory, cluster);

const targetsIn = (changes: ClusterPreview['changes']): number =>
  changes.reduce((sum, { targets }) => sum + targets.length, 0);

const nodesIn = (changes: ClusterPreview['changes']): number =>
  new Set(changes.flatMap(({ targets }) => targets)).size;
