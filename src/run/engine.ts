import { FireaxeError } from '../base/errors.ts';
import { quote } from '../base/quote.ts';
import { addCounts, missingOf, noCounts } from '../fanout/counts.ts';
import { actionSteps, isNamed } from '../plan/steps.ts';
import type { Step, UndoStep, Workstream } from '../plan/types.ts';
import { conclude } from './conclude.ts';
import { waitForGate } from './gate/wait.ts';
import { unmetNeed } from './needs.ts';
import type { Session } from './session.ts';
import { runActionStep } from './step/action-step.ts';
import { waitForAnswer } from './step/ask-step.ts';
import { endedWell, isOver } from './step/pending.ts';
import type { StepEnd } from './step/phase.ts';
import { completeReached } from './step/reached-since.ts';
import type { RunVerdict } from './types.ts';
import { type GoneEnd, undoOnceGone } from './undo/once-gone.ts';
import { undoStep } from './undo/step.ts';

/** Runs what is left of a plan by its journal: workstreams side by side, steps in order. */
export async function drive(session: Session): Promise<RunVerdict> {
  const ends = new Map<string, Promise<boolean>>();
  const endOf = (name: string) => ends.get(name) ?? Promise.resolve(false);
  // Needs may name workstreams that come later in the plan: all promises exist before any is awaited.
  let start = () => {};
  const started = new Promise<void>((resolve) => {
    start = resolve;
  });
  for (const workstream of session.plan.workstreams) {
    ends.set(
      workstream.name,
      started.then(() => runWorkstream(session, workstream, endOf)),
    );
  }
  start();
  // A workstream that throws does not leave the others running unwatched.
  const broken = (await Promise.allSettled(ends.values())).find((e) => e.status === 'rejected');
  if (broken) throw broken.reason;
  await session.background.end();
  await completeReached(session);
  return conclude(session);
}

/** True where it succeeded. */
async function runWorkstream(
  session: Session,
  workstream: Workstream,
  endOf: (name: string) => Promise<boolean>,
): Promise<boolean> {
  try {
    return await runSteps(session, workstream, endOf);
  } finally {
    // Nothing waits for its gates any more.
    for (const { id } of workstream.steps) session.background.over(id);
  }
}

async function runSteps(
  session: Session,
  workstream: Workstream,
  endOf: (name: string) => Promise<boolean>,
): Promise<boolean> {
  const { name } = workstream;
  const known = session.memory.workstreams.get(name)!;
  if (endedWell(known.state) && workstream.steps.every((step) => isOver(session, step))) return true;
  const missing = await unmetNeed(workstream, endOf);
  if (session.env.stop.aborted) return end(session, name, { state: 'stopped', why: 'interrupted' });
  if (missing) return end(session, name, { state: 'skipped', why: missing });
  await session.record({ kind: 'workstream', workstream: name, state: 'running' });
  const remarks: string[] = [];
  for (const step of workstream.steps) {
    const stepEnd = await runStep(session, name, step);
    if (!endedWell(stepEnd.state))
      return end(session, name, { ...stepEnd, why: `${step.id}: ${stepEnd.why ?? stepEnd.state}` });
    if (stepEnd.why) remarks.push(`${step.id}: ${stepEnd.why}`);
  }
  const state = workstream.steps.some(({ id }) => session.memory.step(id).state === 'partial')
    ? 'partial'
    : 'done';
  return end(session, name, { state, ...(remarks.length > 0 ? { why: remarks.join('; ') } : {}) });
}

async function runStep(session: Session, workstream: string, step: Step): Promise<StepEnd> {
  if (isOver(session, step)) return { state: session.memory.step(step.id).state ?? 'done' };
  if (session.env.stop.aborted) return { state: 'stopped', why: 'interrupted' };
  await session.record({ kind: 'step', workstream, step: step.id, state: 'running' });
  const ended = await attempt(session, step);
  session.background.over(step.id);
  if (ended.guard) session.memory.guard ??= `${step.id}: ${ended.why}`;
  const counts = step.kind === 'action' ? { counts: session.memory.countsOf(step) } : {};
  await session.record({
    kind: 'step',
    workstream,
    step: step.id,
    state: ended.state,
    ...counts,
    ...(ended.why ? { why: ended.why } : {}),
  });
  return ended;
}

async function attempt(session: Session, step: Step): Promise<StepEnd> {
  try {
    if (step.kind === 'action') return await runActionStep(session, step);
    if (step.kind === 'undo') return await runUndo(session, step);
    if (step.kind === 'ask') return await waitForAnswer(session, step);
    const gate = await waitForGate(session, step.id, step.gate);
    if (gate.open) return { state: 'done' };
    if (session.env.stop.aborted) return { state: 'stopped', why: 'interrupted' };
    return { state: 'failed', guard: true, why: `the gate did not open: ${gate.text}` };
  } catch (error) {
    // An error in one workstream does not end the others.
    if (error instanceof FireaxeError) {
      const why = [error.message, error.expected].filter(Boolean).join('; ');
      return { state: 'failed', guard: error.kind === 'guard', why };
    }
    return { state: 'failed', why: `internal error: ${error instanceof Error ? error.message : error}` };
  }
}

async function runUndo(session: Session, step: UndoStep): Promise<StepEnd> {
  const steps = actionSteps(session.plan);
  let counts = noCounts();
  let allowed = 0;
  const left: string[] = [];
  for (const id of [...step.steps].reverse()) {
    for (const action of steps.filter((s) => isNamed(s.id, [id])).reverse()) {
      if (session.env.stop.aborted) return { state: 'stopped', why: 'interrupted' };
      const bound = session.memory.bound(action);
      const end: GoneEnd = step.onceGone
        ? await undoOnceGone(session, step.id, bound, step.onceGone)
        : await undoStep(session, bound);
      if (end.stoppedBy === 'interrupt') return { state: 'stopped', why: 'interrupted' };
      if (end.stoppedBy) {
        const why = `${action.id}: undone only in part (${end.stoppedBy})`;
        return { state: 'failed', guard: end.stoppedBy !== 'journal', why };
      }
      counts = addCounts(counts, end.counts);
      allowed += action.budget;
      if (end.left !== undefined) left.push(end.left);
    }
  }
  if (left.length > 0) {
    const words = step.steps.map((id) => `--step ${id}`).join(' ');
    const next = `fireaxe undo ${session.runId} ${words} --once-gone ${quote(step.onceGone!.pods)}`;
    return { state: 'partial', why: `${left.join('; ')}; next: ${next}` };
  }
  const failures = missingOf(counts);
  const why = `${failures} targets could not be undone`;
  return failures > allowed
    ? { state: 'failed', guard: true, why }
    : failures > 0
      ? { state: 'partial', why }
      : { state: 'done' };
}

async function end(session: Session, workstream: string, { state, why }: StepEnd): Promise<boolean> {
  await session.record({ kind: 'workstream', workstream, state, ...(why ? { why } : {}) });
  return endedWell(state);
}
