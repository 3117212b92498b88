import type { RolloutPlan } from '../../plan/rollout/types.ts';
import type { CliContext } from '../context.ts';
import { showsLive } from '../open-view.ts';
import { lagging } from '../outlets.ts';
import { plainRolloutView } from '../view/rollout/plain.ts';
import type { RolloutView } from '../view/rollout/view.ts';

/** The live view on a capable terminal, else timestamped lines. */
export async function openRolloutView(
  context: CliContext,
  plan: RolloutPlan,
  op?: 'undo',
): Promise<RolloutView> {
  const { io, sink } = context;
  // Lines that the reader does not take are dropped: the log of the rollout has them.
  if (!showsLive(context))
    return plainRolloutView((line) => !lagging(io.stderr) && sink.note(line), io.now, plan, { op });
  const { liveRolloutView } = await import('../view/rollout/live.tsx');
  return liveRolloutView(io.stderr as NodeJS.WriteStream, io.now, sink.color, plan, { op });
}
