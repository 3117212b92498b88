import { usage } from '../base/errors.ts';
import { drive } from './engine.ts';
import { reopen } from './execute.ts';
import type { JournalRecord, RunEnv, RunVerdict } from './types.ts';

/**
 * Goes on with a run that was killed, interrupted or stopped. What may have left is asked for its receipt;
 * nothing is run twice. Throws usage when the run is done, or was undone.
 */
export function resumeRun(wanted: string, env: RunEnv): Promise<RunVerdict> {
  return reopen(wanted, env, 'resume', drive, refuseWhatIsOver);
}

function refuseWhatIsOver(runId: string, records: JournalRecord[]): void {
  const end = records.findLast((r) => r.kind === 'end');
  if (end?.verdict.state === 'done') {
    throw usage(`the run ${runId} is done: nothing is left to resume`, {
      next: `fireaxe timeline ${runId}`,
    });
  }
  if (records.some((r) => r.kind === 'operator' && r.what === 'undo')) {
    throw usage(`the run ${runId} was undone: it is not resumed`, { next: 'make a new plan' });
  }
}
