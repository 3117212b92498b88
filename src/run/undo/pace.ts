import { parseAmount, resolveAmount } from '../../base/amount.ts';
import { waveSizes } from '../../fanout/waves.ts';
import { perCallOf, type TransportName } from '../../fleet/transports.ts';
import { clocksOf, DEFAULT_TIMEOUTS } from '../../kit/timeouts.ts';
import type { Timeouts } from '../../kit/types.ts';
import type { BoundStep } from '../../plan/bound.ts';
import type { GateSpec } from '../../plan/types.ts';

/** The pace of an undo as the operator gave it; amounts as typed. */
export interface UndoPace {
  canary?: string;
  wave?: string;
  pauseMs?: number;
  parallel?: number;
  maxFailures?: string;
  timeoutMs?: number;
  deliveryMs?: number;
  via?: TransportName[];
  /** Must open before the next wave, and before the next step. */
  gate?: GateSpec;
}

/** How one step is undone. */
export interface UndoPlan {
  waves: number[];
  /** The first wave is a canary: the others follow only if it succeeds. */
  canary: boolean;
  /** Between waves. */
  pauseMs: number;
  /** Must open before the next wave. */
  gate?: GateSpec;
  /** The step with the parallelism, transports and deadlines of the undo. */
  bound: BoundStep;
  /** Failures allowed. */
  budget: number;
}

/**
 * As the operator says, else as the action declares, else all at once.
 * By default every failure is allowed: one dead machine must not keep the other nodes from being undone.
 */
export function planUndo(
  bound: BoundStep,
  total: number,
  said: UndoPace = {},
  timeouts: Timeouts = DEFAULT_TIMEOUTS,
): UndoPlan {
  const { step } = bound;
  const { back } = bound.action;
  const canary = said.canary ?? back?.canary ?? '0';
  const wave = said.wave ?? back?.wave;
  const waves = step.anyOf
    ? [total]
    : waveSizes(total, parseAmount(canary, '--canary'), wave ? parseAmount(wave, '--wave') : undefined);
  return {
    waves,
    canary: waves.length > 1 && resolveAmount(parseAmount(canary, '--canary'), total, 'up') > 0,
    pauseMs: said.pauseMs ?? back?.pauseMs ?? 0,
    ...(said.gate && { gate: said.gate }),
    budget: resolveAmount(parseAmount(said.maxFailures ?? '100%', '--max-failures'), total, 'down'),
    bound: paced(bound, said, timeouts),
  };
}

/** The step with the parallelism, transports and deadline that the operator gave. */
export function paced(
  bound: BoundStep,
  { parallel, timeoutMs, deliveryMs, via }: Pick<UndoPace, 'parallel' | 'timeoutMs' | 'deliveryMs' | 'via'>,
  timeouts: Timeouts = DEFAULT_TIMEOUTS,
): BoundStep {
  const { action } = bound;
  const { adaptive, ...step } = bound.step;
  const clocks =
    timeoutMs === undefined ? {} : clocksOf({ ...timeouts, connectMs: step.connectMs }, timeoutMs, timeoutMs);
  return {
    ...bound,
    step: {
      ...step,
      parallel: action.cloud?.parallel ?? parallel ?? step.parallel,
      ...(adaptive && parallel === undefined ? { adaptive } : {}),
      ...clocks,
      ...(deliveryMs === undefined ? {} : { deliveryMs }),
      ...(via ? { via, perCall: perCallOf(via) } : {}),
    },
  };
}
