import { foldLine } from '../../base/fold-names.ts';
import { addCounts, noCounts } from '../../fanout/counts.ts';
import type { BoundStep } from '../../plan/bound.ts';
import type { OnceGone } from '../../plan/types.ts';
import type { Session } from '../session.ts';
import type { UndoPace } from './pace.ts';
import { type UndoEnd, undoStep } from './step.ts';

export type GoneEnd = UndoEnd & {
  /** Targets that were left as they are: their pods were there to the end. */
  waiting: string[];
};

/** Why targets are left as they are. */
export function leftBecause({ pods }: OnceGone, waiting: string[]): string {
  return `left as they are, because pods of ${pods} are still on them: ${foldLine(waiting)}`;
}

/**
 * Undoes a step on each node once no pod of the given ones is left on it. The API keeps a pod until its kubelet has ended
 * it, so a process that is released after that is not started again, and does not ask for more.
 */
export async function undoOnceGone(
  session: Session,
  step: string,
  bound: BoundStep,
  once: OnceGone,
  { only, pace }: { only?: ReadonlySet<string>; pace?: UndoPace } = {},
): Promise<GoneEnd> {
  const { env, memory, readings } = session;
  const clock = () => env.elapsed?.() ?? env.now().getTime();
  const until = clock() + once.withinMs;
  const tried = new Set<string>();
  const toUndo = () => memory.changed(bound.step).filter((target) => !only || only.has(target));
  const all = toUndo().length;
  let end: UndoEnd = { planned: 0, counts: noCounts() };
  let waiting: string[] = [];
  const tell = (state: 'waiting' | 'open' | 'failed', reading: string) => ({
    ...({ kind: 'gate', step, state, reading } as const),
  });
  await session.record(tell('waiting', `no pod of ${once.pods} on a node before it is undone`));
  while (!env.stop.aborted) {
    const left = toUndo().filter((target) => !tried.has(target));
    const on = left.length === 0 ? new Set<string>() : await readings.podsLeft(once.path);
    const free = on ? withoutPods(left, on, new Set(session.targets.keys())) : [];
    waiting = left.filter((target) => !free.includes(target));
    if (free.length > 0) {
      const some = await undoStep(session, bound, new Set(free), pace);
      for (const target of free) tried.add(target);
      end = { ...some, planned: end.planned + some.planned, counts: addCounts(end.counts, some.counts) };
      if (some.stoppedBy || some.irreversible) return { ...end, waiting };
    }
    const reading = on ? `${waiting.length} of ${all} nodes have pods of ${once.pods}` : readings.unreadPods;
    session.emit({
      ...tell(waiting.length === 0 ? 'open' : 'waiting', reading),
      at: env.now().toISOString(),
    });
    if (waiting.length === 0) {
      await session.record(tell('open', reading));
      return { ...end, waiting };
    }
    const ms = until - clock();
    if (ms <= 0) break;
    await env.sleep(Math.min(once.everyMs, ms), env.stop);
  }
  const why = env.stop.aborted ? 'interrupted' : 'its time is over';
  await session.record({
    ...tell('failed', `${waiting.length} of ${all} nodes have pods of ${once.pods}`),
    why,
  });
  const counts = { ...end.counts };
  counts['not-attempted'] += waiting.length;
  const planned = end.planned + waiting.length;
  return { ...end, planned, counts, waiting, ...(env.stop.aborted && { stoppedBy: 'interrupt' as const }) };
}

/**
 * The targets on which none is left, by the names of nodes in the API. A name that the fleet does not have may be that of
 * any target: then all wait.
 */
export function withoutPods(
  targets: string[],
  nodes: ReadonlySet<string>,
  fleet: ReadonlySet<string>,
): string[] {
  const known = [...nodes].every((node) => fleet.has(node));
  return known ? targets.filter((target) => !nodes.has(target)) : [];
}
