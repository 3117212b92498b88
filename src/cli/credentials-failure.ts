import { FireaxeError } from '../base/errors.ts';
import type { Reader } from '../run/gate/reach.ts';
import type { Outcome } from '../transport/types.ts';
import { EXIT } from './exit-codes.ts';
import type { Sink } from './output.ts';

/**
 * What is wrong with the credentials, and the next step, where that alone kept every target from being reached: then the
 * failure is not that of the nodes.
 */
export function credentialsFailure(outcomes: Outcome[]): { why: string; next?: string } | undefined {
  const attempted = outcomes.filter(({ state }) => state !== 'not-attempted');
  const reason = attempted[0]?.reason;
  if (!reason || attempted.some((outcome) => outcome.reason?.code !== 'credentials')) return undefined;
  return { why: reason.message, ...(reason.next ? { next: reason.next } : {}) };
}

/** Follows what readings meet, to say in the end if credentials alone kept them from every node. */
export function credentialsWatch() {
  let found: ReturnType<typeof credentialsFailure>;
  let others = false;
  return {
    follow(reach: Reader['reach']): Reader['reach'] {
      return async (targets, script) => {
        const outcomes = await reach(targets, script);
        found = credentialsFailure(outcomes);
        if (!found && outcomes.length > 0) others = true;
        return outcomes;
      };
    },
    /** The exit code of the reading: 4, with the next step said, instead of the `usual` one. */
    code(usual: number, sink: Sink): number {
      if (others || !found) return usual;
      sink.note(`no target could be reached: ${found.why}`);
      if (found.next) sink.note(`next: ${found.next}`);
      return EXIT.credentials;
    },
    /** The same as an error. */
    check(): void {
      if (others || !found) return;
      throw new FireaxeError('credentials', `no target could be reached: ${found.why}`, {
        ...(found.next && { next: found.next }),
      });
    },
  };
}
