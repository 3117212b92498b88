import { FireaxeError } from '../base/errors.ts';
import { stateDir } from '../kit/state-dir.ts';
import type { Plan } from '../plan/types.ts';
import type { RunSummary } from '../run/journal/store.ts';
import type { CliContext } from './context.ts';

/** Refuses (kind stale) a saved plan that ran before: it was made for what stood then. */
export async function refuseSecondRun(
  plan: Plan,
  file: string,
  { kit, io, sink }: CliContext,
): Promise<void> {
  const { ranBefore } = await import('../run/journal/ran-before.ts');
  const before = await ranBefore(stateDir(kit, io.env), plan.hash, (journal, why) =>
    sink.note(`warning: cannot tell whether this plan ran before: ${journal}: ${why}`),
  );
  if (!before) return;
  const { runId, startedAt, state, undone } = before;
  const ended = state === 'open' ? 'it has no end' : `it ended ${state}${undone ? ' and was undone' : ''}`;
  throw new FireaxeError('stale', `the plan ran before: run ${runId} began at ${startedAt}; ${ended}`, {
    place: file,
    expected: 'a plan that has not run, or --again',
    next: nextOf(before),
  });
}

function nextOf({ runId, state, undone }: RunSummary): string {
  if (!undone && (state === 'open' || state === 'interrupted')) return `fireaxe resume ${runId}`;
  return `add --again to run it once more, or look first: fireaxe timeline ${runId}`;
}
