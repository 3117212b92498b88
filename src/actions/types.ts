import type { ZodType } from 'zod';
import type { OnTrace } from '../base/trace.ts';
import type { Target } from '../kit/types.ts';
import type { ActionContext, BeforeState, NodeSide, Op } from '../node/types.ts';
import type { NodeResult, NodeScript, Outcome } from '../transport/types.ts';
import { type Misfit, type Parameters, readerOf, type Values } from './params.ts';

/** `severe` changes need `--confirm "<cluster> <count>"`. */
export type Danger = 'read' | 'change' | 'severe';

export interface CloudContext extends ActionContext {
  /** The before-state from the journal, for undo. */
  before?: BeforeState;
  /** Journals the before-state (fsynced) and must be awaited before the first change. */
  saveBefore(before: BeforeState): Promise<void>;
  /** Runs a read-only script on nodes by their transports; one outcome each. */
  reach(targets: Target[], script: NodeScript): Promise<Outcome[]>;
  /** All nodes of the cluster as targets. */
  targets: Target[];
  /** One line for the people who watch. */
  note(text: string): void;
  /** Told of each call. */
  onTrace?: OnTrace;
  runId: string;
  stepId: string;
  signal: AbortSignal;
}

/** An action's part that calls the cloud: one call a target, never two targets of a step at once unless `parallel`. */
export interface CloudSide<P> {
  parallel: number;
  run(op: Op, target: Target, params: P, context: CloudContext): Promise<NodeResult>;
}

/** `N` or `N%` first, then so many at a time, with a pause after each wave. */
export interface BackPace {
  canary: string;
  wave: string;
  pauseMs: number;
}

/** What it means to undo a change: a change of its own, told in its own words and consented to as such. */
export interface UndoSide<P> {
  /** One line: what undoing this will do, as said before an undo; `found` are the states before the change that nodes told. */
  summary(params: P, found: BeforeState[]): string;
  /** `read` where there is nothing to undo. */
  danger: Danger | ((params: P) => Danger);
}

export interface Action<P = unknown> {
  name: string;
  title: string;
  danger: Danger | ((params: P) => Danger);
  scope: 'node' | 'cluster' | 'cloud';
  /** What may be said of it. */
  parameters: Parameters;
  /** Reads them, from flags or YAML, into what the functions below get. */
  params: ZodType<P>;
  /** One line: what this will do, as said in a plan. */
  summary(params: P): string;
  /** What a person should know of this plan before saying yes: one line each, from the fleet and the kit alone. */
  warnings?(params: P, context: ActionContext): string[];
  /** Whether kubelets cannot reach the API while it is in force. */
  silencesKubelets?(params: P): boolean;
  node?: NodeSide<P>;
  cloud?: CloudSide<P>;
  /** Takes a node out of its role's work: one at a time, or each target until undo. The kit's floors are held against it. */
  takesOut?: 'one-at-a-time' | 'until-undo';
  /** Absent where there is none: `irreversible` says why. */
  undo?: UndoSide<P>;
  /** It changes what that action made, and nothing of it is left once that one is undone. */
  within?: string;
  /** How undo paces itself where nobody says otherwise: what comes back all at once would be a burst of its own. */
  back?: BackPace;
  /** What was to be found and is on none of the nodes, though each did as told: one line. */
  foundNone?(params: P, results: NodeResult[]): string | undefined;
  /** Why there is no undo; absent where there is one. */
  irreversible?: string | ((params: P) => string | undefined);
}

/** An action as it is declared: its functions get the parameters typed as their declarations read them. */
export interface ActionDeclaration<D extends Parameters> extends Omit<Action<Values<D>>, 'params'> {
  parameters: D;
  /** Why these values do not go together, where each alone is right. */
  check?(values: Values<D>): Misfit | undefined;
}

export function defineAction<D extends Parameters>({
  check,
  ...action
}: ActionDeclaration<D>): Action<Values<D>> {
  return { ...action, params: readerOf(action.parameters, check) };
}
