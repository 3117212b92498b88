import { FireaxeError } from '../../../base/errors.ts';
import { execute } from '../../../run/execute.ts';
import type { CliContext } from '../../context.ts';
import { runEnvironment } from '../../environment.ts';
import { IN_A_ROW, isWell } from './beats.ts';
import { Ending } from './ending.ts';
import type { GameDay } from './plans.ts';
import { shown } from './shown.ts';
import { type Recovery, tell } from './tell.ts';
import { startWatch, type Watch } from './watch.ts';

/** After the playbook, the control plane gets this long to be well. */
const SETTLE_MS = 60_000;

/** Floods, waits, recovers, ends the flood, scores. Whatever happens, the flood is ended here, or by its nodes. */
export async function playGameDay(day: GameDay, context: CliContext): Promise<number> {
  const ended = context.io.inFlight('run');
  // Neither Ctrl-C nor a breach may keep the flood from being ended, or the control plane from being read.
  const never = new AbortController().signal;
  const lasting: CliContext = { ...context, io: { ...context.io, stop: never, stopWaiting: never } };
  const { env, close } = runEnvironment(lasting, () => {});
  let watch: Watch | undefined;
  try {
    watch = await startWatch(env, day.cluster, day.maxErrors, context.sink.note);
    const ending = new Ending(lasting);
    const recovery = await floodAndRecover(day, context, watch, ending).finally(() =>
      ending.now('the drill is over'),
    );
    await watch.end();
    return await tell(day, context, watch, ending.tally, recovery);
  } finally {
    await watch?.end();
    await close();
    ended();
  }
}

/** How the playbook ended, where it began. */
async function floodAndRecover(
  { flood, recovery, leadMs }: GameDay,
  context: CliContext,
  { beats, breach }: Watch,
  ending: Ending,
): Promise<Recovery | undefined> {
  const { io, sink } = context;
  if (!isWell(beats))
    throw new FireaxeError('guard', 'the control plane is not well before the drill: nothing was changed', {
      expected: 'every API server ready, and at most 5% of requests failed',
      next: 'fireaxe probe',
    });
  const halt = AbortSignal.any([io.stop, breach]);
  const opened = ({ runId }: { runId: string }) => {
    sink.note(`run ${runId}: the flood`);
    ending.opened(runId);
  };
  const flooded = await shown(context, (env) => execute(flood, { ...env, stop: halt, onOpen: opened }));
  if (flooded.counts.ok === 0 || halt.aborted) return undefined;
  const { env, close } = runEnvironment(context, () => {});
  await env.sleep(leadMs, halt);
  await close();
  if (halt.aborted) return undefined;
  // From now on the flood alone is ended: half a playbook would leave a fence.
  const why = () => (breach.aborted ? String(breach.reason) : 'interrupted');
  halt.addEventListener('abort', () => void ending.now(why()).catch(() => undefined));
  const told = ({ runId }: { runId: string }) => sink.note(`run ${runId}: the playbook`);
  const verdict = await shown(context, (env) => execute(recovery, { ...env, onOpen: told }));
  // The reading that is being taken began before.
  const end = beats.length + 1;
  const well = () => isWell(beats, IN_A_ROW, end);
  for (let ms = 0; !well() && ms < SETTLE_MS && !halt.aborted; ms += 1_000) await env.sleep(1_000, halt);
  return { verdict, end, settled: beats.length };
}
