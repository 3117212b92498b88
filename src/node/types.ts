import type { FleetNode } from '../fleet/types.ts';
import type { ClusterKit, Target } from '../kit/types.ts';
import type { Fragments } from './compose.ts';

/**
 * What can be asked of a node or of the cloud for one step:
 * `check` reads and says what apply would change; `apply`; `verify` says whether the change holds now;
 * `undo` brings the journaled before-state back; `receipt` reads what the node remembers of the step and changes nothing;
 * `keep` disarms the dead-man's timer; `fetch` prints what must be saved before apply.
 */
export type Op = 'check' | 'apply' | 'verify' | 'undo' | 'receipt' | 'keep' | 'fetch';

/** The state found before a change: flat text, small, equal on equal nodes where possible (equal SSM texts share a command). */
export type BeforeState = Record<string, string>;

export interface ActionContext {
  cluster: ClusterKit;
  /** Every node of the cluster, not only the targets. */
  nodes: FleetNode[];
  /** While a plan is made: when. */
  now?: Date;
}

/** An action's part that runs on the node: `node.sh` defines the functions that lib/common calls (docs/node-protocol.md). */
export interface NodeSide<P> {
  /** The shell fragments of the action's folder by file name; `node` is the first, and names what it needs. */
  fragments: { node: string } & Fragments;
  /** Shell variables: `P_…` is the parameter of that name, `IN_…` anything else. Keep them equal for all targets where the action allows it. */
  variables(params: P, target: Target, context: ActionContext): Record<string, string>;
  /** What it did is not known to repeat well: sent again only where it is certain that it never began. */
  once?: true;
  /** Armed with a dead-man's timer: the engine runs `keep` over a new connection after apply. */
  armed?(params: P): boolean;
  /** The engine runs `fetch` first and saves its stdout in the run's directory. */
  fetches?(params: P): boolean;
  /**
   * What an operation gets on standard input, because it must not be in the script's text; `saved` reads what `fetch`
   * printed. Throws on what cannot be used.
   */
  input?(op: Op, params: P, saved: () => Promise<string | undefined>): Promise<string | undefined>;
}

/** Of an action, what a node script is made of. Each action reads its own parameters. */
export interface NodeAction {
  name: string;
  // biome-ignore lint/suspicious/noExplicitAny: the parameters are the action's own; nothing here reads them.
  node?: NodeSide<any>;
}
