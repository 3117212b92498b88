import { addCounts, noCounts } from '../fanout/counts.ts';
import { watchedBy } from '../plan/bound.ts';
import { actionSteps } from '../plan/steps.ts';
import type { Session } from './session.ts';
import { canGoOn, endedWell } from './step/pending.ts';
import type { RunVerdict } from './types.ts';

/** A run is done where each workstream is, and recovered where its goal is reached although some are not. */
function stateOf(
  session: Session,
  workstreams: RunVerdict['workstreams'],
  missed: boolean,
): RunVerdict['state'] {
  const well = workstreams.every((w) => endedWell(w.state));
  if (!well && (session.env.stop.aborted || unanswered(session))) return 'interrupted';
  if (goalReached(session) && (missed || !well)) return 'recovered';
  if (well) return workstreams.some((w) => w.state === 'partial') ? 'partial' : 'done';
  return session.memory.guard ? 'guard' : 'failed';
}

/** The verdict over the targets of all steps; they add up to what was planned. */
export async function conclude(session: Session): Promise<RunVerdict> {
  const steps = actionSteps(session.plan);
  const counts = steps.map((s) => session.memory.countsOf(s)).reduce(addCounts, noCounts());
  const workstreams = [...session.memory.workstreams.values()].map((w) => ({ ...w }));
  const missed = missedBy(session);
  const state = stateOf(session, workstreams, missed.length > 0);
  const planned = steps.reduce((n, s) => n + s.targets.length, 0);
  // Each target succeeded and the run failed all the same: what is in force does not help.
  const useless = state === 'failed' && planned > 0 && counts.ok === planned;
  const onwards = watchedBy(session.plan) ? 'undo' : 'resume';
  const verb = canGoOn(session) ? onwards : useless ? 'undo' : 'timeline';
  const nothing = state === 'done' || (state === 'recovered' && !canGoOn(session));
  const next = nothing ? {} : { next: `fireaxe ${verb} ${session.runId}` };
  const verdict: RunVerdict = {
    runId: session.runId,
    state,
    counts,
    planned,
    startedAt: session.plan.createdAt,
    endedAt: session.env.now().toISOString(),
    workstreams,
    ...(state === 'recovered' && missed.length > 0 ? { missed } : {}),
    ...next,
  };
  await session.record({ kind: 'end', verdict });
  return verdict;
}

/** A question was cut off: the terminal is gone. */
function unanswered({ plan, memory }: Session): boolean {
  return plan.workstreams.some(({ steps }) =>
    steps.some(({ kind, id }) => kind === 'ask' && memory.step(id).state === 'stopped'),
  );
}

/** Each workstream with a gate of its own ended successfully. */
function goalReached({ plan, memory }: Session): boolean {
  const goals = plan.workstreams.filter((w) => w.steps.some((step) => step.kind === 'gate'));
  return goals.length > 0 && goals.every((w) => endedWell(memory.workstreams.get(w.name)?.state));
}

function missedBy({ plan, memory }: Session): { step: string; targets: string[] }[] {
  return actionSteps(plan).flatMap((step) => {
    const targets = step.targets.filter((t) => memory.outcomeOf(step.id, t)?.state !== 'ok');
    return step.anyOf || targets.length === 0 ? [] : [{ step: step.id, targets }];
  });
}
