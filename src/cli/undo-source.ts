import { usage } from '../base/errors.ts';
import { foldLine } from '../base/fold-names.ts';
import { expandNodeset } from '../fleet/nodeset.ts';
import { isNamed } from '../kit/clusters/glob.ts';
import { stateDir } from '../kit/state-dir.ts';
import type { KnownRun } from '../receipts/runs.ts';
import { RolloutMemory } from '../run/rollout-memory.ts';
import type { JournalRecord, RunEnv } from '../run/types.ts';
import { type CliContext, chooseCluster } from './context.ts';
import { operator } from './environment.ts';
import { askNodes, type OnNodes, untoldLines } from './on-nodes.ts';
import { overridesOf } from './overrides.ts';
import { clustersNamed, runOfCluster } from './rollout/member.ts';

/** What an undo starts from: a journal, or what the nodes tell. */
export interface UndoSource {
  /** As the operator named it. */
  runId: string;
  /** The same as the preview names it. */
  title: string;
  records: JournalRecord[];
  /** How it was found. */
  notes: string[];
  /** What is not certain of it. */
  warnings: string[];
  /** It is a rollout. */
  rollout?: RolloutMemory;
  /** Some of it cannot be undone from here. */
  partial?: boolean;
  /** Called with the operator's consent: the run to undo, with its journal on this machine. */
  open(env: Pick<RunEnv, 'stateDir' | 'now'>): Promise<string>;
}

/** From the journal on this machine; where there is none, the error tells how to ask the nodes. */
export async function fromJournal(context: CliContext, wanted: string): Promise<UndoSource> {
  const { kit, io, flags } = context;
  const { looksLikeRun, readRun } = await import('../run/journal/store.ts');
  const { hasUndo } = await import('../run/undo/state.ts');
  const { RunMemory } = await import('../run/memory.ts');
  const passedOver: string[] = [];
  const { runId, records, changed, forked } = await readRun(stateDir(kit, io.env), wanted, {
    ...(looksLikeRun(wanted) && {
      elsewhere: {
        what: `no journal of ${wanted} on this machine`,
        next: `fireaxe undo ${wanted} --from-nodes`,
      },
    }),
    async counts(reading, runId) {
      const rollout = RolloutMemory.of(reading.records);
      if (rollout) return hasUndoAnywhere(stateDir(kit, io.env), runId, rollout);
      const memory = RunMemory.of(reading.records);
      return memory !== undefined && hasUndo(memory);
    },
    passedOver: (run) => passedOver.push(run),
  });
  const rollout = RolloutMemory.of(records);
  if (rollout && flags.cluster !== undefined) {
    const [one, ...others] = clustersNamed(rollout, flags.cluster);
    // Of one cluster it is the undo of a run like any other, by the journal of that run alone.
    if (one !== undefined && others.length === 0)
      return fromJournal(context, runOfCluster(runId, rollout, one));
  }
  // A dry run shows what can still be read, for an undo by hand.
  if (changed && !(flags.dryRun === true && records[0]?.kind === 'plan')) throw changed;
  const cluster = records[0]?.kind === 'plan' ? records[0].plan.cluster : undefined;
  if (cluster !== undefined && flags.cluster !== undefined && !isNamed(flags.cluster, cluster))
    throw usage(`the run ${runId} is of the cluster ${cluster}`, {
      place: '--cluster',
      expected: `-c ${cluster}, or none`,
    });
  const warnings = changed
    ? [changed.message]
    : forked
      ? [`${forked.message}: what either writer recorded is undone`]
      : [];
  const notes = passedOver.map((run) => `${run} has nothing to undo: last is ${runId}`);
  return {
    runId,
    title: runId,
    records,
    notes,
    warnings,
    ...(rollout && { rollout }),
    open: async () => runId,
  };
}

