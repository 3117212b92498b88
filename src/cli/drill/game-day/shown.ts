import type { RunEnv, RunEvent, RunVerdict } from '../../../run/types.ts';
import type { CliContext } from '../../context.ts';
import { runEnvironment } from '../../environment.ts';
import { openView } from '../../open-view.ts';

/** Does the work of a run with a view of it. */
export async function shown<T extends RunVerdict>(
  context: CliContext,
  work: (env: RunEnv) => Promise<T>,
): Promise<T> {
  const view = await openView(context);
  try {
    return await told(context, work, view.onEvent.bind(view));
  } finally {
    await view.end();
  }
}

/** Does the work of a run, and tells its events. */
export async function told<T extends RunVerdict>(
  context: CliContext,
  work: (env: RunEnv) => Promise<T>,
  onEvent: (event: RunEvent) => void,
): Promise<T> {
  const { env, close } = runEnvironment(context, (event) => {
    onEvent(event);
    context.sink.event({ event });
  });
  try {
    return await work(env);
  } finally {
    await close();
  }
}
