import { selectNodes } from '../fleet/select.ts';
import type { FleetNode } from '../fleet/types.ts';
import type { ClusterKit } from '../kit/types.ts';
import { carryOut } from './carry-out.ts';
import { reasonOf } from './consent.ts';
import { chooseCluster, type Flags, openContext, selectionOf } from './context.ts';
import { overridesOf } from './overrides.ts';
import type { CliIo } from './types.ts';

/** What an action verb makes of its flags. */
export interface ActionRequest {
  action: string;
  params: Record<string, unknown>;
  /** Where the verb knows better than the selection which nodes carry the action out. */
  targets?(chosen: FleetNode[], cluster: ClusterKit): FleetNode[];
  /** The nodes meant when nothing was selected; without it a selection is needed. */
  anywhere?: string;
  anyOf?: boolean;
  /** What is done first, on the control-plane nodes. */
  before?: { action: string; params: Record<string, unknown> };
}

/** A verb is a plan of one step: flags → plan → the one path. */
export async function runAction(flags: Flags, io: CliIo, request: ActionRequest): Promise<number> {
  const reason = reasonOf(flags);
  const overrides = overridesOf(flags);
  const context = await openContext(flags, io);
  const cluster = chooseCluster(context);
  const selection = selectionOf(flags);
  const nothingSaid = Object.values(selection).every((typed) => typed === undefined);
  const chosen = selectNodes(
    cluster.fleet.nodes,
    nothingSaid && request.anywhere ? { selector: request.anywhere } : selection,
  );
  const targets = request.targets?.(chosen, cluster) ?? chosen;
  const { singleStepPlan } = await import('../plan/single-step.ts');
  const plan = singleStepPlan({
    kit: context.kit,
    cluster,
    reason,
    now: io.now(),
    overrides,
    action: request.action,
    actionParams: request.params,
    targets: targets.map((node) => node.name),
    ...(request.anyOf ? { anyOf: true } : {}),
    ...(request.before && { before: { ...request.before, targets: controlPlane(cluster) } }),
  });
  return carryOut(plan, context);
}

function controlPlane({ fleet }: ClusterKit): string[] {
  return selectNodes(fleet.nodes, { selector: 'role=control-plane' }).map((node) => node.name);
}

/** Only the flags that were given, as parameters. */
export function given<F>(flags: F, names: { [K in keyof F]?: string }): Record<string, unknown> {
  return Object.fromEntries(
    (Object.keys(names) as (keyof F)[])
      .filter((flag) => flags[flag] !== undefined)
      .map((flag) => [names[flag], flags[flag]]),
  );
}
