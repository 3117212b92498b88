import { usage } from '../base/errors.ts';
import { watchedBy } from '../plan/bound.ts';
import { drive } from './engine.ts';
import { reopen } from './execute.ts';
import type { JournalRecord, RunEnv, RunVerdict } from './types.ts';

/**
 * Resumes a run that was killed, interrupted or stopped. Receipts settle what may have left; nothing runs twice.
 * Throws usage where the run is done, was undone, or is one that only its own verb watches.
 */
export function resumeRun(wanted: string, env: RunEnv): Promise<RunVerdict> {
  return reopen(wanted, env, 'resume', drive, refuseWhatIsOver);
}

function refuseWhatIsOver(runId: string, records: JournalRecord[]): void {
  const first = records[0];
  if (first?.kind === 'plan' && first.plan.receiptsOf !== undefined) {
    throw usage(`cannot resume ${runId}: it undoes ${first.plan.receiptsOf}`, {
      next: `fireaxe undo ${runId}`,
    });
  }
  const watched = first?.kind === 'plan' && watchedBy(first.plan);
  if (watched)
    throw usage(`cannot resume ${runId}: only ${watched} watches what it does`, {
      next: `fireaxe undo ${runId}`,
    });
  const end = records.findLast((r) => r.kind === 'end');
  if (end?.verdict.state === 'done') {
    throw usage(`nothing to resume: the run ${runId} is done`, {
      next: `fireaxe timeline ${runId}`,
    });
  }
  if (records.some((r) => r.kind === 'operator' && r.what === 'undo')) {
    throw usage(`cannot resume ${runId}: it was undone`, { next: 'make a new plan' });
  }
}
