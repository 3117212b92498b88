import { actionNamed } from '../../actions/registry.ts';
import type { Action } from '../../actions/types.ts';
import { sha256 } from '../../base/canonical.ts';
import { FireaxeError } from '../../base/errors.ts';
import { mayPass } from '../../fanout/again.ts';
import { badOf, countOutcomes } from '../../fanout/counts.ts';
import type { ActionStep } from '../../plan/types.ts';
import type { Outcome } from '../../transport/types.ts';
import { waitForGate } from '../gate/wait.ts';
import { saveFetched } from '../journal/store.ts';
import type { Session } from '../session.ts';
import type { StepState } from '../types.ts';
import { undoStep } from '../undo/step.ts';
import { canaryOf } from './canary.ts';
import { foundNone, mustFind } from './found-none.ts';
import { type Keeper, keeperOf } from './keep-armed.ts';
import { keepTrying, settledBad } from './keep-trying.ts';
import { pendingOf, usedUp } from './pending.ts';
import { reconcile } from './reconcile.ts';
import { runOp } from './run-op.ts';

/** What a look at the receipts may take where the deadline of a person has passed. */
const LAST_LOOK_MS = 1_000;

export interface StepEnd {
  state: StepState;
  why?: string;
  /** Stopped by budget or gate: exit 7. */
  guard?: boolean;
}

/** Does what the journal says is still to do of a step. Running it again after any crash is safe. */
export async function runActionStep(session: Session, step: ActionStep): Promise<StepEnd> {
  const action = actionNamed(step.action);
  const keeper = keeperOf(session, step, action);
  const pending = pendingOf(session, step);
  if (step.anyOf && anyOk(session, step)) return { state: 'done' };
  // Its gate did not open and it was taken back: what was applied is not there any more, whatever its outcome said.
  if (session.memory.step(step.id).undone.size > 0)
    return { state: 'failed', guard: true, why: 'it was taken back; make a new plan to try it again' };
  if (!step.anyOf && usedUp(session, step) > step.budget) return overBudget(session, step);
  const { again } = await reconcile(session, step, pending.ask);
  if (canaryOf(session, step) === 'bad') return CANARY;
  const wanted = new Set([...pending.launch, ...again]);
  const targets = step.targets.filter((t) => wanted.has(t));
  if (targets.length > 0) {
    const closed = await gateBefore(session, step, keeper, targets.length);
    if (closed) return closed;
    if (action.node?.fetches?.(action.params.parse(step.params)))
      await fetchFirst(session, step, action, targets);
    const end = await apply(session, step, keeper, targets);
    if (end) return end;
  } else {
    await keeper.now();
  }
  return settle(session, step);
}

async function apply(
  session: Session,
  step: ActionStep,
  keeper: Keeper,
  targets: string[],
): Promise<StepEnd | undefined> {
  // What an earlier process saw uses up the same budget.
  const seen = badOf(
    countOutcomes(
      step.targets.flatMap((t) => (targets.includes(t) ? [] : (session.memory.outcomeOf(step.id, t) ?? []))),
    ),
  );
  const verdict = await runOp(session, step, {
    op: 'apply',
    targets,
    waves: wavesFor(step, targets.length, canaryOf(session, step) === 'open'),
    budget: Math.max(0, step.budget - seen),
    anyOf: step.anyOf,
    ...(step.keepTrying === undefined
      ? {}
      : { retryMs: 0, bears: (outcome: Outcome) => mayPass(outcome, true) }),
    journaled: true,
    onOutcome: keeper.soon,
    // Gone on with after a crash: the way back that was journaled first.
    before: (target) => session.memory.step(step.id).before.get(target.name),
    async betweenWaves() {
      await keeper.now();
      const canary = canaryOf(session, step);
      if (canary === 'bad') return 'canary';
      // The next ones take its place.
      if (canary === 'open') return step.waves[0]!;
      return !step.gate || (await waitForGate(session, step.id, step.gate)).open;
    },
  });
  const lost = verdict.outcomes
    .filter((o) => o.state === 'unknown' || o.state === 'timed-out')
    .map((o) => o.target);
  // A person's deadline has passed by now: one short look, and a resume looks again.
  const within = step.wholeMs === undefined ? {} : { wholeMs: LAST_LOOK_MS };
  if (!session.env.letGo.aborted) await reconcile(session, step, lost, within);
  await keeper.now();
  if (step.keepTrying !== undefined && !verdict.stoppedBy) {
    const gate = step.keepTrying;
    session.background.start(step.id, (enough) => keepTrying(session, step, { gate, enough }, keeper));
  }
  if (verdict.stoppedBy === 'interrupt') return { state: 'stopped', why: 'interrupted' };
  if (verdict.stoppedBy === 'budget') return overBudget(session, step);
  if (verdict.stoppedBy === 'canary') return CANARY;
  if (verdict.stoppedBy === 'gate') return CLOSED;
  if (verdict.stoppedBy === 'journal') return { state: 'failed', why: 'the journal could not be written' };
  return undefined;
}