/** Whether something can be undone on any cluster of a rollout. */
async function hasUndoAnywhere(directory: string, runId: string, rollout: RolloutMemory): Promise<boolean> {
  const { readJournal } = await import('../run/journal/read.ts');
  const { journalPath } = await import('../run/journal/run-order.ts');
  const { hasUndo } = await import('../run/undo/state.ts');
  const { RunMemory } = await import('../run/memory.ts');
  for (const { name } of rollout.plan.clusters) {
    const path = journalPath(directory, runOfCluster(runId, rollout, name));
    const run = await readJournal(path).catch(() => undefined);
    const memory = run && RunMemory.of(run.records);
    if (memory && hasUndo(memory)) return true;
  }
  return false;
}

/** From the receipts on the nodes: a run of any machine. It gets a journal of its own, so that it can be continued. */
export async function fromNodes(context: CliContext, wanted: string): Promise<UndoSource> {
  const { kit, io, flags } = context;
  const cluster = await chooseCluster(context);
  const named = flags.nodes === undefined ? undefined : new Set(expandNodeset(flags.nodes));
  const pace = overridesOf(flags);
  const found = await askNodes(context, cluster, ({ name }) => !named || named.has(name), pace);
  const known = oneOf(found, wanted);
  const { foreignPlan } = await import('../run/foreign/plan.ts');
  const { adopt, asRecords, recordsOf } = await import('../run/foreign/adopt.ts');
  const request = { kit, cluster, reason: '', now: io.now(), overrides: pace.via ? { via: pace.via } : {} };
  const { plan, notUndoable } = foreignPlan(known, request);
  const bodies = recordsOf(known, plan, operator(io.env), (pace.via ?? cluster.via)[0]!);
  const missing = named ? [] : missingOf(known, found);
  return {
    runId: known.run,
    title: `${known.run}${known.operator ? ` by ${known.operator} (${known.reason})` : ''}`,
    records: asRecords(bodies, io.now()),
    notes: [],
    warnings: [
      ...goingOn(known),
      ...(missing.length > 0 ? untoldLines(found.readings) : []),
      ...missing,
      ...notUndoable.map(
        ({ step, targets, why }) =>
          `${step} on ${foldLine(targets)} (${targets.length}) is left as it is: ${why}`,
      ),
    ],
    partial: missing.length + notUndoable.length > 0,
    open: (env) => adopt(plan, bodies, env),
  };
}

/** The run of that id, or of its beginning. */
function oneOf({ runs, readings }: OnNodes, wanted: string): KnownRun {
  const matching = ['last', ''].includes(wanted) ? [] : runs.filter(({ run }) => run.startsWith(wanted));
  const one = matching.find(({ run }) => run === wanted) ?? (matching.length === 1 ? matching[0] : undefined);
  if (one) return one;
  const untold = readings.filter(({ why }) => why !== undefined).length;
  const told = untold > 0 ? `; ${untold} of ${readings.length} nodes did not tell` : '';
  const what =
    wanted === 'last'
      ? '--from-nodes needs the name of a run: the last one may be that of another operator'
      : matching.length > 1
        ? `${matching.length} runs begin with ${wanted}`
        : `no node knows the run ${wanted}${told}`;
  throw usage(what, {
    place: 'RUN',
    ...(runs.length > 0 && {
      expected: `one of: ${(matching.length > 1 ? matching : runs)
        .slice(0, 5)
        .map(({ run }) => run)
        .join(', ')}`,
    }),
    next: 'fireaxe runs --on-nodes',
  });
}

/** Its own operator may not have finished: what is undone now, that operator may order again. */
function goingOn({ steps, operator: whose = 'its operator' }: KnownRun): string[] {
  const open = steps.flatMap(({ nodes }) =>
    nodes.filter(({ state, armed }) => state === 'running' || (state === 'changed' && armed)),
  );
  return open.length > 0
    ? [`it may still be going on: ask ${whose} first, or wait until its timers end`]
    : [];
}

/** Steps that more nodes may carry than told so. */
function missingOf({ steps }: KnownRun, { readings }: OnNodes): string[] {
  const untold = readings.filter(({ why }) => why !== undefined).length;
  return steps.flatMap(({ step, order, nodes }) => {
    const most = Math.min(untold, order ? order.of - nodes.length : untold);
    return most > 0 ? [`${step}: up to ${most} of the nodes that did not tell may carry it`] : [];
  });
}
