import type { Counts } from '../fanout/types.ts';
import type { ActionStep } from '../plan/types.ts';
import type { RunMemory } from '../run/memory.ts';
import type { JournaledOutcome, OutcomeState, StepState } from '../run/types.ts';

/** What became of the targets of one step. */
export interface StepOutcomes {
  step: string;
  workstream: string;
  title: string;
  action: string;
  danger: ActionStep['danger'];
  targets: string[];
  state: StepState | 'waiting';
  /** They add up to the targets. */
  counts: Counts;
  /** Targets that are as the step wants them, and were so before. */
  already: number;
  /** Why targets are not ok: those of one state and reason together, the most frequent first. */
  reasons: Reason[];
}

export interface Reason {
  state: OutcomeState;
  code: string;
  /** What the first of them said. */
  said: string;
  targets: string[];
}

export function outcomesOf(memory: RunMemory): StepOutcomes[] {
  return memory.plan.workstreams.flatMap(({ name, steps }) =>
    steps.flatMap((step) => (step.kind === 'action' ? [stepOutcomes(memory, step, name)] : [])),
  );
}

function stepOutcomes(memory: RunMemory, step: ActionStep, workstream: string): StepOutcomes {
  const { id, title, action, danger, targets } = step;
  const reasons = new Map<string, Reason>();
  let already = 0;
  for (const target of targets) {
    const outcome = memory.outcomeOf(id, target);
    const state = memory.stateOf(step, target);
    if (outcome?.result?.state === 'already') already++;
    if (state === 'ok') continue;
    const code = codeOf(outcome);
    const key = `${state} ${code}`;
    const same = reasons.get(key);
    if (same) same.targets.push(target);
    else reasons.set(key, { state, code, said: saidBy(outcome), targets: [target] });
  }
  return {
    step: id,
    workstream,
    title,
    action,
    danger,
    targets,
    state: memory.step(id).state ?? 'waiting',
    counts: memory.countsOf(step),
    already,
    reasons: [...reasons.values()].sort((a, b) => b.targets.length - a.targets.length),
  };
}

function codeOf(outcome: JournaledOutcome | undefined): string {
  if (!outcome) return '';
  const { result, reason, exitCode } = outcome;
  return reason?.code ?? result?.code ?? (exitCode === undefined ? '' : `exit ${exitCode}`);
}

/** What a transport or a node said; of a command that failed the end of its output. */
function saidBy(outcome: JournaledOutcome | undefined): string {
  const { result, reason, stderr = '', stdout = '' } = outcome ?? {};
  const said = (reason ? reason.message : result?.note) ?? '';
  return said || (stderr.trim() || stdout.trim()).slice(-MOST_OUTPUT);
}

const MOST_OUTPUT = 300;
