import type { BoundStep } from '../../plan/bound.ts';
import type { Outcome } from '../../transport/types.ts';
import type { Session } from '../session.ts';
import { runOp } from './run-op.ts';

/** An armed target does not wait longer for others of its wave, which may hang: its timer runs. */
const SOON_MS = 1_000;

/** Keeps the armed changes of one step. */
export interface Keeper {
  /** Keeps all that ended ok and are not kept yet; resolves when the result is known for each. */
  now(): Promise<void>;
  /** The same a moment later, with others that end by then. */
  soon(): void;
}

/** A change that could cut us off is kept only over a new connection, which proves that it did not. */
export function keeperOf(session: Session, bound: BoundStep): Keeper {
  const { step, action, params } = bound;
  if (!action.node?.armed?.(params)) return { now: async () => {}, soon() {} };
  const asked = new Set<string>();
  const tasks = new Set<Promise<void>>();
  let timer: NodeJS.Timeout | undefined;

  async function keep(targets: string[]): Promise<void> {
    const verdict = await runOp(session, bound, { op: 'keep', targets, journaled: false });
    for (const { target, state, reason, result } of verdict.outcomes) {
      const ok = state === 'ok';
      const why = ok ? {} : { why: reason?.message ?? result?.note ?? state };
      await session.record({ kind: 'kept', step: step.id, target, ok, ...why });
    }
  }

  async function now(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    const { kept, outcomes } = session.memory.step(step.id);
    const targets = step.targets.filter(
      (t) => kept.get(t) === undefined && !asked.has(t) && hasArmed(outcomes.get(t)),
    );
    for (const target of targets) asked.add(target);
    if (targets.length > 0) {
      const task = keep(targets).finally(() => tasks.delete(task));
      tasks.add(task);
    }
    await Promise.all(tasks);
  }

  return {
    now,
    soon() {
      // A failure shows at the next intent, or in `now`.
      timer ??= setTimeout(() => void now().catch(() => {}), SOON_MS);
    },
  };
}

/** Where the change was in place already, this step has not set a timer. */
function hasArmed(outcome: Outcome | undefined): boolean {
  const found = outcome?.result?.data?.state ?? outcome?.result?.state;
  return outcome?.state === 'ok' && found !== 'already';
}
