import type { Danger } from '../../actions/types.ts';
import { foldLine } from '../../base/fold-names.ts';
import { RunMemory } from '../../run/memory.ts';
import type { JournalRecord } from '../../run/types.ts';
import { chooseUndo, type StepOnNodes, type UndoScope, undoOf, type WhyLeft } from '../../run/undo/choice.ts';

export interface Change {
  step: string;
  /** What the undo does. */
  title: string;
  /** The danger of the undo, not of the change. */
  danger: Danger;
  targets: string[];
  irreversible?: string;
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
  const first = records[0];
  if (first?.kind !== 'plan') return { changes: [], left: [] };
  const { plan } = first;
  const memory = new RunMemory(plan);
  // A journal that was changed by hand must supply only these.
  const needed = ['intent', 'before', 'outcome', 'undone'];
  for (const record of records) if (needed.includes(record.kind)) memory.learn(record, record.at);
  const { chosen, left } = chooseUndo(plan, memory, scope);
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
  const undo = undoOf(step, memory);
  const what = undo?.summary ?? (step.irreversible ? step.title : `undo of: ${step.title}`);
  return {
    step: step.id,
    title: step.removesCause ? `${what}, which this run removed as the cause` : what,
    danger: undo?.danger ?? step.danger,
    targets,
    ...(step.irreversible ? { irreversible: step.irreversible } : {}),
  };
}

function whyText(why: WhyLeft): string {
  return 'cause' in why ? 'left out unless it is named' : `ends with the undo of ${why.endsWith.join(', ')}`;
}

/** What of a run is still in force and can be undone without bringing the cause back: one line, or none. */
export function inForceLine(records: JournalRecord[]): string | undefined {
  const first = records[0];
  if (first?.kind !== 'plan') return undefined;
  const reverted = revertedByNodes(records);
  const changes = previewOf(records)
    .changes.map((of) => ({ ...of, targets: of.targets.filter((t) => !reverted.has(`${of.step} ${t}`)) }))
    .filter(({ irreversible, targets }) => irreversible === undefined && targets.length > 0);
  if (changes.length === 0) return undefined;
  const steps = first.plan.workstreams.flatMap((w) => w.steps).length;
  if (steps === 1) return 'to undo it';
  const words = changes.map(({ step, targets }) => `${step} (${targets.length})`);
  return `still in force: ${words.join(', ')}; to undo it`;
}

/** `step target` of each armed change that was not kept: its node reverts it. */
function revertedByNodes(records: JournalRecord[]): Set<string> {
  const reverted = new Set<string>();
  for (const record of records) {
    if (record.kind !== 'kept') continue;
    if (record.ok) reverted.delete(`${record.step} ${record.target}`);
    else reverted.add(`${record.step} ${record.target}`);
  }
  return reverted;
}

/** The preview as a person reads it. */
export function previewLines(
  runId: string,
  changes: (Change & { way?: string })[],
  left: LeftAsIs[],
): string[] {
  const lines = [`undo of run ${runId}:`];
  for (const c of changes) {
    const severe = c.danger === 'severe' && c.irreversible === undefined ? ' [severe]' : '';
    const how = c.irreversible === undefined ? (c.way ?? '') : `: cannot be undone, ${c.irreversible}`;
    lines.push(`  ${c.step}: ${c.title}${severe}, on ${foldLine(c.targets)} (${c.targets.length})${how}`);
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
