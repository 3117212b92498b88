import type { OnceGone } from '../plan/types.ts';
import type { UndoScope } from '../run/undo/choice.ts';
import type { UndoPace } from '../run/undo/pace.ts';
import { CHANGE_MS } from './certificates.ts';
import { confirmPhrase, consentForUndo, furtherReasonOf, obtain } from './consent.ts';
import type { CliContext } from './context.ts';
import type { Change } from './format/undo-preview.ts';
import { openKeys, transportsOf } from './passphrases.ts';
import { runAndShow } from './run-and-show.ts';
import { sameWords } from './undo-pace.ts';
import type { UndoSource } from './undo-source.ts';
import { usesCloud } from './uses-cloud.ts';

export interface UndoRequest extends UndoScope {
  changes: Change[];
  pace: UndoPace;
  onceGone?: OnceGone | undefined;
}

/** The one path from a preview to an undo: confirm, undo, report. Returns the exit code. */
export async function carryOutUndo(
  context: CliContext,
  { runId, records, open }: Pick<UndoSource, 'runId' | 'records' | 'open'>,
  { changes, pace, onceGone, ...scope }: UndoRequest,
): Promise<number> {
  const { flags, io } = context;
  const possible = changes.filter((c) => c.irreversible === undefined);
  const [first] = records;
  const plan = first?.kind === 'plan' ? first.plan : undefined;
  await obtain(consentForUndo({ runId, cluster: plan?.cluster ?? '', changes: possible }, flags, io), io);
  if (plan) {
    const via = pace.via ? [pace.via] : transportsOf(plan);
    await openKeys(context, plan.cluster, via, usesCloud(plan), CHANGE_MS);
  }
  const { undoRun } = await import('../run/undo/undo.ts');
  return runAndShow(context, async (env) => {
    const shown = changes.map(({ step }) => step);
    const verdict = await undoRun(
      await open(env),
      { ...env, ...furtherReasonOf(flags) },
      { pace, shown, ...(onceGone && { onceGone }), ...scope },
    );
    // The next undo repeats the scope and pace of this one.
    const again = verdict.next?.startsWith('fireaxe undo ');
    return again ? { ...verdict, next: [verdict.next, ...sameWords(flags)].join(' ') } : verdict;
  });
}

/** What a severe one takes. */
export function phraseFor(records: UndoSource['records'], changes: Change[]): string {
  const cluster = records[0]?.kind === 'plan' ? records[0].plan.cluster : '';
  return confirmPhrase(cluster, new Set(changes.flatMap((c) => c.targets)).size);
}
