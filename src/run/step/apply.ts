import { mayPass } from '../../fanout/again.ts';
import { failuresIn } from '../../fanout/counts.ts';
import type { Verdict } from '../../fanout/types.ts';
import type { ActionStep } from '../../plan/types.ts';
import type { Outcome } from '../../transport/types.ts';
import { waitForGate } from '../gate/wait.ts';
import { canaryOf } from './canary.ts';
import { CANARY_FAILED, GATE_CLOSED, INTERRUPTED, overBudget, type StepEnd, type StepWork } from './phase.ts';
import { LAST_LOOK_MS, reconcile, settleLostOf } from './reconcile.ts';
import { runOp } from './run-op.ts';

/** Sends apply to the targets that are left, wave by wave, and asks for the receipts of those whose outcome was lost. */
export async function apply(work: StepWork): Promise<undefined> {
  const { session, bound, step, keeper, left, answeredBy } = work;
  if (left.length === 0) return;
  const again = new Set(left);
  // Failures that an earlier process saw use up the same budget.
  const seen = failuresIn(
    step.targets.flatMap((t) => (again.has(t) ? [] : (session.memory.outcomeOf(step.id, t) ?? []))),
  );
  const uncounted = (outcome: Outcome) => step.keepTrying !== undefined && mayPass(outcome, true);
  const { outcomes, stoppedBy } = await runOp(session, bound, {
    op: 'apply',
    targets: left,
    waves: wavesFor(step, left.length, canaryOf(session, step) === 'open'),
    budget: Math.max(0, step.budget - seen),
    anyOf: step.anyOf,
    ...(step.keepTrying === undefined ? {} : { retryMs: 0, uncounted }),
    journaled: true,
    onOutcome: keeper.soon,
    first: ({ name }) => answeredBy.get(name),
    settleLost: settleLostOf(session, bound),
    // On resume after a crash: the before-state that was journaled first.
    before: (target) => session.memory.step(step.id).before.get(target.name),
    async betweenWaves() {
      await keeper.now();
      const canary = canaryOf(session, step);
      if (canary === 'failed') return 'canary';
      // The next targets become the canary.
      if (canary === 'open') return step.waves[0]!;
      return !step.gate || (await waitForGate(session, step.id, step.gate)).open;
    },
  });
  const failures = seen + failuresIn(outcomes.filter((outcome) => !uncounted(outcome)));
  // One host after another: a receipt must not hold up the next one.
  const lost = outcomes.filter(({ state }) => state === 'unknown' || state === 'timed-out');
  const within = step.wholeMs === undefined ? {} : { wholeMs: LAST_LOOK_MS };
  if (step.anyOf && !session.env.stopWaiting.aborted)
    await reconcile(
      session,
      bound,
      lost.map(({ target }) => target),
      within,
    );
  work.stopped = stoppedBy && STOPPED[stoppedBy](work, failures);
  work.retry = !stoppedBy;
}

const STOPPED: Record<NonNullable<Verdict['stoppedBy']>, (work: StepWork, failures: number) => StepEnd> = {
  interrupt: () => INTERRUPTED,
  budget: overBudget,
  canary: () => CANARY_FAILED,
  gate: () => GATE_CLOSED,
  journal: () => ({ state: 'failed', why: 'cannot write the journal' }),
};

/** The waves of the plan, less what is done; with a new canary first where the former one could not be reached. */
function wavesFor(step: ActionStep, left: number, canary: boolean): number[] {
  const done = step.targets.length - left;
  const waves = canary && done >= step.waves[0]! ? [step.waves[0]!] : [];
  let skip = done;
  for (const size of step.waves) {
    const now = size - Math.min(skip, size);
    skip -= size - now;
    if (now > 0) waves.push(now);
  }
  return waves;
}
