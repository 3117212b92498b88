import type { Plan } from '../run/types.ts';
import { plainView } from '../ui/plain.ts';
import type { View } from '../ui/view.ts';
import type { CliContext } from './context.ts';

/** Live on a terminal that can; else timestamped lines. Ink and React load only for the former. */
export async function openView({ io, sink }: CliContext, plan?: Plan): Promise<View> {
  const lively = io.stderr.isTTY === true && sink.mode === 'text' && !io.env.CI && io.env.TERM !== 'dumb';
  if (!lively) return plainView(sink.note, io.now, plan);
  const { liveView } = await import('../ui/live.tsx');
  return liveView(io.stderr as NodeJS.WriteStream, io.now, sink.color, plan);
}
