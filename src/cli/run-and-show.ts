import { countsLine } from '../base/counts-line.ts';
import { foldLine } from '../base/fold-names.ts';
import { countOutcomes } from '../fanout/counts.ts';
import type { Plan, RunEnv, RunVerdict } from '../run/types.ts';
import type { Outcome } from '../transport/types.ts';
import type { CliContext, Flags } from './context.ts';
import { runEnvironment } from './environment.ts';
import { exitCodeOfVerdict } from './exit-codes.ts';
import { nextCommand, withNext } from './next-command.ts';
import { keepOutcomes } from './outcomes.ts';
import type { Sink } from './output.ts';
import { actionSteps } from './plan-view.ts';
import { outcomeLines } from './show-outcomes.ts';
import { changedNothing } from './undo-preview.ts';
import { openView } from './view.ts';

/** Runs something that gives a verdict under the view, then prints what came of it. */
export async function runAndShow(
  context: CliContext,
  work: (env: RunEnv) => Promise<RunVerdict>,
  plan?: Plan,
): Promise<number> {
  const { sink, flags, io } = context;
  const ended = io.inFlight();
  const view = await openView(context, plan);
  const kept = keepOutcomes();
  const { env, close } = runEnvironment(context, (event) => {
    kept.onEvent(event);
    view.onEvent(event);
    if (sink.mode === 'ndjson') sink.event({ event });
  });
  let verdict: RunVerdict;
  try {
    verdict = withNext(await work(env), flags);
  } catch (error) {
    await view.end();
    showSoFar(sink, kept.steps(), plan);
    throw error;
  } finally {
    await view.end();
    await close();
    ended();
  }
  const steps = kept.steps();
  for (const line of resultLines(verdict, steps, plan)) sink.text(line);
  for (const line of closingLines(verdict, kept.unknown(), flags)) sink.note(line);
  if (plan && leftSomething(plan, steps, verdict))
    sink.note(`to take it back: ${nextCommand(`fireaxe undo ${verdict.runId}`, flags)}`);
  sink.json({ ...planOf(plan), verdict, outcomes: flat(steps) });
  return exitCodeOfVerdict(verdict.state);
}

/** A run that breaks off, as where its journal cannot be written: what the nodes have said may stand nowhere else. */
function showSoFar(sink: Sink, steps: Map<string, Outcome[]>, plan: Plan | undefined): void {
  if (steps.size === 0) return;
  for (const [step, outcomes] of steps) {
    if (steps.size > 1) sink.text(`${step}:`);
    for (const line of outcomeLines(outcomes)) sink.text(line);
    sink.note(`${step}: so far ${countsLine(countOutcomes(outcomes))}`);
  }
  sink.json({ ...planOf(plan), outcomes: flat(steps) });
}

const planOf = (plan: Plan | undefined) => (plan ? { plan: { hash: plan.hash, name: plan.name } } : {});

const flat = (steps: Map<string, Outcome[]>) =>
  [...steps].flatMap(([step, of]) => of.map((outcome) => ({ step, ...outcome })));

/** One action, or an undo: all it found and did. Several: how each workstream ended, and whatever did not end well. */
export function resultLines(
  verdict: RunVerdict,
  steps: Map<string, Outcome[]>,
  plan: Plan | undefined,
): string[] {
  const oneAction = plan && actionSteps(plan).length === 1;
  if (oneAction || verdict.workstreams.length === 0)
    return [...steps].flatMap(([step, of]) => [...(steps.size > 1 ? [`${step}:`] : []), ...outcomeLines(of)]);
  const lines = verdict.workstreams.map((w) => `${w.name}: ${w.state}${w.why ? ` (${w.why})` : ''}`);
  for (const [step, outcomes] of steps) {
    const bad = outcomes.filter((o) => o.state !== 'ok' && o.state !== 'not-attempted');
    if (bad.length > 0) lines.push(`${step}:`, ...outcomeLines(bad));
  }
  return lines;
}

/** Whether an undo would find anything: not after a run that only read, found all done already, or was refused. */
function leftSomething(plan: Plan, steps: Map<string, Outcome[]>, { counts }: RunVerdict): boolean {
  const reversible = actionSteps(plan).filter((s) => s.danger !== 'read' && !s.irreversible);
  const changed = reversible.some((s) => steps.get(s.id)?.some((outcome) => !changedNothing(outcome)));
  // Of what an earlier process did only the totals are known here.
  const seen = [...steps.values()].reduce((n, outcomes) => n + outcomes.length, 0);
  const earlier = Object.values(counts).reduce((a, b) => a + b, 0) - counts['not-attempted'] > seen;
  return changed || (reversible.length > 0 && earlier);
}

function closingLines(verdict: RunVerdict, unknown: string[], flags: Flags): string[] {
  const lines = [
    `run ${verdict.runId}: ${verdict.state}; ${verdict.planned} planned: ${countsLine(verdict.counts)}`,
  ];
  if (unknown.length > 0) lines.push(`not known what happened on: ${foldLine(unknown)}`);
  for (const w of verdict.workstreams) if (w.why) lines.push(w.why);
  if (verdict.next) lines.push(`next: ${verdict.next}`);
  else if (verdict.state === 'interrupted')
    lines.push(`next: ${nextCommand(`fireaxe resume ${verdict.runId}`, flags)}`);
  return lines;
}
