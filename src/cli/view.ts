import type { Plan } from '../run/types.ts';
import { plainView } from '../ui/plain.ts';
import type { View } from '../ui/view.ts';
import type { CliContext } from './context.ts';
import { lagging } from './outlets.ts';

/** Live on a terminal that can; else timestamped lines. Ink and React load only for the former. */
export async function openView({ io, sink }: CliContext, plan?: Plan): Promise<View> {
  const quiet = sink.mode !== 'text' || Boolean(io.env.CI) || io.env.TERM === 'dumb';
  if (quiet || !roomy(io.stderr)) {
    // Where nobody reads, lines do not pile up: the log of the run has them.
    return plainView((line) => !lagging(io.stderr) && sink.note(line), io.now, plan);
  }
  const { liveView } = await import('../ui/live.tsx');
  return liveView(io.stderr as NodeJS.WriteStream, io.now, sink.color, plan);
}

/** A frame as high as the terminal makes ink clear the scrollback. */
function roomy(stderr: { isTTY?: boolean; rows?: number; columns?: number }): boolean {
  return stderr.isTTY === true && (stderr.rows ?? 0) >= 16 && (stderr.columns ?? 0) >= 40;
}
