import { failuresText } from '../../base/counts-line.ts';
import type { Via } from '../../fanout/types.ts';
import type { BoundStep } from '../../plan/bound.ts';
import type { ActionStep } from '../../plan/types.ts';
import type { Session } from '../session.ts';
import type { StepState } from '../types.ts';
import type { Keeper } from './keep-armed.ts';

export interface StepEnd {
  state: StepState;
  why?: string;
  /** A guard stopped it: exit 7. */
  guard?: boolean;
}

/** A step under way. */
export interface StepWork {
  session: Session;
  bound: BoundStep;
  step: ActionStep;
  keeper: Keeper;
  /** Targets that apply is still to be sent to, in launch order. */
  left: string[];
  /** The transport over which a target told that apply never ended there. */
  answeredBy: Map<string, Via | undefined>;
  /** What stopped apply before all targets had their turn. */
  stopped?: StepEnd | undefined;
  /** Nothing stopped apply: targets that could not be reached may be retried in the background. */
  retry?: boolean;
}

/** One phase of a step; an end that it returns ends the step. */
export type Phase = (work: StepWork) => Promise<StepEnd | undefined>;

export const INTERRUPTED: StepEnd = { state: 'stopped', why: 'interrupted' };
export const CANARY_FAILED: StepEnd = { state: 'failed', guard: true, why: 'the canary failed' };
export const GATE_CLOSED: StepEnd = {
  state: 'failed',
  guard: true,
  why: 'the gate between waves did not open',
};

/** Too many failures. It is a guard only where that kept something from happening. */
export function overBudget({ session, step }: Pick<StepWork, 'session' | 'step'>, failures: number): StepEnd {
  const { plan, memory } = session;
  const alone = plan.workstreams.length === 1 && plan.workstreams[0]!.steps.length === 1;
  const counts = memory.countsOf(step);
  return {
    state: 'failed',
    guard: !alone || counts['not-attempted'] > 0,
    why: `${failuresText(failures)}, ${step.budget} allowed`,
  };
}

export function anyOk({ session, step }: Pick<StepWork, 'session' | 'step'>): boolean {
  return step.targets.some((t) => session.memory.outcomeOf(step.id, t)?.state === 'ok');
}
