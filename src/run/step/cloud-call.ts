import type { Target } from '../../kit/types.ts';
import type { BeforeState, Op } from '../../node/types.ts';
import type { BoundStep } from '../../plan/bound.ts';
import { openReader } from '../gate/reach.ts';
import type { Session } from '../session.ts';
import type { CloudCall } from './cloud-transport.ts';

/** What an action's cloud side may use of the run: its journal, its transports, its notes. */
export function cloudCall(
  session: Session,
  { step, action, params }: BoundStep,
  call: { op: Op; before?: (target: Target) => BeforeState | undefined },
): CloudCall {
  const { env } = session;
  return {
    action,
    op: call.op,
    params,
    open(target, signal) {
      const before = call.before?.(target);
      const reader = openReader({ ...env, stop: signal, stopWaiting: signal }, session.context.cluster);
      const context = {
        ...session.context,
        targets: [...session.targets.values()],
        ...(before ? { before } : {}),
        saveBefore: (state: BeforeState) =>
          session.record({ kind: 'before', step: step.id, target: target.name, before: state }),
        reach: reader.reach,
        shared: session.shared,
        note: (text: string) =>
          void session.record({ kind: 'note', text: `${target.name}: ${text}` }).catch(() => {}),
        ...(env.onTrace && { onTrace: env.onTrace }),
        runId: session.runId,
        stepId: step.id,
        signal,
      };
      return { context, close: reader.close };
    },
  };
}
