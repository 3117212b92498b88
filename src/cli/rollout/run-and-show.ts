import type { RolloutPlan } from '../../plan/rollout/types.ts';
import { actionSteps } from '../../plan/steps.ts';
import type { Plan } from '../../plan/types.ts';
import type { RolloutEnv } from '../../rollout/session.ts';
import type { RolloutVerdict, RunEvent } from '../../run/types.ts';
import { answerer } from '../answers.ts';
import { callsLine } from '../api-calls.ts';
import type { CliContext, Flags } from '../context.ts';
import { credentialsFailure } from '../credentials-failure.ts';
import { runEnvironment } from '../environment.ts';
import { EXIT, exitCodeOfVerdict } from '../exit-codes.ts';
import { keepFailures, keepOutcomes, type OutcomeKeeper } from '../format/outcomes.ts';
import { closingLines, resultLines } from '../format/rollout-result.ts';
import { nextCommand, withNext } from '../next-command.ts';
import { runLog } from '../run-log.ts';
import { plainRolloutView } from '../view/rollout/plain.ts';
import { lockedOut, lockedOutLines } from './credentials.ts';
import { openRolloutView } from './open-view.ts';

/** Runs the work of a rollout, shows its progress, and prints the result: each cluster, and the whole. */
export async function runRolloutAndShow(
  context: CliContext,
  plan: RolloutPlan,
  work: (env: RolloutEnv) => Promise<RolloutVerdict>,
  { op, undoable = false }: { op?: 'undo'; undoable?: boolean } = {},
): Promise<number> {
  const { sink, io, flags } = context;
  const ended = io.inFlight('run');
  const log = runLog();
  const kept = new Map<string, OutcomeKeeper>();
  const views = [
    await openRolloutView(context, plan, op),
    plainRolloutView(log.line, io.now, plan, { all: true, op }),
  ];
  const onEvent = (event: RunEvent) => {
    for (const view of views) view.onEvent(event);
    if (sink.mode === 'ndjson') sink.event({ event });
  };
  const onCluster = (cluster: string, event: RunEvent) => {
    const keeper = kept.get(cluster) ?? (sink.mode === 'text' ? keepFailures() : keepOutcomes());
    kept.set(cluster, keeper);
    keeper.onEvent(event);
    for (const view of views) view.onRun(cluster, event);
    if (sink.mode === 'ndjson') sink.event({ cluster, event });
  };
  const { env, apiCalls, close } = runEnvironment(context, onEvent, ({ runId, dir, records }) => {
    for (const view of views) view.recall(records);
    onEvent({ kind: 'note', at: io.now().toISOString(), text: `rollout ${runId}: log: ${log.open(dir)}` });
  });
  const endViews = async () => {
    for (const view of views) await view.end();
  };
  try {
    // A hundred clusters would ask a hundred times.
    const ask = answerer(flags, io, env.operator, undefined);
    const verdict = await work({ ...env, ask, onCluster }).catch(async (error) => {
      await endViews();
      log.line(`fireaxe: ${error instanceof Error ? error.message : error}`);
      throw error;
    });
    await endViews();
    const told = withNext(verdict, flags);
    for (const line of resultLines(told, kept)) sink.text(line);
    const calls = callsLine(apiCalls);
    const undo = undoable ? undoLine(verdict, flags) : undefined;
    const locked = lockedOutLines(lockedOut(verdict, kept));
    const closing = [...(calls ? [calls] : []), ...locked, ...closingLines(told), ...(undo ? [undo] : [])];
    for (const line of closing) {
      sink.note(line);
      log.line(line);
    }
    sink.json({
      plan: { hash: plan.hash, name: plan.name },
      verdict: told,
      outcomes: outcomesOf(kept),
      ...(calls ? { apiCalls } : {}),
    });
    if (verdict.state !== 'interrupted' && onlyCredentials(verdict, kept)) return EXIT.credentials;
    return exitCodeOfVerdict(verdict.state);
  } finally {
    await log.close();
    await close();
    ended();
  }
}

/** How it is undone, where some run changed something. */
function undoLine({ rolloutId, clusters }: RolloutVerdict, flags: Flags): string | undefined {
  const changed = clusters.some(({ run, counts }) => run !== undefined && (counts?.ok ?? 0) > 0);
  return changed ? `to undo it: ${nextCommand(`fireaxe undo ${rolloutId}`, flags)}` : undefined;
}

/** Whether the plan of a cluster has anything that an undo could undo. */
export const isUndoable = (plan: Plan): boolean =>
  actionSteps(plan).some(({ danger, irreversible }) => danger !== 'read' && irreversible === undefined);

/** Where credentials alone kept it from every target. */
const onlyCredentials = ({ counts }: RolloutVerdict, kept: ReadonlyMap<string, OutcomeKeeper>) =>
  counts.ok === 0 &&
  credentialsFailure([...kept.values()].flatMap((keeper) => [...keeper.steps().values()].flat())) !==
    undefined;

const outcomesOf = (kept: ReadonlyMap<string, OutcomeKeeper>) =>
  [...kept].flatMap(([cluster, keeper]) =>
    [...keeper.steps()].flatMap(([step, outcomes]) =>
      outcomes.map((outcome) => ({ cluster, step, ...outcome })),
    ),
  );
