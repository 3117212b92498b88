import { addCounts, noCounts } from '../fanout/counts.ts';
import { actionSteps } from './memory.ts';
import { canGoOn } from './pending.ts';
import type { Session } from './session.ts';
import type { RunVerdict } from './types.ts';

/** The verdict over all steps' targets; they add up to what was planned. */
export async function conclude(session: Session): Promise<RunVerdict> {
  const steps = actionSteps(session.plan);
  const counts = steps.map((s) => session.memory.countsOf(s)).reduce(addCounts, noCounts());
  const workstreams = [...session.memory.workstreams.values()].map((w) => ({ ...w }));
  const allDone = workstreams.every((w) => w.state === 'done');
  const interrupted = session.env.stop.aborted && !allDone;
  const missed = missedBy(session);
  const recovered = !interrupted && goalReached(session) && (missed.length > 0 || !allDone);
  const failed = !allDone || steps.some((s) => !s.anyOf && session.memory.countsOf(s).ok < s.targets.length);
  const state = interrupted
    ? 'interrupted'
    : recovered
      ? 'recovered'
      : session.memory.guard && !allDone
        ? 'guard'
        : failed
          ? 'failed'
          : 'done';
  const nothing = state === 'done' || (state === 'recovered' && !canGoOn(session));
  const next = nothing
    ? {}
    : { next: `fireaxe ${canGoOn(session) ? 'resume' : 'timeline'} ${session.runId}` };
  const verdict: RunVerdict = {
    runId: session.runId,
    state,
    counts,
    planned: steps.reduce((n, s) => n + s.targets.length, 0),
    startedAt: session.plan.createdAt,
    endedAt: session.env.now().toISOString(),
    workstreams,
    ...(state === 'recovered' && missed.length > 0 ? { missed } : {}),
    ...next,
  };
  await session.record({ kind: 'end', verdict });
  return verdict;
}

/** Every gate that stands for itself opened, and what comes with it in its workstream is done. */
function goalReached({ plan, memory }: Session): boolean {
  const goals = plan.workstreams.filter((w) => w.steps.some((step) => step.kind === 'gate'));
  return goals.length > 0 && goals.every((w) => memory.workstreams.get(w.name)?.state === 'done');
}

function missedBy({ plan, memory }: Session): { step: string; targets: string[] }[] {
  return actionSteps(plan).flatMap((step) => {
    const targets = step.targets.filter((t) => memory.outcomeOf(step.id, t)?.state !== 'ok');
    return step.anyOf || targets.length === 0 ? [] : [{ step: step.id, targets }];
  });
}
