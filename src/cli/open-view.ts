import type { Plan } from '../plan/types.ts';
import type { CliContext } from './context.ts';
import { lagging } from './outlets.ts';
import { plainView } from './view/plain.ts';
import type { Shown, View } from './view/view.ts';

/** The live view on a capable terminal, else timestamped lines. Ink and React load only for the live view. */
export async function openView(
  context: Pick<CliContext, 'io' | 'sink' | 'onTrace'>,
  plan?: Plan,
  shown: Shown = {},
): Promise<View> {
  const { io, sink } = context;
  if (!showsLive(context)) {
    // Lines that the reader does not take are dropped: the log of the run has them.
    return plainView((line) => !lagging(io.stderr) && sink.note(line), io.now, plan, shown);
  }
  const { liveView } = await import('./view/live.tsx');
  return liveView(io.stderr as NodeJS.WriteStream, io.now, sink.color, plan, shown);
}

/** Whether a live view fits here; lines of --verbose between its frames would tear it. */
export function showsLive({ io, sink, onTrace }: Pick<CliContext, 'io' | 'sink' | 'onTrace'>): boolean {
  const quiet = sink.mode !== 'text' || Boolean(io.env.CI) || io.env.TERM === 'dumb';
  return !quiet && !onTrace && roomy(io.stderr);
}

/** Whether a frame fits: one as high as the terminal makes ink clear the scrollback. */
function roomy(stderr: { isTTY?: boolean; rows?: number; columns?: number }): boolean {
  return stderr.isTTY === true && (stderr.rows ?? 0) >= 16 && (stderr.columns ?? 0) >= 40;
}
