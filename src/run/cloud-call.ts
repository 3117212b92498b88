import type { BeforeState, Op } from '../actions/types.ts';
import type { Target } from '../kit/types.ts';
import type { CloudCall } from './cloud-transport.ts';
import { reachBy } from './reach.ts';
import type { Session } from './session.ts';
import type { ActionStep } from './types.ts';

/** What an action's cloud side may use of the run: its journal, its transports, its notes. */
export function cloudCall(
  session: Session,
  step: ActionStep,
  call: {
    action: CloudCall['action'];
    params: unknown;
    op: Op;
    before?: (target: Target) => BeforeState | undefined;
  },
): CloudCall {
  const { env } = session;
  return {
    action: call.action,
    op: call.op,
    params: call.params,
    contextFor(target, signal) {
      const before = call.before?.(target);
      return {
        ...session.context,
        targets: [...session.targets.values()],
        ...(before ? { before } : {}),
        saveBefore: (state) =>
          session.record({ kind: 'before', step: step.id, target: target.name, before: state }),
        reach: reachBy({ ...env, stop: signal, letGo: signal }),
        note: (text) =>
          void session.record({ kind: 'note', text: `${target.name}: ${text}` }).catch(() => {}),
        runId: session.runId,
        stepId: step.id,
        signal,
      };
    },
  };
}
