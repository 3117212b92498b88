import type { ActionStep } from '../../plan/types.ts';
import { waitForGate } from '../gate/wait.ts';
import type { Session } from '../session.ts';
import { apply } from './apply.ts';
import { canaryOf } from './canary.ts';
import { fetchFirst } from './fetch.ts';
import { keeperOf } from './keep-armed.ts';
import { keepTrying } from './keep-trying.ts';
import { failedForGood, pendingOf } from './pending.ts';
import {
  anyOk,
  CANARY_FAILED,
  GATE_CLOSED,
  INTERRUPTED,
  overBudget,
  type Phase,
  type StepEnd,
  type StepWork,
} from './phase.ts';
import { reconcile } from './reconcile.ts';
import { notUndone } from './rolled-back.ts';
import { settle } from './settle.ts';

/** The phases of a step, in order. Running them again after any crash is safe. */
const PHASES: Phase[] = [
  endIfOver,
  reconcileSent,
  holdGate,
  fetchFirst,
  apply,
  keepArmed,
  retryUnreached,
  settle,
];

/** Does what is left of a step by its journal. */
export async function runActionStep(session: Session, step: ActionStep): Promise<StepEnd> {
  const bound = session.memory.bound(step);
  const work: StepWork = {
    session,
    bound,
    step,
    keeper: keeperOf(session, bound),
    left: [],
    answeredBy: new Map(),
  };
  for (const phase of PHASES) {
    const end = await phase(work);
    if (end) return end;
  }
  return { state: 'done' };
}

/** A resume does not repeat what is done, and does not pass a guard. */
async function endIfOver(work: StepWork): Promise<StepEnd | undefined> {
  const { session, step } = work;
  if (step.anyOf && anyOk(work)) return { state: 'done' };
  // Its gate did not open and it was undone: what was applied is gone, although its outcomes say ok.
  if (session.memory.step(step.id).undone.size > 0) {
    const how = notUndone(session, step) ?? 'it was undone; make a new plan to try it again';
    return { state: 'failed', guard: true, why: `its gate did not open, and ${how}` };
  }
  const failures = failedForGood(session, step);
  return !step.anyOf && failures > step.budget ? overBudget(work, failures) : undefined;
}

/** Asks for the receipts of what may have left, and chooses the targets that apply is sent to. */
async function reconcileSent(work: StepWork): Promise<StepEnd | undefined> {
  const { session, bound, step } = work;
  const pending = pendingOf(session, step);
  work.answeredBy = await reconcile(session, bound, pending.ask);
  const wanted = new Set([...pending.launch, ...work.answeredBy.keys()]);
  const left = step.targets.filter((t) => wanted.has(t));
  // The first host that is tried must not be one whose own API server is down: it would wait for it.
  work.left = step.anyOf ? session.readings.readyFirst(left) : left;
  return canaryOf(session, step) === 'failed' ? CANARY_FAILED : undefined;
}

/** On resume the gate must hold between the earlier waves and those that are left, too. */
async function holdGate({ session, step, keeper, left }: StepWork): Promise<StepEnd | undefined> {
  const done = step.targets.length - left.length;
  if (left.length === 0 || !step.gate || step.anyOf) return undefined;
  if (done < step.waves[0]! || canaryOf(session, step) === 'open') return undefined;
  await keeper.now();
  if ((await waitForGate(session, step.id, step.gate)).open) return undefined;
  return session.env.stop.aborted ? INTERRUPTED : GATE_CLOSED;
}

async function keepArmed({ keeper }: StepWork): Promise<undefined> {
  await keeper.now();
}

async function retryUnreached({ session, bound, step, keeper, retry }: StepWork): Promise<undefined> {
  const gate = step.keepTrying;
  if (gate === undefined || !retry) return;
  session.background.start(step.id, (enough) => keepTrying(session, bound, { gate, enough }, keeper));
}
