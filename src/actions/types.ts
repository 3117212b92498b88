import type { ZodType } from 'zod';
import type { OnTrace } from '../base/trace.ts';
import type { Target } from '../kit/types.ts';
import type { ActionContext, BeforeState, NodeSide, Op } from '../node/types.ts';
import type { NodeResult, NodeScript, Outcome } from '../transport/types.ts';
import { type Misfit, type Parameters, readerOf, type Values } from './params.ts';

/** `severe` changes need `--confirm "<cluster> <count>"`. */
export type Danger = 'read' | 'change' | 'severe';

export interface CloudContext extends ActionContext {
  /** The before-state from the journal: for undo, verify and receipt, and where apply runs again. */
  before?: BeforeState;
  /** Journals the before-state (fsynced) and must be awaited before the first change. */
  saveBefore(before: BeforeState): Promise<void>;
  /** Runs a read-only script on nodes by their transports; one outcome each. */
  reach(targets: Target[], script: NodeScript): Promise<Outcome[]>;
  /** All nodes of the cluster as targets. */
  targets: Target[];
  /** What the targets of a run have in common, such as a list that was read once; gone with the process. */
  shared: Map<string, unknown>;
  /** One line of progress. */
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
  /** Seconds that one target may take by its own parameters, where that may be longer than the default deadline. */
  longest?(params: P): number;
  run(op: Op, target: Target, params: P, context: CloudContext): Promise<NodeResult>;
}

/** `N` or `N%` first, then this many at a time, with a pause after each wave. */
export interface BackPace {
  canary: string;
  wave: string;
  pauseMs: number;
}

/** The undo of a change is a change of its own, with its own summary and consent. */
export interface UndoSide<P> {
  /** One line: what the undo will do; `found` are the states before the change, as the nodes reported them. */
  summary(params: P, found: BeforeState[]): string;
  /** `read` where there is nothing to undo. */
  danger: Danger | ((params: P) => Danger);
}

/** What the last line of a plan counts of an action: `3 hosts fenced`. */
export interface Counted {
  one: string;
  many: string;
  done: string;
  /** The things on each node by name, so that none is counted twice; one without a name by default. */
  names?: string[];
  /** The value in a check's result that tells how many there are on a node. */
  found?: string;
}

export interface Action<P = unknown> {
  name: string;
  title: string;
  danger: Danger | ((params: P) => Danger);
  scope: 'node' | 'cluster' | 'cloud';
  /** The parameters it takes. */
  parameters: Parameters;
  /** Reads them, from flags or YAML, into what the functions below get. */
  params: ZodType<P>;
  /** The parameters as given, with what the plan takes from the kit for them; `place` is that of the action. */
  complete?(given: Record<string, unknown>, context: ActionContext, place: string): Record<string, unknown>;
  /** One line of a plan: what this will do. */
  summary(params: P): string;
  /** What it changes, to be counted over a whole plan. */
  counted?(params: P): Counted[];
  /** What to know before consent: one line each, from the fleet and the kit alone. */
  warnings?(params: P, context: ActionContext): string[];
  /** Throws where no plan may do this on these nodes. */
  permitted?(params: P, targets: readonly string[], context: ActionContext): void;
  /** The command that watches what it does, such as `fireaxe drill`: a resume would not, so its run can only be undone. */
  watchedBy?: string;
  /** Whether kubelets cannot reach the API while it is in force. */
  silencesKubelets?(params: P): boolean;
  node?: NodeSide<P>;
  cloud?: CloudSide<P>;
  /** Seconds after which the node itself ends what it does; absent where it stands until undo. */
  lasts?(params: P): number | undefined;
  /** Takes a node out of service: one at a time, or each target until undo. The kit's floors apply to it. */
  takesOut?: 'one-at-a-time' | 'until-undo';
  /** Each target is a wave of its own, whatever the operator says. */
  oneByOne?: true;
  /** Absent where there is no undo: `irreversible` says why. */
  undo?: UndoSide<P>;
  /** It changes part of what that action made, so undoing that action undoes it too. */
  within?: string;
  /** The default pace of the undo, where undoing everything at once would cause a load burst. */
  back?: BackPace;
  /** One line where every node succeeded but none has what the action looks for. */
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
