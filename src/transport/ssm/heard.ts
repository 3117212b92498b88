import type { CallError } from '../../aws/passing.ts';
import { FireaxeError } from '../../base/errors.ts';
import type { Breaker, CallKind } from './breaker.ts';
import type { SsmApi } from './types.ts';

/** The calls of one account and region, each of which tells the breaker whether there was an answer. */
export function heard(api: SsmApi, breaker: Breaker, now: () => number): SsmApi {
  async function hear<T>(call: () => Promise<T>, signal?: AbortSignal, kind: CallKind = 'read'): Promise<T> {
    const since = now();
    try {
      const answer = await call();
      breaker.answered(kind);
      return answer;
    } catch (error) {
      // What nobody waited for any longer proves nothing, and neither do keys that could not be read.
      const { $metadata } = error as CallError;
      if ($metadata?.httpStatusCode !== undefined) breaker.answered(kind);
      else if (!signal?.aborted && !(error instanceof FireaxeError)) breaker.unanswered(since, kind);
      throw error;
    }
  }
  return {
    send: (request, signal) => hear(() => api.send(request, signal), signal, 'send'),
    commands: (after, wanted, signal) => hear(() => api.commands(after, wanted, signal), signal),
    invocations: (id, signal, paced) => hear(() => api.invocations(id, signal, paced), signal),
    output: (id, instanceId, signal) => hear(() => api.output(id, instanceId, signal), signal),
    cancel: (id, instanceIds, signal) => hear(() => api.cancel(id, instanceIds, signal), signal),
    close: () => api.close(),
  };
}