const CANARY: StepEnd = { state: 'failed', guard: true, why: 'the canary did not end well' };
const CLOSED: StepEnd = { state: 'failed', guard: true, why: 'the gate between waves did not open' };

/** A resume is no way past a gate: it must hold between the waves that were and those that are left, too. */
async function gateBefore(
  session: Session,
  step: ActionStep,
  keeper: Keeper,
  left: number,
): Promise<StepEnd | undefined> {
  const done = step.targets.length - left;
  if (!step.gate || step.anyOf || done < step.waves[0]! || canaryOf(session, step) === 'open')
    return undefined;
  await keeper.now();
  if ((await waitForGate(session, step.id, step.gate)).open) return undefined;
  return session.env.stop.aborted ? { state: 'stopped', why: 'interrupted' } : CLOSED;
}

/** After a gate that does not open the whole step is taken back: a batch of clients that was too much. */
async function settle(session: Session, step: ActionStep): Promise<StepEnd> {
  if (step.anyOf && !anyOk(session, step)) return { state: 'failed', why: 'no target did it' };
  // Also what an earlier process saw: a resume is no way past the budget.
  const bad =
    step.keepTrying === undefined ? badOf(session.memory.countsOf(step)) : settledBad(session, step);
  if (!step.anyOf && bad > step.budget) return overBudget(session, step);
  const none = foundNone(
    step,
    step.targets.map((t) => session.memory.outcomeOf(step.id, t)),
  );
  if (none && mustFind(session.plan)) return { state: 'failed', why: none };
  const well = wellEnded(session, step, none);
  if (!step.rollBack || !step.gate) return well;
  const gate = await waitForGate(session, step.id, step.gate);
  if (gate.open) return well;
  if (session.env.stop.aborted) return { state: 'stopped', why: 'interrupted' };
  await undoStep(session, step);
  return { state: 'failed', guard: true, why: `taken back, because the gate did not open: ${gate.text}` };
}

/** Failures that are allowed are failures all the same: step, workstream and run say so with one word. */
function wellEnded(session: Session, step: ActionStep, none: string | undefined): StepEnd {
  const missing = step.anyOf ? 0 : step.targets.length - session.memory.countsOf(step).ok;
  const short = missing > 0 ? `${missing} of ${step.targets.length} targets did not end ok` : undefined;
  const why = [short, none].filter((part) => part !== undefined).join('; ');
  return { state: missing > 0 ? 'partial' : 'done', ...(why ? { why } : {}) };
}

/** A guard that kept nothing from happening is no guard: some targets just did not end ok. */
function overBudget(session: Session, step: ActionStep): StepEnd {
  const alone = session.plan.workstreams.every((w, i) => i === 0 && w.steps.length === 1);
  const guard = !alone || session.memory.countsOf(step)['not-attempted'] > 0;
  return { state: 'failed', guard, why: `more than ${step.budget} targets did not end ok` };
}

/** Saves what apply would destroy; a target whose object cannot be saved whole is not touched. */
async function fetchFirst(
  session: Session,
  step: ActionStep,
  action: Action,
  targets: string[],
): Promise<void> {
  const verdict = await runOp(session, step, {
    op: 'fetch',
    targets,
    journaled: false,
    ...(step.anyOf ? { anyOf: true } : {}),
  });
  const fetched = verdict.outcomes.find((o) => o.state === 'ok' && !o.truncated);
  if (!fetched) {
    const told = verdict.outcomes.find((o) => o.state !== 'not-attempted');
    throw new FireaxeError('guard', `${step.id}: nothing is deleted, because it could not be saved first`, {
      place: told?.target ?? step.id,
      expected: told?.reason?.message ?? told?.result?.note ?? 'an answer from the control plane',
    });
  }
  action.node?.restores?.(fetched.stdout);
  // The object is the cluster's, whichever node read it.
  for (const target of targets) await saveFetched(session.dir, step.id, target, fetched.stdout);
  // By this an undo knows that it sends what was there, not what was made of it since.
  await session.record({ kind: 'saved', step: step.id, targets, sha256: sha256(fetched.stdout) });
}

function anyOk(session: Session, step: ActionStep): boolean {
  return step.targets.some((t) => session.memory.outcomeOf(step.id, t)?.state === 'ok');
}

/** The plan's waves, shortened to what is left after a resume; a canary first, where the former one told nothing. */
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
