import { formatDuration, LONGEST_MS, parseSpan } from '../base/duration.ts';
import { quote } from '../base/quote.ts';
import type { JournalRecord } from '../run/types.ts';
import type { UndoPace } from '../run/undo/pace.ts';
import { wavesText } from './format/plan.ts';
import type { Change } from './format/undo-preview.ts';
import { type Given, value, values } from './option.ts';
import type { PaceFlags, WaveFlags } from './options.ts';
import { overridesOf } from './overrides.ts';

/** How much of a run an undo takes, and its pause between waves. */
export const scopeOptions = {
  step: values('--step <id>', 'only this step (repeatable)'),
  include: values('--include <step>', 'also this step, which removed the cause (repeatable)'),
  nodes: value('--nodes <nodeset>', 'only these nodes, such as n[1-9,12]'),
  pause: value('--pause <duration>', 'time to settle after each wave'),
};

type UndoFlags = Given<typeof scopeOptions> & PaceFlags & WaveFlags;

/** The flags of an undo that set its pace. */
export function paceOf(flags: UndoFlags): UndoPace {
  const { limit: _, ...pace } = overridesOf(flags);
  const pause = flags.pause;
  return {
    ...pace,
    ...(pause === undefined ? {} : { pauseMs: parseSpan(pause, '--pause', 0, LONGEST_MS) }),
  };
}

/** The scope and pace flags as typed, to repeat in the next command. */
export function sameWords(flags: UndoFlags): string[] {
  const names = {
    step: '--step',
    include: '--include',
    nodes: '--nodes',
    canary: '--canary',
    wave: '--wave',
    pause: '--pause',
    parallel: '--parallel',
    maxFailures: '--max-failures',
    timeout: '--timeout',
  } as const;
  const via = flags.via === undefined ? [] : [`--via ${(flags.via).join(',')}`];
  return (Object.keys(names) as (keyof typeof names)[])
    .flatMap((flag) => [flags[flag] ?? []].flat().map((typed) => `${names[flag]} ${quote(String(typed))}`))
    .concat(via);
}

/** A change with the pace of its undo: in numbers, and as words for its line. */
export interface PacedChange extends Change {
  waves: number[];
  pauseMs: number;
  way: string;
}

export async function withWays(
  changes: Change[],
  records: JournalRecord[],
  pace: UndoPace,
): Promise<PacedChange[]> {
  const first = records[0];
  if (first?.kind !== 'plan') return [];
  const { wayBack } = await import('../run/undo/pace.ts');
  const steps = new Map(first.plan.workstreams.flatMap((w) => w.steps).map((step) => [step.id, step]));
  return changes.flatMap((change) => {
    const step = steps.get(change.step);
    if (step?.kind !== 'action') return [];
    const { waves, canary, pauseMs, step: own } = wayBack(step, change.targets.length, pace);
    const words =
      waves.length > 1
        ? `, in waves of ${wavesText(waves)}${canary ? ' (the first must succeed)' : ''}${pauseMs > 0 ? `, ${formatDuration(pauseMs)} apart` : ''}`
        : '';
    const { parallel } = own;
    const most = change.targets.length > parallel ? `, at most ${parallel} at a time` : '';
    return { ...change, waves, pauseMs, way: words + most };
  });
}
