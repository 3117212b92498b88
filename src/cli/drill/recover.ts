import type { RunningLab } from '../../drill/process/lab-process.ts';
import type { LabStatus } from '../../drill/process/status.ts';
import type { RunEnv, RunVerdict } from '../../run/types.ts';
import { type CliContext, openContext } from '../context.ts';
import { runEnvironment } from '../environment.ts';
import { openView } from '../open-view.ts';
import type { Sink } from '../output.ts';
import { planOfPlaybook } from '../playbook-plan.ts';
import type { CliIo } from '../types.ts';
import { narrate, type Teller, waitFor } from './narrate.ts';
import type { DrillFlags } from './options.ts';
import type { Pulses } from './pulses.ts';
import { countUndone, type Played } from './result.ts';

/** After a run kubelets, leases and names need time of their own. */
export const SETTLE_MS = 15_000;

/** A lab, and who watches it. */
export interface Stage {
  lab: RunningLab;
  tell: Teller;
  /** What the lab looked like so far: the headline. */
  pulses: Pulses;
  /** Why each workstream is there. */
  why: Readonly<Record<string, string>>;
  flags: DrillFlags;
  io: CliIo;
  sink: Sink;
}

/** Recovers the lab with its playbook. Where the scenario has an evacuation, users are away meanwhile. */
export async function recover(stage: Stage, broken: LabStatus): Promise<Played> {
  const {
    cluster,
    evacuation,
    playbook,
    report: { score },
  } = broken;
  const reason = `drill of ${score.scenario}`;
  const { lab, flags, io, sink } = stage;
  const context = await openContext({ ...flags, cluster: [cluster], kit: lab.kit }, io);
  const undone = countUndone();
  const run = (work: (env: RunEnv) => Promise<RunVerdict>) => watched(stage, context, undone.onEvent, work);
  const away =
    evacuation === undefined
      ? undefined
      : await run(await runOf(evacuation, { ...context, flags: { ...context.flags, param: [] } }, reason));
  const verdict = io.stop.aborted
    ? undefined
    : await run(await runOf(flags.playbook ?? playbook, context, reason));
  const played: Played = { ...(verdict && { verdict }), undone: undone.read() };
  if (!away) return played;
  const { report } = await waitFor(lab, ({ cured, recovered }) => cured ?? recovered, SETTLE_MS, io.stop);
  const mayReturn = report.cured === true && !io.stop.aborted;
  if (!mayReturn) sink.note('users stay away: the cluster is not recovered');
  const { undoRun } = await import('../../run/undo/undo.ts');
  const back = mayReturn ? await run((env) => undoRun(away.runId, env)) : undefined;
  return { ...played, evacuation: { away, ...(back && { back }) } };
}

async function runOf(playbook: string, context: CliContext, reason: string) {
  const plan = await planOfPlaybook(playbook, context, () => reason);
  const { execute } = await import('../../run/execute.ts');
  return (env: RunEnv) => execute(plan, env);
}

/** Does work of a run with a view of it, and tells meanwhile what changes in the lab. */
async function watched(
  { lab, tell, pulses, why, io, sink }: Stage,
  context: CliContext,
  onEvent: RunEnv['onEvent'],
  work: (env: RunEnv) => Promise<RunVerdict>,
): Promise<RunVerdict> {
  const view = await openView(context, undefined, { headline: pulses, titled: true });
  const explained = new Set<string>();
  const { env, close } = runEnvironment(context, (event) => {
    onEvent(event);
    view.onEvent(event);
    if (event.kind === 'workstream' && event.state === 'running') explain(event.workstream);
    if (sink.mode === 'ndjson') sink.event({ event });
  });
  const note = (line: string) => view.onEvent({ kind: 'note', at: io.now().toISOString(), text: line });
  const explain = (workstream: string) => {
    const reason = Object.hasOwn(why, workstream) && !explained.has(workstream) && why[workstream];
    if (reason) note(`why ${workstream}: ${reason}`);
    explained.add(workstream);
  };
  const silent = narrate(lab, note, tell);
  try {
    return await work(env);
  } finally {
    await silent();
    await view.end();
    await close();
  }
}
