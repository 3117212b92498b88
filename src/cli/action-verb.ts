import type { Parameters } from '../actions/params.ts';
import { selectNodes } from '../fleet/select.ts';
import type { FleetNode } from '../fleet/types.ts';
import type { ClusterKit } from '../kit/types.ts';
import type { GateSpec } from '../plan/types.ts';
import { furtherReasonOf, reasonOf } from './consent.ts';
import { type Flags, openContext, selectionOf } from './context.ts';
import type { Option } from './option.ts';
import { overridesOf } from './overrides.ts';
import { carryOutOnClusters } from './rollout/one-or-many.ts';
import { refuseUnselected } from './selected.ts';
import type { CliIo } from './types.ts';

/** What an action verb makes of its flags. */
export interface ActionRequest {
  action: string;
  params: Record<string, unknown>;
  /** Where the verb knows better than the selection which nodes carry the action out. */
  targets?(chosen: FleetNode[], cluster: ClusterKit): FleetNode[];
  /** The nodes meant when nothing was selected; all of the cluster without it. */
  anywhere?: string;
  /** Nothing selected is a mistake, unless `--all` is given. */
  mustSelect?: true;
  anyOf?: boolean;
  /** It changes nothing and needs no reason. */
  reads?: boolean;
  /** What must hold between waves. */
  gate?(cluster: ClusterKit): GateSpec;
  /** What is done first, on the control-plane nodes. */
  before?: { action: string; params: Record<string, unknown> };
}

/** A verb is a plan of one step on each selected cluster: flags → plan → the one path. */
export async function runAction(flags: Flags, io: CliIo, request: ActionRequest): Promise<number> {
  const reason = request.reads ? (furtherReasonOf(flags).reason ?? '') : reasonOf(flags);
  const overrides = overridesOf(flags);
  if (request.mustSelect) refuseUnselected(request.action, flags);
  const context = await openContext(flags, io);
  const selection = selectionOf(flags);
  const nothingSaid = Object.values(selection).every((typed) => typed === undefined);
  const { singleStepPlan } = await import('../plan/single-step.ts');
  return carryOutOnClusters(context, async (cluster) => {
    const chosen = selectNodes(
      cluster.fleet.nodes,
      nothingSaid && request.anywhere ? { selector: request.anywhere } : selection,
    );
    const targets = request.targets?.(chosen, cluster) ?? chosen;
    return singleStepPlan({
      kit: context.kit,
      cluster,
      reason,
      now: io.now(),
      overrides,
      action: request.action,
      actionParams: request.params,
      targets: targets.map((node) => node.name),
      ...(request.gate && { gate: request.gate(cluster) }),
      ...(request.anyOf ? { anyOf: true } : {}),
      ...(request.before && { before: { ...request.before, targets: controlPlane(cluster) } }),
    });
  });
}

function controlPlane({ fleet }: ClusterKit): string[] {
  return selectNodes(fleet.nodes, { selector: 'role=control-plane' }).map((node) => node.name);
}

/** The options of a verb that its action's parameters declare. */
export function parameterFlags<D extends Parameters>(parameters: D): ParameterOptions<D> {
  const flags = Object.entries(parameters).flatMap(([name, { flag, help, repeatable, default: usual }]) =>
    flag === undefined
      ? []
      : [[name, { flags: flag, help, ...(repeatable && { repeatable }), ...(usual && { default: usual }) }]],
  );
  return Object.fromEntries(flags);
}

type ParameterOptions<D extends Parameters> = {
  [K in keyof D as D[K] extends { flag: string } ? K : never]: Option<string | string[] | boolean>;
};

/** The parameters among the flags that were given; what was not given has the action's default. */
export function givenParameters(parameters: Parameters, flags: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(flags).filter(([name, typed]) => typed !== undefined && parameters[name]?.flag),
  );
}
