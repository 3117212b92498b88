import { podsByLabel } from '../actions/kubectl/paths.ts';
import { formatDuration, LONGEST_MS, parseSpan } from '../base/duration.ts';
import { usage } from '../base/errors.ts';
import { quote } from '../base/quote.ts';
import { actionSteps, inFlight } from '../plan/steps.ts';
import type { OnceGone } from '../plan/types.ts';
import type { JournalRecord } from '../run/types.ts';
import type { UndoPace } from '../run/undo/pace.ts';
import { wavesText } from './format/plan.ts';
import type { Change } from './format/undo-preview.ts';
import { healthyFor } from './healthy-gate.ts';
import { nodeGateOf, nodeGateOptions } from './node-gate.ts';
import { flagOf, type Given, type Options, value, values } from './option.ts';
import { type PaceFlags, paceOptions, type WaveFlags, waveOptions } from './options.ts';
import { overridesOf } from './overrides.ts';

/** How much of a run an undo takes, and its pause between waves. */
export const scopeOptions = {
  step: values('--step <id>', 'only this step'),
  include: values('--include <step>', 'also this step, which removed the cause'),
  nodes: value('--nodes <nodeset>', 'only these nodes, such as n[1-9,12]'),
  pause: value('--pause <duration>', 'time to settle after each wave'),
  gate: value('--gate <duration>', 'all API servers answer this long before the next wave or step'),
  ...nodeGateOptions,
  onceGone: value('--once-gone <namespace/label>', 'what it holds, on each node once no such pod is left'),
  within: value('--within <duration>', 'with --once-gone: how long to wait for them', { default: '10m' }),
};

type UndoFlags = Given<typeof scopeOptions> & PaceFlags & WaveFlags;

/** The flags of an undo that set its pace. */
export function paceOf(flags: UndoFlags): UndoPace {
  const { limit: _, ...pace } = overridesOf(flags);
  const { pause, gate } = flags;
  const nodes = nodeGateOf(flags);
  if (nodes && gate === undefined)
    throw usage('--gate-nodes has no effect without --gate', {
      place: '--gate-nodes',
      next: 'add --gate 10s',
    });
  return {
    ...pace,
    ...(pause === undefined ? {} : { pauseMs: parseSpan(pause, '--pause', 0, LONGEST_MS) }),
    ...(gate === undefined
      ? {}
      : { gate: { ...healthyFor(parseSpan(gate, '--gate', 0, LONGEST_MS)), ...(nodes && { nodes }) } }),
  };
}

/** `--once-gone` and `--within`; undefined without the first. */
export function onceGoneOf(flags: UndoFlags): OnceGone | undefined {
  const { onceGone: pods, within = '10m' } = flags;
  if (pods === undefined) return undefined;
  const other = (['canary', 'wave', 'pause'] as const).find((key) => flags[key] !== undefined);
  if (other !== undefined)
    throw usage(`--${other} has no effect with --once-gone`, {
      place: `--${other}`,
      expected: 'one of the two: each node is undone as soon as its pods are gone',
    });
  const path = podsByLabel(pods);
  if (path === undefined)
    throw usage(`not pods: ${pods}`, { place: '--once-gone', expected: 'NAMESPACE/key=value' });
  return { pods, path, withinMs: parseSpan(within, '--within', 1_000, LONGEST_MS), everyMs: 3_000 };
}

/** The scope and pace flags as typed, to repeat in the next command. */
export function sameWords(flags: UndoFlags): string[] {
  const options: Options = { ...scopeOptions, ...waveOptions, ...paceOptions };
  return Object.entries(options).flatMap(([name, option]) => {
    const typed = flags[name as keyof UndoFlags];
    if (typed === undefined) return [];
    const words = option.repeatable ? [typed].flat() : [typed];
    return words.map((word) => `${flagOf(option)} ${quote(String(word))}`);
  });
}

/** A change with the pace of its undo: in numbers, and as words for its line. */
export interface PacedChange extends Change {
  waves: number[];
  pauseMs: number;
  way: string;
}

export async function withPace(
  changes: Change[],
  records: JournalRecord[],
  pace: UndoPace,
): Promise<PacedChange[]> {
  const { RunMemory } = await import('../run/memory.ts');
  const { planUndo } = await import('../run/undo/pace.ts');
  const memory = RunMemory.of(records);
  const steps = new Map(memory && actionSteps(memory.plan).map((step) => [step.id, step]));
  return changes.map((change) => {
    const bound = memory?.boundIfKnown(steps.get(change.step)!);
    const total = change.targets.length;
    if (!bound) return { ...change, waves: [total], pauseMs: 0, way: '' };
    const { waves, canary, pauseMs, bound: own } = planUndo(bound, total, pace);
    const first = canary ? ' (the first must succeed)' : '';
    const apart = pauseMs > 0 ? `, ${formatDuration(pauseMs)} apart` : '';
    const gated = pace.gate ? ', behind a gate' : '';
    const words = waves.length > 1 ? `, in waves of ${wavesText(waves)}${first}${apart}${gated}` : '';
    const parallel = inFlight(own.step);
    const most = total > parallel ? `, at most ${parallel} at a time` : '';
    return { ...change, waves, pauseMs, way: words + most };
  });
}
