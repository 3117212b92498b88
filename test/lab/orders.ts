import { parseParams } from '../../src/actions/params.ts';
import { actionNamed } from '../../src/actions/registry.ts';
import { ZONE } from '../../src/fleet/labels.ts';
import type { FleetNode } from '../../src/fleet/types.ts';
import { nodeScript } from '../../src/node/script.ts';
import type { BeforeState, Op } from '../../src/node/types.ts';
import { probeScript } from '../../src/probe/script.ts';
import { context, target } from '../node/sandbox.ts';
import type { Lab } from './lab.ts';
import type { Ran } from './machine.ts';

export interface Order {
  op: Op;
  run?: string;
  step?: string;
  before?: BeforeState;
  deadlineMs?: number;
  notAfter?: Date;
  machineId?: string;
  secret?: string;
  shell?: string;
  port?: number;
  clientPorts?: number[];
  allow?: string[];
}

/** The lab's machines as the fleet knows them: names that begin with `cp` are control-plane nodes. */
export function fleetOf(lab: Lab): FleetNode[] {
  return [...lab.machines.values()].map(({ spec }) => ({
    name: spec.name,
    cluster: 'lab',
    roles: [spec.name.startsWith('cp') ? ('control-plane' as const) : ('worker' as const)],
    address: spec.address,
    labels: spec.zone ? { [ZONE]: spec.zone } : {},
    machineId: spec.machineId,
  }));
}

/** The text of one operation for one machine: the very text that production nodes get. */
export function orderText(
  lab: Lab,
  node: string,
  action: string,
  params: Record<string, unknown>,
  order: Order,
): string {
  const { spec } = lab.at(node);
  const declared = actionNamed(action);
  return nodeScript({
    action: declared,
    params: parseParams(declared, params, action),
    op: order.op,
    runId: order.run ?? 'r1',
    stepId: order.step ?? 's1',
    notAfter: order.notAfter ?? new Date(Date.now() + 600_000),
    deadlineMs: order.deadlineMs ?? 30_000,
    context: context(fleetOf(lab), {
      alwaysAllow: order.allow ?? [],
      ...(order.port && { apiserverPort: order.port }),
      ...(order.clientPorts && { clientPorts: order.clientPorts }),
    }),
    ...(order.before && { before: () => order.before }),
  }).textFor(
    target({ name: node, address: spec.address, machineId: order.machineId ?? spec.machineId }),
    'ssh',
  );
}

/** Runs one operation there, over a connection of its own. */
export function give(
  lab: Lab,
  node: string,
  action: string,
  params: Record<string, unknown>,
  order: Order,
): Promise<Ran> {
  const text = orderText(lab, node, action, params, order);
  return lab.at(node).run(text, {
    ...(order.secret !== undefined && { secret: order.secret }),
    ...(order.shell && { shell: order.shell }),
  });
}

/** What probe reads there, by the text that production nodes get. */
export async function probed(lab: Lab, node: string): Promise<Record<string, string>> {
  const { spec } = lab.at(node);
  const script = probeScript(context(fleetOf(lab)), new Date());
  const where = target({ name: node, address: spec.address, machineId: spec.machineId });
  return (await lab.at(node).run(script.textFor(where, 'ssh'))).result?.data ?? {};
}
