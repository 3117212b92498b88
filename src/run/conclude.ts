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
  const failed = !allDone || steps.some((s) => !s.anyOf && session.memory.countsOf(s).ok < s.targets.length);
  const state = interrupted
    ? 'interrupted'
    : session.memory.guard && !allDone
      ? 'guard'
      : failed
        ? 'failed'
        : 'done';
  const next =
    state === 'done' ? {} : { next: `fireaxe ${canGoOn(session) ? 'resume' : 'timeline'} ${session.runId}` };
  const verdict: RunVerdict = {
    runId: session.runId,
    state,
    counts,
    planned: steps.reduce((n, s) => n + s.targets.length, 0),
    startedAt: session.plan.createdAt,
    endedAt: session.env.now().toISOString(),
    workstreams,
    ...next,
  };
  await session.record({ kind: 'end', verdict });
  return verdict;
}
