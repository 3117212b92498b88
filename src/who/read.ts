import type { Target } from '../kit/types.ts';
import type { ActionContext } from '../node/types.ts';
import type { NodeScript, Outcome } from '../transport/types.ts';
import { readNode } from './node-reading.ts';
import { offenders } from './offenders.ts';
import { whoScript } from './script.ts';
import type { Who } from './types.ts';

export interface WhoDeps {
  /** One outcome a target, by the targets' own transports. */
  reach(targets: Target[], script: NodeScript): Promise<Outcome[]>;
  now(): Date;
  context: ActionContext;
  /** Milliseconds after which a script ends itself. */
  deadlineMs: number;
  /** More addresses of the API. */
  api?: string[];
}

/** Asks the nodes at the same moment who of them talks to the API, and ranks the answers. */
export async function readWho(deps: WhoDeps, targets: Target[]): Promise<Who> {
  const { context, now, deadlineMs, api } = deps;
  const outcomes = await deps.reach(targets, whoScript(context, now(), deadlineMs, api));
  const byName = new Map(outcomes.map((outcome) => [outcome.target, outcome]));
  const nodes = targets.map((target) => readNode(target, byName.get(target.name)));
  return {
    at: now().toISOString(),
    nodes,
    notAsked: context.nodes.length - targets.length,
    offenders: offenders(nodes),
  };
}
