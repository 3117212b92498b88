import { countsLine, nodesText } from '../base/counts-line.ts';
import { foldLine } from '../base/fold-names.ts';
import { countOutcomes } from '../fanout/counts.ts';
import { stateDir } from '../kit/state-dir.ts';
import { actionSteps } from '../plan/steps.ts';
import type { Plan } from '../plan/types.ts';
import type { RunEnv, RunEvent, RunVerdict } from '../run/types.ts';
import type { Outcome } from '../transport/types.ts';
import { answerer } from './answers.ts';
import { type ApiCalls, callsLine } from './api-calls.ts';
import type { CliContext, Flags } from './context.ts';
import { credentialsFailure } from './credentials-failure.ts';
import { runEnvironment } from './environment.ts';
import { EXIT, exitCodeOfVerdict } from './exit-codes.ts';
import { keepOutcomes, type OutcomeKeeper } from './format/outcomes.ts';
import { outcomeLines } from './format/show-outcomes.ts';
import { inForceLine } from './format/undo-preview.ts';
import { nextCommand, withNext } from './next-command.ts';
import { openView } from './open-view.ts';
import type { Sink } from './output.ts';
import { retryOf } from './retry.ts';
import { type RunLog, runLog } from './run-log.ts';
import { plainView } from './view/plain.ts';
import type { View } from './view/view.ts';

/** Runs work that ends in a verdict, shows its progress, and prints the result. */
export async function runAndShow(
  context: CliContext,
  work: (env: RunEnv) => Promise<RunVerdict>,
  plan?: Plan,
): Promise<number> {
  const { sink, flags, io } = context;
  const ended = io.inFlight('run');
  const log = runLog();
  const kept = keepOutcomes();
  const view = await openView(context, plan);
  const views = [view, plainView(log.line, io.now, plan)];
  const show = (event: RunEvent) => {
    for (const view of views) view.onEvent(event);
  };
  const { env, apiCalls, close } = runEnvironment(
    context,
    (event) => {
      kept.onEvent(event);
      show(event);
      if (sink.mode === 'ndjson') sink.event({ event });
    },
    ({ runId, dir, records }) => {
      for (const view of views) view.recall(records);
      show({ kind: 'note', at: io.now().toISOString(), text: `run ${runId}: log: ${log.open(dir)}` });
    },
  );
  try {
    const ask = answerer(flags, io, env.operator, view);
    const verdict = await work({ ...env, ask }).catch(async (error) => {
      await endAll(views);
      log.line(`fireaxe: ${error instanceof Error ? error.message : error}`);
      showSoFar(sink, kept.steps(), plan);
      throw error;
    });
    await endAll(views);
    const retry = retryOf(flags, verdict, plan, [...kept.steps().values()].flat());
    const told = retry === undefined ? withNext(verdict, flags) : { ...verdict, next: retry };
    return await tell(context, log, told, kept, plan, apiCalls);
  } finally {
    await log.close();
    await close();
    ended();
  }
}

async function endAll(views: View[]): Promise<void> {
  for (const view of views) await view.end();
}

/** Prints the result for people and programs; returns the exit code. */
async function tell(
  context: CliContext,
  log: RunLog,
  verdict: RunVerdict,
  kept: OutcomeKeeper,
  plan: Plan | undefined,
  apiCalls: ApiCalls,
): Promise<number> {
  const { sink, flags, io } = context;
  const steps = kept.steps();
  const note = (line: string) => {
    sink.note(line);
    log.line(line);
  };
  for (const line of resultLines(verdict, steps, plan)) {
    sink.text(line);
    // Without a terminal the log is the only place to read them.
    if (io.hungUp.aborted) log.line(line);
  }
  const calls = callsLine(apiCalls);
  if (calls) note(calls);
  for (const line of closingLines(verdict, kept.unknown(), flags)) note(line);
  const credentials = verdict.state === 'done' ? undefined : credentialsFailure([...steps.values()].flat());
  if (credentials) note(`no target could be reached: ${credentials.why}`);
  if (credentials?.next) note(`next: ${credentials.next}`);
  const left = plan && (await stillInForce(context, verdict.runId));
  if (left) note(`${left}: ${nextCommand(`fireaxe undo ${verdict.runId}`, flags)}`);
  sink.json({ ...planOf(plan), verdict, outcomes: flat(steps), ...(calls ? { apiCalls } : {}) });
  if (credentials && verdict.state !== 'interrupted') return EXIT.credentials;
  return exitCodeOfVerdict(verdict.state);
}

/** Prints the outcomes of a run that breaks off: if its journal cannot be written, they exist nowhere else. */
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

/** One action, or an undo: every outcome. Several actions: the state of each workstream, and the failures. */
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
    const failures = outcomes.filter((o) => o.state !== 'ok' && o.state !== 'not-attempted');
    if (failures.length > 0) lines.push(`${step}:`, ...outcomeLines(failures));
  }
  return lines;
}

/** The changes in force, by the journal; not those that the run undid itself, nor the removal of the cause. */
async function stillInForce({ kit, io }: CliContext, runId: string): Promise<string | undefined> {
  const { readRun } = await import('../run/journal/store.ts');
  // The result is printed even if the journal can no longer be read.
  const run = await readRun(stateDir(kit, io.env), runId).catch(() => undefined);
  return run && inForceLine(run.records);
}

function closingLines(verdict: RunVerdict, unknown: string[], flags: Flags): string[] {
  const lines = [
    `run ${verdict.runId}: ${verdict.state}; ${verdict.planned} planned: ${countsLine(verdict.counts)}`,
  ];
  if (unknown.length > 0) lines.push(`outcome unknown on: ${foldLine(unknown)}`);
  for (const { step, targets } of verdict.missed ?? [])
    lines.push(`${step}: not done on ${nodesText(targets.length)}: ${foldLine(targets)}`);
  for (const w of verdict.workstreams) if (w.why) lines.push(w.why);
  if (verdict.next) lines.push(`next: ${verdict.next}`);
  else if (verdict.state === 'interrupted')
    lines.push(`next: ${nextCommand(`fireaxe resume ${verdict.runId}`, flags)}`);
  return lines;
}
