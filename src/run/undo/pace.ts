import { actionNamed } from '../../actions/registry.ts';
import { parseAmount, resolveAmount } from '../../base/amount.ts';
import { waveSizes } from '../../fanout/waves.ts';
import type { TransportName } from '../../fleet/transports.ts';
import { clocksOf, DEFAULT_TIMEOUTS } from '../../kit/timeouts.ts';
import type { Timeouts } from '../../kit/types.ts';
import type { ActionStep } from '../../plan/types.ts';

/** What a person said about the pace of an undo; amounts as typed. */
export interface UndoPace {
  canary?: string;
  wave?: string;
  pauseMs?: number;
  parallel?: number;
  maxFailures?: string;
  timeoutMs?: number;
  via?: TransportName[];
}

/** How one step goes back. */
export interface WayBack {
  waves: number[];
  /** The first wave is one: the others go only if it ends well. */
  canary: boolean;
  /** Between waves. */
  pauseMs: number;
  /** The step with window, ways and times of the undo. */
  step: ActionStep;
  /** Bad ones that are borne. */
  budget: number;
}

/**
 * What was said, else what the action says of its way back, else all at once.
 * Unless told otherwise every bad one is borne: a dead machine is no reason to leave the others as they are.
 */
export function wayBack(
  step: ActionStep,
  total: number,
  said: UndoPace = {},
  timeouts: Timeouts = DEFAULT_TIMEOUTS,
): WayBack {
  const { back, cloud } = actionNamed(step.action);
  const canary = said.canary ?? back?.canary ?? '0';
  const wave = said.wave ?? back?.wave;
  const waves = step.anyOf
    ? [total]
    : waveSizes(total, parseAmount(canary, '--canary'), wave ? parseAmount(wave, '--wave') : undefined);
  const { timeoutMs, via } = said;
  return {
    waves,
    canary: waves.length > 1 && resolveAmount(parseAmount(canary, '--canary'), total, 'up') > 0,
    pauseMs: said.pauseMs ?? back?.pauseMs ?? 0,
    budget: resolveAmount(parseAmount(said.maxFailures ?? '100%', '--max-failures'), total, 'down'),
    step: {
      ...step,
      parallel: cloud?.parallel ?? said.parallel ?? step.parallel,
      ...(timeoutMs === undefined
        ? {}
        : clocksOf({ ...timeouts, connectMs: step.connectMs }, timeoutMs, timeoutMs)),
      ...(via ? { via } : {}),
    },
  };
}
