import { formatDuration } from '../../base/duration.ts';
import { foldLine } from '../../base/fold-names.ts';
import { mayPass, pauseBefore } from '../../fanout/again.ts';
import { failuresIn } from '../../fanout/counts.ts';
import type { BoundStep } from '../../plan/bound.ts';
import type { ActionStep } from '../../plan/types.ts';
import type { Outcome } from '../../transport/types.ts';
import type { Session } from '../session.ts';
import type { Keeper } from './keep-armed.ts';
import { settleLostOf } from './reconcile.ts';
import { runOp } from './run-op.ts';

/** Targets of a step that nothing was sent to, for reasons that can pass. */
export function missing({ memory }: Session, step: ActionStep): string[] {
  return step.targets.filter((target) => {
    const outcome = memory.step(step.id).outcomes.get(target);
    return outcome !== undefined && mayPass(outcome, true);
  });
}

/** What the step has used up of its budget, without those that are still tried. */
export function settledFailures(session: Session, step: ActionStep): number {
  const open = new Set(missing(session, step));
  const settled = step.targets.filter((target) => !open.has(target));
  return failuresIn(settled.flatMap((t) => session.memory.outcomeOf(step.id, t) ?? []));
}

/** Tries those again that a step did not reach, at a pace, until its gate is over or the step is undone. The workstream goes on. */
export async function keepTrying(
  session: Session,
  bound: BoundStep,
  { gate, enough }: { gate: string; enough: AbortSignal },
  keeper: Keeper,
): Promise<void> {
  const { step } = bound;
  const began = session.env.now().getTime();
  const over = session.background.until(gate);
  const stop = AbortSignal.any([session.env.stop, over, enough]);
  const own = { ...session, env: { ...session.env, stop } };
  const note = (text: string) => session.record({ kind: 'note', text: `${step.id}: ${text}` });
  for (let tries = 1; ; tries++) {
    const targets = missing(session, step);
    if (targets.length === 0) return tries > 1 ? note('all nodes were reached') : undefined;
    if (tries === 1) await note(`not reached, and tried again until ${gate} is over: ${foldLine(targets)}`);
    await session.env.sleep(pauseBefore(tries), stop);
    const ms = session.env.now().getTime() - began;
    if (stop.aborted || settledFailures(session, step) > step.budget)
      return note(`not reached (tried ${tries} times in ${formatDuration(ms)}): ${foldLine(targets)}`);
    await tryOnce(own, bound, targets, { tries, ms }, keeper);
    await keeper.now();
  }
}

async function tryOnce(
  session: Session,
  bound: BoundStep,
  targets: string[],
  earlier: { tries: number; ms: number },
  { soon }: Keeper,
): Promise<void> {
  const { step } = bound;
  const outcomes = session.memory.step(step.id).outcomes;
  const known = new Map(targets.map((target): [string, Outcome] => [target, outcomes.get(target)!]));
  const { outcomes: told } = await runOp(session, bound, {
    op: 'apply',
    targets,
    budget: Math.max(0, step.budget - settledFailures(session, step)),
    retryMs: 0,
    earlier,
    uncounted: (outcome) => mayPass(outcome, true),
    journaled: true,
    onOutcome: soon,
    settleLost: settleLostOf(session, bound),
    before: (target) => session.memory.step(step.id).before.get(target.name),
  });
  // Nothing more was to leave: what was known of it stands.
  for (const { target, state } of told) {
    if (state === 'not-attempted')
      await session.record({ kind: 'outcome', step: step.id, op: 'apply', outcome: known.get(target)! });
  }
}
