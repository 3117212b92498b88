import { FireaxeError } from '../base/errors.ts';
import { formatTime } from '../base/time.ts';
import { stateDir } from '../kit/state-dir.ts';
import type { Plan } from '../plan/types.ts';
import type { RunSummary } from '../run/journal/store.ts';
import type { CliContext } from './context.ts';

/** Refuses (kind stale) a saved plan that ran before: it was made for the state of that time. */
export async function refuseSecondRun(
  plan: Pick<Plan, 'hash'>,
  file: string,
  { kit, io, sink }: CliContext,
): Promise<void> {
  const { ranBefore } = await import('../run/journal/ran-before.ts');
  const before = await ranBefore(stateDir(kit, io.env), plan.hash, (journal, why) =>
    sink.note(`warning: cannot check whether this plan ran before: ${journal}: ${why}`),
  );
  if (!before) return;
  const { runId, startedAt, state, undone } = before;
  const undo = { no: '', partly: ' and was partly undone', yes: ' and was undone' }[undone];
  const ended = state === 'open' ? 'it has not ended' : `it ended ${state}${undo}`;
  throw new FireaxeError(
    'stale',
    `this plan already ran: run ${runId} began at ${formatTime(startedAt)}; ${ended}`,
    {
      place: file,
      expected: 'a plan that has not run, or --again',
      next: nextOf(before),
    },
  );
}

function nextOf({ runId, state, undone }: RunSummary): string {
  if (undone === 'no' && (state === 'open' || state === 'interrupted')) return `fireaxe resume ${runId}`;
  return `review it with fireaxe timeline ${runId}; then add --again to run the plan again`;
}
