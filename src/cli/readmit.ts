import { parseAmount } from '../base/amount.ts';
import { LONGEST_MS, parseSpan } from '../base/duration.ts';
import { usage } from '../base/errors.ts';
import { selectNodes } from '../fleet/select.ts';
import type { FleetNode } from '../fleet/types.ts';
import type { ActionStep, GateSpec } from '../plan/types.ts';
import { carryOut } from './carry-out.ts';
import { reasonOf } from './consent.ts';
import { chooseCluster, type Flags, openContext, selectionOf, text } from './context.ts';
import { overridesOf } from './overrides.ts';
import type { CliIo } from './types.ts';

/**
 * The selection means clients; what acts are the control-plane hosts that fenced them.
 * One step a batch of clients, each behind the gate and taken back by itself when the gate closes.
 */
export async function readmit(flags: Flags, io: CliIo): Promise<number> {
  const reason = reasonOf(flags);
  const batch = text(flags, 'batch') ?? '25%';
  parseAmount(batch, '--batch');
  const idle = flags.all === true && flags.batch !== undefined ? ['--all', '--batch'] : undefined;
  const ungated =
    flags.gate === false && flags.gateFor !== undefined ? ['--no-gate', '--gate-for'] : undefined;
  const both = idle ?? ungated;
  if (both) {
    throw usage(`beside ${both[0]} there is nothing for ${both[1]} to do`, {
      place: both[1]!,
      next: `leave ${both[1]} out, or ${both[0]}`,
    });
  }
  // The limit is of clients: every control-plane host must take part.
  const { limit: _, ...overrides } = overridesOf(flags);
  const gate = gateOf(flags);
  const context = await openContext(flags, io);
  const cluster = chooseCluster(context);
  const selection = selectionOf(flags);
  const everybody = Object.values(selection).every((typed) => typed === undefined);
  if (flags.all === true && !everybody) {
    throw usage('everybody is more than a selection', {
      place: '--all',
      next: 'leave --all out, or the selection',
    });
  }
  const clients = selectNodes(cluster.fleet.nodes, {
    ...selection,
    selector: selection.selector ?? (selection.nodes === undefined ? 'role!=control-plane' : undefined),
  });
  const hosts = selectNodes(cluster.fleet.nodes, { selector: 'role=control-plane' }).map((node) => node.name);
  const [{ planActionStep }, { clientBatches }, { sealPlan }] = await Promise.all([
    import('../plan/action-step.ts'),
    import('../playbook/client-batches.ts'),
    import('../plan/seal.ts'),
  ]);
  const request = { kit: context.kit, cluster, reason, now: io.now(), overrides };
  const draft = {
    action: 'readmit',
    targets: hosts,
    gate,
    rollBack: gate !== undefined,
    place: 'fireaxe readmit',
  };
  const batches = flags.all === true ? [] : clientBatches(clients, batch, '--batch');
  const steps = batches.map((nodes, i): ActionStep => {
    const title = `readmit ${nodes.length} clients (batch ${i + 1} of ${batches.length})`;
    const params = { clients: addressesOf(nodes) };
    return planActionStep({ ...draft, id: `readmit.${i + 1}`, title, params }, request);
  });
  // With everybody back in nothing is left to keep out.
  if (everybody)
    steps.push(planActionStep({ ...draft, id: 'readmit.all', params: { clients: 'all' } }, request));
  const title =
    flags.all === true
      ? 'remove the fence'
      : `readmit ${clients.length} clients in ${batches.length} batches`;
  const workstreams = [{ name: 'readmit', title, needs: {}, steps }];
  const plan = sealPlan({ name: 'readmit', title, params: {}, workstreams }, request);
  return carryOut(plan, context);
}

function addressesOf(nodes: FleetNode[]): string {
  return nodes.map((node) => node.internalAddress ?? node.address).join(',');
}

function gateOf(flags: Flags): GateSpec | undefined {
  if (flags.gate === false) return undefined;
  const holdsMs = parseSpan(text(flags, 'gateFor') ?? '5s', '--gate-for', 0, LONGEST_MS);
  return { answering: '100%', holdsMs, withinMs: Math.max(120_000, holdsMs * 4), everyMs: 2_000 };
}
