import type { Danger } from '../../actions/types.ts';
import { failuresText, nodesText } from '../../base/counts-line.ts';
import { formatDuration } from '../../base/duration.ts';
import { foldLine } from '../../base/fold-names.ts';
import { bindStep } from '../../plan/bound.ts';
import { actionSteps, inFlight, isNamed, targetsOf } from '../../plan/steps.ts';
import type { ActionStep, GateSpec, NodesSpec, Plan, Step, UndoStep, Workstream } from '../../plan/types.ts';
import { RunMemory } from '../../run/memory.ts';
import { undoOf } from '../../run/undo/choice.ts';

/** A plan as the operator reads it before consenting. A text with a line break must not look like a line of the plan. */
export function planLines(plan: Plan): string[] {
  const lines = [
    `plan ${plan.hash.slice(0, 12)}: ${plan.title} (cluster ${plan.cluster}, ${nodesText(targetsOf(plan).size)})`,
    `  reason: ${plan.reason || '(none yet)'}`,
  ];
  const params = Object.entries(plan.params);
  if (params.length > 0) lines.push(`  parameters: ${params.map(([k, v]) => `${k}=${v}`).join(' ')}`);
  for (const stream of plan.workstreams) {
    const needs = needsText(stream.needs);
    if (plan.workstreams.length > 1) lines.push(`  ${stream.name}: ${stream.title}${needs}`);
    for (const step of stream.steps) lines.push(...stepLines(step, plan).map((line) => `    ${line}`));
  }
  return lines.map((line) => line.replace(/\s*\n\s*/g, ' '));
}

function needsText({ all, any, ended }: Workstream['needs']): string {
  const parts = [
    all?.length ? `after ${all.join(' and ')}` : '',
    any?.length ? `after ${any.join(' or ')}` : '',
    ended?.length ? `once ${ended.join(' and ')} has ended, ok or not` : '',
  ].filter((part) => part !== '');
  return parts.length > 0 ? ` (${parts.join('; ')})` : '';
}

function stepLines(step: Step, plan: Plan): string[] {
  if (step.kind === 'gate') return [`${step.id}: ${step.title}`, `  waits until ${gateText(step.gate)}`];
  if (step.kind === 'undo') return undoLines(step, plan);
  if (step.kind === 'ask') {
    const within = formatDuration(step.withinMs);
    return [
      `${step.id}: ${step.title}`,
      `  asks: ${step.text} (waits for yes at most ${within}; no ends the workstream)`,
    ];
  }
  return actionLines(step);
}

function undoLines(step: UndoStep, plan: Plan): string[] {
  const undone = undoneBy(step, plan);
  const severe = undone.some(({ danger }) => danger === 'severe') ? ' [severe]' : '';
  return [
    `${step.id}: ${step.title}${severe}`,
    `  undoes ${step.steps.join(', ')}${step.onceGone ? `, on each node once no pod of ${step.onceGone.pods} is left on it, within ${formatDuration(step.onceGone.withinMs)}` : ''}`,
    ...new Set(undone.map(({ summary }) => `  does: ${summary}`)),
  ];
}

/** The undo of each step that an undo step names. */
function undoneBy({ steps }: UndoStep, plan: Plan) {
  const memory = new RunMemory(plan);
  return actionSteps(plan)
    .filter((step) => isNamed(step.id, steps))
    .flatMap((step) => undoOf(memory, step) ?? []);
}

/** The dangers of all steps of a plan, undo steps included. */
export function dangersOf(plan: Plan): Danger[] {
  return plan.workstreams
    .flatMap((stream) => stream.steps)
    .flatMap((step) => {
      if (step.kind === 'undo') return undoneBy(step, plan).map(({ danger }) => danger);
      return step.kind === 'action' ? step.danger : [];
    });
}

