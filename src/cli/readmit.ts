import { parseAmount } from '../base/amount.ts';
import { LONGEST_MS, parseSpan } from '../base/duration.ts';
import { usage } from '../base/errors.ts';
import { selectNodes } from '../fleet/select.ts';
import type { FleetNode } from '../fleet/types.ts';
import type { PlanRequest } from '../plan/request.ts';
import type { ActionStep, GateSpec, Plan } from '../plan/types.ts';
import { reasonOf } from './consent.ts';
import { type Flags, openContext, selectionOf } from './context.ts';
import { healthyFor } from './healthy-gate.ts';
import { nodeGateOf, nodeGateOptions } from './node-gate.ts';
import { type Given, toggle, value } from './option.ts';
import { overridesOf } from './overrides.ts';
import { carryOutOnClusters } from './rollout/one-or-many.ts';
import type { CliIo } from './types.ts';

export const batchOptions = {
  batch: value('--batch <N|N%>', 'clients to let in at a time, spread over the zones', { default: '25%' }),
  all: toggle('--all', 'remove the fence at once, for all clients'),
  gate: toggle('--no-gate', 'do not wait for a healthy control plane between batches'),
  gateFor: value('--gate-for <duration>', 'how long it must be healthy between batches', {
    default: '20s, or 3 calm readings',
  }),
  ...nodeGateOptions,
};

type ReadmitFlags = Flags & Given<typeof batchOptions>;

/**
 * The selection names clients; the control-plane hosts that fenced them act.
 * One step a batch of clients; a batch whose gate does not open is undone.
 */
export async function readmit(flags: ReadmitFlags, io: CliIo): Promise<number> {
  const reason = reasonOf(flags);
  const batch = flags.batch ?? '25%';
  parseAmount(batch, '--batch');
  const idle = flags.all === true && flags.batch !== undefined ? ['--all', '--batch'] : undefined;
  const further = flags.gateFor !== undefined ? '--gate-for' : flags.gateNodes && '--gate-nodes';
  const ungated = flags.gate === false && further ? ['--no-gate', further] : undefined;
  const both = idle ?? ungated;
  if (both) {
    throw usage(`${both[1]} has no effect with ${both[0]}`, {
      place: both[1]!,
      next: `leave out ${both[1]} or ${both[0]}`,
    });
  }
  // --limit counts clients: every control-plane host must take part.
  const { limit: _, ...overrides } = overridesOf(flags);
  const gate = gateOf(flags);
  nodeGateOf(flags);
  const context = await openContext(flags, io);
  if (flags.all === true && !isUnselected(flags)) {
    throw usage('give --all or a selection, not both', {
      place: '--all',
      next: 'leave out --all or the selection',
    });
  }
  return carryOutOnClusters(context, (cluster) =>
    planFor({ kit: context.kit, cluster, reason, now: io.now(), overrides }, flags, batch, gate),
  );
}

/** One step a batch of clients; the control-plane hosts act. */
async function planFor(
  request: PlanRequest,
  flags: ReadmitFlags,
  batch: string,
  gate: GateSpec | undefined,
): Promise<Plan> {
  const { nodes } = request.cluster.fleet;
  const selection = selectionOf(flags);
  const unselected = isUnselected(flags);
  const clients = selectNodes(nodes, {
    ...selection,
    selector: selection.selector ?? (selection.nodes === undefined ? 'role!=control-plane' : undefined),
  });
  const hosts = selectNodes(nodes, { selector: 'role=control-plane' }).map((node) => node.name);
  const [{ planActionStep }, { clientBatches }, { sealPlan }] = await Promise.all([
    import('../plan/draft.ts'),
    import('../playbook/client-batches.ts'),
    import('../plan/seal.ts'),
  ]);
  // Of each batch its own nodes are read; once all are back, a sample of all.
  const gateFor = (back: FleetNode[]) => {
    const asked = gate && nodeGateOf(flags, back);
    return asked ? { ...gate, nodes: asked } : gate;
  };
  const draft = {
    action: 'readmit',
    targets: hosts,
    rollBack: gate !== undefined,
    place: 'fireaxe readmit',
  };
  const batches = flags.all === true ? [] : clientBatches(clients, batch, '--batch');
  const steps = batches.map((some, i): ActionStep => {
    const title = `readmit ${some.length} clients (batch ${i + 1} of ${batches.length})`;
    const params = { clients: addressesOf(some) };
    return planActionStep({ ...draft, id: `readmit.${i + 1}`, title, params, gate: gateFor(some) }, request);
  });
  // Once every client is back the fence has nothing left to do.
  if (unselected)
    steps.push(
      planActionStep(
        { ...draft, id: 'readmit.all', params: { clients: 'all' }, gate: gateFor(clients) },
        request,
      ),
    );
  const title =
    flags.all === true
      ? 'remove the fence'
      : `readmit ${clients.length} clients in ${batches.length} batches`;
  const workstreams = [{ name: 'readmit', title, needs: {}, steps }];
  return sealPlan({ name: 'readmit', title, params: {}, workstreams }, request);
}

const isUnselected = (flags: ReadmitFlags) =>
  Object.values(selectionOf(flags)).every((typed) => typed === undefined);

function addressesOf(nodes: FleetNode[]): string {
  return nodes.map((node) => node.internalAddress ?? node.address).join(',');
}

function gateOf(flags: ReadmitFlags): GateSpec | undefined {
  if (flags.gate === false) return undefined;
  if (flags.gateFor !== undefined) return healthyFor(parseSpan(flags.gateFor, '--gate-for', 0, LONGEST_MS));
  // That of control-plane-lockout.
  return { ...healthyFor(20_000), answering: '51%', maxErrorPercent: 20, calmReadings: 3, withinMs: 900_000 };
}
