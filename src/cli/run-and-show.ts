import { countsLine } from '../base/counts-line.ts';
import { foldLine } from '../base/fold-names.ts';
import { countOutcomes } from '../fanout/counts.ts';
import { stateDir } from '../kit/state-dir.ts';
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
import { inForceLine } from './undo-preview.ts';
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
  const left = plan && (await stillInForce(context, verdict.runId));
  if (left) sink.note(`${left}: ${nextCommand(`fireaxe undo ${verdict.runId}`, flags)}`);
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

/** By the journal: what the run undid itself, found done or left alone is not offered, and what removed the cause neither. */
async function stillInForce({ kit, io }: CliContext, runId: string): Promise<string | undefined> {
  const { readRun } = await import('../run/store.ts');
  const { records } = await readRun(stateDir(kit, io.env), runId);
  return inForceLine(records);
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
