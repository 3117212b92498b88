import type { Danger } from '../../actions/types.ts';
import { foldLine } from '../../base/fold-names.ts';
import { actionSteps } from '../../plan/steps.ts';
import { RunMemory } from '../../run/memory.ts';
import type { JournalRecord } from '../../run/types.ts';
import { chooseUndo, type StepOnNodes, type UndoScope, undoOf, type WhyLeft } from '../../run/undo/choice.ts';

export interface Change {
  step: string;
  action: string;
  /** What the undo does. */
  title: string;
  /** The danger of the undo, not of the change. */
  danger: Danger;
  targets: string[];
  irreversible?: string;
  /** It brings back what the run removed as the cause. */
  cause?: true;
}

export interface LeftAsIs extends Pick<Change, 'step' | 'title' | 'targets'> {
  why: string;
  /** The step removed the cause. */
  cause: boolean;
}

export interface UndoPreview {
  /** Newest first. */
  changes: Change[];
  left: LeftAsIs[];
}

/** What an undo within a scope does and what it leaves as it is, by the run's journal. */
export function previewOf(records: JournalRecord[], scope: UndoScope = {}): UndoPreview {
  const memory = RunMemory.of(records);
  return memory ? previewIn(memory, scope) : { changes: [], left: [] };
}

function previewIn(memory: RunMemory, scope: UndoScope = {}): UndoPreview {
  const { chosen, left } = chooseUndo(memory, scope);
  return {
    changes: chosen.map((of) => changeOf(of, memory)),
    left: left.map((of) => ({
      step: of.step.id,
      title: changeOf(of, memory).title,
      targets: of.targets,
      why: whyText(of.why),
      cause: 'cause' in of.why,
    })),
  };
}

function changeOf({ step, targets }: StepOnNodes, memory: RunMemory): Change {
  const undo = undoOf(memory, step);
  const what = undo?.summary ?? (step.irreversible ? step.title : `undo of: ${step.title}`);
  return {
    step: step.id,
    action: step.action,
    title: step.removesCause ? `${what}, which this run removed as the cause` : what,
    danger: undo?.danger ?? step.danger,
    targets,
    ...(step.irreversible ? { irreversible: step.irreversible } : {}),
    ...(step.removesCause ? { cause: true } : {}),
  };
}

function whyText(why: WhyLeft): string {
  return 'cause' in why ? 'left out unless it is named' : `ends with the undo of ${why.endsWith.join(', ')}`;
}

/** What of a run is still in force and can be undone without bringing the cause back: one line, or none. */
export function inForceLine(records: JournalRecord[]): string | undefined {
  const memory = RunMemory.of(records);
  if (!memory) return undefined;
  const steps = new Map(actionSteps(memory.plan).map((step) => [step.id, step]));
  const changes = previewIn(memory)
    .changes.filter(({ irreversible }) => irreversible === undefined)
    .map(({ step, targets }) => {
      const inForce = new Set(memory.inForce(steps.get(step)!));
      return { step, count: targets.filter((target) => inForce.has(target)).length };
    })
    .filter(({ count }) => count > 0);
  if (changes.length === 0) return undefined;
  if (memory.plan.workstreams.flatMap((w) => w.steps).length === 1) return 'to undo it';
  return `still in force: ${changes.map(({ step, count }) => `${step} (${count})`).join(', ')}; to undo it`;
}

/** The preview as a person reads it. */
export function previewLines(
  run: string,
  changes: (Change & { way?: string })[],
  left: LeftAsIs[],
): string[] {
  const lines = [`undo of run ${run}:`];
  for (const c of changes) {
    const severe = c.danger === 'severe' && c.irreversible === undefined ? ' [severe]' : '';
    const how = c.irreversible === undefined ? (c.way ?? '') : `: cannot be undone, ${c.irreversible}`;
    lines.push(`  ${c.step}: ${c.title}${severe}, on ${foldLine(c.targets)} (${c.targets.length})${how}`);
    if (c.cause && c.irreversible === undefined)
      lines.push('    WARNING: this brings the cause back: the incident may begin again');
  }
  if (changes.length === 0) lines.push('  nothing to undo');
  for (const l of left) {
    const named = l.cause ? `: --include ${l.step}` : '';
    lines.push(
      `  not ${l.step} (${l.why}${named}): ${l.title}, on ${foldLine(l.targets)} (${l.targets.length})`,
    );
  }
  return lines;
}
