import { drillFloodParameters } from '../../../actions/drill-flood/params.ts';
import { parseSpan } from '../../../base/duration.ts';
import { usage } from '../../../base/errors.ts';
import { selectNodes } from '../../../fleet/select.ts';
import type { ClusterKit } from '../../../kit/types.ts';
import { targetsOf } from '../../../plan/steps.ts';
import type { Plan } from '../../../plan/types.ts';
import { givenParameters } from '../../action-verb.ts';
import { reasonOf } from '../../consent.ts';
import { type CliContext, clusterOf, selectedClusters } from '../../context.ts';
import { planOfPlaybook } from '../../playbook-plan.ts';
import type { DrillFlags } from '../options.ts';
import { offenderWords } from './offender.ts';

const PLAYBOOK = 'control-plane-lockout';
/** So few nodes flood unless more are asked for. */
const NODES = '3';

/** One node that hangs must not hold up a breach, Ctrl-C or the end of the flood on the others. */
const FLOOD_MS = 30_000;

export interface GameDay {
  cluster: ClusterKit;
  flood: Plan;
  recovery: Plan;
  /** Milliseconds between the flood and the playbook. */
  leadMs: number;
  /** Milliseconds after which each node ends its flood. */
  spanMs: number;
  /** Percent of failures that ends the drill. */
  maxErrors: number;
  /** Nodes of both plans. */
  nodes: number;
}

/** What a drill on a cluster would do. Throws where it is not allowed there, before anything is sent. */
export async function planGameDay(flags: DrillFlags, context: CliContext): Promise<GameDay> {
  const { kit, io } = context;
  const [entry] = selectedClusters(context);
  const cluster = await clusterOf(context, entry!.name);
  // EKS, for example: nothing would measure what the flood does, and nothing would end it early.
  if (!cluster.fleet.nodes.some(({ roles }) => roles.includes('control-plane')))
    throw usage(`the fleet of ${cluster.name} has no control-plane node: nothing would be measured`, {
      place: '--on',
      expected: 'a cluster whose API servers run on its own hosts',
    });
  const reason = reasonOf(flags);
  const { singleStepPlan } = await import('../../../plan/single-step.ts');
  const { selector = 'role=worker', limit = NODES } = flags;
  const actionParams = givenParameters(drillFloodParameters, flags);
  const flood = singleStepPlan({
    kit,
    cluster,
    reason,
    now: io.now(),
    overrides: { timeoutMs: FLOOD_MS },
    action: 'drill-flood',
    actionParams,
    targets: selectNodes(cluster.fleet.nodes, { selector, limit }).map(({ name }) => name),
  });
  const leadMs = parseSpan(flags.lead ?? '20s', '--lead', 0, 600_000);
  const spanMs = outlasts(actionParams.for, leadMs);
  const { loadPlaybook } = await import('../../../playbook/load.ts');
  const wanted = flags.playbook ?? PLAYBOOK;
  const param = offenderWords(await loadPlaybook(wanted, kit), flags.param ?? []);
  const { selector: _, limit: __, ...rest } = context.flags;
  const recovery = await planOfPlaybook(wanted, { ...context, flags: { ...rest, param } }, () => reason);
  const nodes = new Set([...targetsOf(flood), ...targetsOf(recovery)]).size;
  return {
    cluster,
    flood,
    recovery,
    leadMs,
    spanMs,
    maxErrors: percent(flags.maxErrors ?? '30%'),
    nodes,
  };
}

/** Milliseconds of the flood; one that is over before the playbook begins tests nothing. */
function outlasts(span: unknown, leadMs: number): number {
  const seconds = drillFloodParameters.for.schema.parse(span ?? drillFloodParameters.for.default);
  if (seconds * 1000 > leadMs) return seconds * 1000;
  throw usage(`the flood would be over after ${seconds}s, and the playbook begins after ${leadMs / 1000}s`, {
    place: '--for',
    expected: 'a flood that lasts longer than --lead',
    next: 'give a longer --for',
  });
}

function percent(text: string): number {
  const [, number] = /^(\d{1,3})%$/.exec(text.trim()) ?? [];
  if (number !== undefined && Number(number) >= 1 && Number(number) <= 100) return Number(number);
  throw usage(`invalid --max-errors ${JSON.stringify(text)}`, {
    place: '--max-errors',
    expected: 'a share from 1% to 100%',
  });
}
