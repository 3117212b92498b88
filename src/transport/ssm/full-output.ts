import type { Account } from './account.ts';
import type { Clock } from './clock.ts';
import { faultOf } from './faults.ts';

const TRIES = 4;
const ANSWER_MS = 5_000;

/** Both streams of one invocation, where a list may have cut them; undefined where they cannot be read in time. */
export async function fullOutput(
  { api, pace }: Pick<Account, 'api' | 'pace'>,
  clock: Clock,
  of: { commandId: string; instanceId: string },
  hurry: AbortSignal,
): Promise<{ stdout: string; stderr: string } | undefined> {
  // A signal of its own: Node warns of many listeners on one.
  const signal = AbortSignal.any([hurry]);
  for (let attempt = 0; attempt < TRIES && !signal.aborted; attempt++) {
    await pace.turn('output', signal);
    const since = clock.now();
    try {
      const timeout = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]);
      const full = await api.output(of.commandId, of.instanceId, timeout);
      pace.accepted('output');
      return full;
    } catch (error) {
      if (faultOf(error) === 'throttled') pace.throttled('output', since);
      await clock.sleep(500 * 2 ** attempt, signal);
    }
  }
  return undefined;
}
