import { usage } from '../base/errors.ts';
import { foldLine } from '../base/fold-names.ts';
import { actionSteps, isNamed, targetsOf } from '../plan/steps.ts';
import type { JournalRecord } from '../run/types.ts';

/** Refuses a step that the run, or no run of a rollout, has: a typing error must not look like "nothing to do". */
export function refuseUnknownStep(
  records: JournalRecord[],
  steps: string[] | undefined,
  runId: string,
  place: string,
): void {
  const known = [...new Set(plansIn(records).flatMap((plan) => actionSteps(plan).map(({ id }) => id)))];
  const wrong = steps?.find((step) => !known.some((id) => isNamed(id, [step])));
  if (wrong === undefined || known.length === 0) return;
  throw usage(`the run ${runId} has no step ${wrong}`, { place, expected: `one of ${known.join(', ')}` });
}

/** The same for a node. */
export function refuseUnknownNode(
  records: JournalRecord[],
  targets: string[] | undefined,
  runId: string,
): void {
  const known = new Set(plansIn(records).flatMap((plan) => [...targetsOf(plan)]));
  const wrong = targets?.find((target) => !known.has(target));
  if (wrong === undefined || known.size === 0) return;
  throw usage(`the run ${runId} has no node ${wrong}`, {
    place: '--nodes',
    expected: `some of ${foldLine([...known])}`,
  });
}

const plansIn = (records: JournalRecord[]) =>
  records.flatMap((record) => (record.kind === 'plan' ? [record.plan] : []));