function actionLines(step: ActionStep): string[] {
  const n = step.targets.length;
  const lines = [`${step.id}: ${step.title}${step.danger === 'read' ? '' : ` [${step.danger}]`}`];
  const does = summaryOf(step);
  // A title from the playbook says what is intended, not what is done.
  const more = does.length - MAX_SUMMARY;
  if (does !== step.title)
    lines.push(`  does: ${does.slice(0, MAX_SUMMARY)}${more > 0 ? ` … and ${more} more characters` : ''}`);
  lines.push(`  on ${nodesText(n)}: ${foldLine(step.targets)}`);
  for (const warning of step.warnings ?? []) lines.push(`  WARNING: ${warning}`);
  if (step.anyOf) {
    lines.push('  one node after another, until one succeeds');
  } else if (n > 1) {
    const first = step.canary ? ` (the first must succeed)` : '';
    const waves = step.waves.length > 1 ? `waves of ${wavesText(step.waves)}${first}; ` : '';
    const most = inFlight(step);
    const worst = Math.min(n, step.budget + Math.min(most, Math.max(...step.waves)));
    const limit =
      step.budget < n
        ? `aborts after ${failuresText(step.budget + 1)}; at most ${nodesText(worst)} affected`
        : `no failure limit: all ${nodesText(n)} may fail`;
    lines.push(`  ${waves}at most ${Math.min(most, n)} at a time; ${limit}`);
  }
  if (step.keepTrying)
    lines.push(`  unreachable nodes: retried until ${step.keepTrying} ends, then counted as failures`);
  if (step.gate) {
    const when =
      step.waves.length > 1 ? (step.rollBack ? 'between waves and after' : 'between waves') : 'after';
    lines.push(`  ${when}: ${gateText(step.gate)}${step.rollBack ? '; otherwise it is undone' : ''}`);
  }
  if (step.irreversible) lines.push(`  cannot be undone: ${step.irreversible}`);
  if (step.removesCause) lines.push('  removes the cause: an undo of the run skips it unless it is named');
  return lines;
}

/** A batch may list thousands of client addresses. */
const MAX_SUMMARY = 500;

function summaryOf(step: ActionStep): string {
  const bound = bindStep(step);
  return bound ? bound.action.summary(bound.params) : step.title;
}

/** `1, 5, 10 × 9, 3`. */
export function wavesText(waves: number[]): string {
  const runs: [number, number][] = [];
  for (const size of waves) {
    const last = runs.at(-1);
    if (last?.[0] === size) last[1]++;
    else runs.push([size, 1]);
  }
  return runs.map(([size, times]) => (times === 1 ? String(size) : `${size} × ${times}`)).join(', ');
}

function gateText(gate: GateSpec): string {
  const errors = gate.maxErrorPercent === undefined ? '' : ` with at most ${gate.maxErrorPercent}% errors`;
  const leases =
    gate.freshLeases === undefined
      ? ''
      : ` and ${gate.freshLeases} of the kubelets have renewed their leases`;
  const etcd =
    gate.etcdHealthy === undefined ? '' : ` and ${gate.etcdHealthy} of the etcd members are healthy`;
  const nodes = gate.nodes === undefined ? '' : ` and ${nodesGateText(gate.nodes)}`;
  const calm = gate.calmReadings === undefined ? '' : ` or in ${gate.calmReadings} calm readings`;
  return `${gate.answering} API servers answer${errors}${leases}${etcd}${nodes} for ${formatDuration(gate.holdsMs)}${calm}, within ${formatDuration(gate.withinMs)}`;
}

/** Which nodes a gate reads, and what each may have at most. */
export function nodesGateText({ calm, sample, names, limits }: NodesSpec): string {
  const of = names === undefined ? `up to ${sample} nodes that are back` : foldLine(names);
  const { pulls, failed, registry, waiting, restarts, uplink, conntrackPercent } = limits;
  const most = [
    `${pulls} pulls`,
    `${failed} failed pulls/min`,
    `${registry} 429s and time-outs/min`,
    `${waiting} waiting pods`,
    `${restarts} restarts/min`,
    `${uplink}${uplink.endsWith('%') ? '' : ' Mbit/s'} of uplink`,
    `${conntrackPercent}% of conntrack`,
  ];
  return `${calm} of ${of} are calm (each at most ${most.join(', ')})`;
}
