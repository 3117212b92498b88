import type { JournalRecord } from '../run/types.ts';

export interface Change {
  step: string;
  title: string;
  targets: string[];
  irreversible?: string;
}

/** What a run may have changed and has not taken back, newest first, as its journal tells it. */
export function changesOf(records: JournalRecord[], steps?: string[], targets?: string[]): Change[] {
  const first = records[0];
  if (first?.kind !== 'plan') return [];
  const launched = new Map<string, Set<string>>();
  for (const record of records) {
    if (record.kind === 'intent' && record.op === 'apply') {
      const known = launched.get(record.step) ?? new Set();
      for (const target of record.targets) known.add(target);
      launched.set(record.step, known);
    } else if (record.kind === 'undone' && record.ok) {
      launched.get(record.step)?.delete(record.target);
    } else if (record.kind === 'outcome' && record.op === 'apply' && changedNothing(record.outcome)) {
      launched.get(record.step)?.delete(record.outcome.target);
    }
  }
  const wanted = (id: string) => !steps || steps.some((s) => id === s || id.startsWith(`${s}.`));
  const only = targets && new Set(targets);
  return first.plan.workstreams
    .flatMap((w) => w.steps)
    .filter((step) => step.kind === 'action' && wanted(step.id))
    .map((step) => ({
      step: step.id,
      title: step.title,
      targets: [...(launched.get(step.id) ?? [])].filter((t) => !only || only.has(t)),
      ...(step.kind === 'action' && step.irreversible ? { irreversible: step.irreversible } : {}),
    }))
    .filter((change) => change.targets.length > 0)
    .reverse();
}

/** Certain that this run left the node as it was: it was not reached, refused, or found it done already. */
export function changedNothing(outcome: { state: string; result?: { state: string } }): boolean {
  const did = outcome.result?.state;
  return ['unreachable', 'not-attempted'].includes(outcome.state) || did === 'refused' || did === 'already';
}
