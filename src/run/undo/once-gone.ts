import { parseAmount, resolveAmount } from '../../base/amount.ts';
import { foldLine } from '../../base/fold-names.ts';
import { addCounts, missingOf, noCounts } from '../../fanout/counts.ts';
import type { BoundStep } from '../../plan/bound.ts';
import type { OnceGone } from '../../plan/types.ts';
import { waitForGate } from '../gate/wait.ts';
import type { Session } from '../session.ts';
import type { UndoPace } from './pace.ts';
import { type UndoEnd, undoneIn, undoStep } from './step.ts';

export type GoneEnd = UndoEnd & {
  /** Why targets were left as they are. */
  left?: string;
};

interface OnceChoice {
  /** Only these targets of the step. */
  only?: ReadonlySet<string>;
  /** Without canary and waves: the nodes are undone as their pods go. */
  pace?: UndoPace;
}

/**
 * Undoes a step on each node once no pod of the given ones is left on it. The API keeps a pod until its kubelet has ended
 * it, so a process that is released after that is not started again, and does not ask for more. Budget and gate of the pace
 * hold over all nodes; every target is counted.
 */
export async function undoOnceGone(
  session: Session,
  step: string,
  bound: BoundStep,
  once: OnceGone,
  { only, pace = {} }: OnceChoice = {},
): Promise<GoneEnd> {
  const { env, memory, readings } = session;
  const clock = () => env.elapsed?.() ?? env.now().getTime();
  const until = clock() + once.withinMs;
  const all = memory.changed(bound.step).filter((target) => !only || only.has(target));
  const budget = resolveAmount(parseAmount(pace.maxFailures ?? '100%', '--max-failures'), all.length, 'down');
  const fleet = new Set(session.targets.keys());
  let waiting = all;
  let end: UndoEnd = { planned: all.length, counts: noCounts() };
  let text = 'not read yet';
  const tell = (state: 'waiting' | 'open' | 'failed', reading = text) =>
    ({ kind: 'gate', step, state, reading }) as const;
  const over = (stoppedBy?: UndoEnd['stoppedBy']): GoneEnd => {
    const counts = { ...end.counts };
    counts['not-attempted'] += waiting.length;
    const left = stoppedBy === undefined && waiting.length > 0 ? `left as they are: ${text}` : undefined;
    return { ...end, counts, ...(stoppedBy && { stoppedBy }), ...(left !== undefined && { left }) };
  };
  await session.record(tell('waiting', `no pod of ${once.pods} on a node before it is undone`));
  while (!env.stop.aborted) {
    const on = waiting.length === 0 ? new Set<string>() : await readings.podsLeft(once.path);
    const free = on ? withoutPods(waiting, on, fleet) : [];
    if (free.length > 0) {
      const back = undoneIn(session, [step]);
      if (
        waiting.length < all.length &&
        pace.gate &&
        !(await waitForGate(session, step, pace.gate, back)).open
      )
        return over(env.stop.aborted ? 'interrupt' : 'gate');
      const maxFailures = String(budget - missingOf(end.counts));
      const some = await undoStep(session, bound, new Set(free), { ...pace, canary: '0', maxFailures });
      waiting = waiting.filter((target) => !free.includes(target));
      end = { ...some, planned: all.length, counts: addCounts(end.counts, some.counts) };
      if (some.stoppedBy || some.irreversible) return over(some.stoppedBy);
    }
    text = on
      ? leftText(once, waiting, on, fleet)
      : `cannot tell on which nodes pods of ${once.pods} are: ${readings.unreadPods}`;
    session.emit({ ...tell(waiting.length === 0 ? 'open' : 'waiting'), at: env.now().toISOString() });
    if (waiting.length === 0) {
      await session.record(tell('open'));
      return over();
    }
    const ms = until - clock();
    if (ms <= 0) break;
    await env.sleep(Math.min(once.everyMs, ms), env.stop);
  }
  const { aborted } = env.stop;
  await session.record({ ...tell('failed'), why: aborted ? 'interrupted' : 'its time is over' });
  return over(aborted ? 'interrupt' : undefined);
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

function leftText(
  { pods }: OnceGone,
  waiting: string[],
  nodes: ReadonlySet<string>,
  fleet: ReadonlySet<string>,
): string {
  if (waiting.length === 0) return `no pod of ${pods} is left on them`;
  const strange = [...nodes].filter((node) => !fleet.has(node));
  if (strange.length > 0)
    return `pods of ${pods} are on nodes that the fleet does not know by this name: ${foldLine(strange)}`;
  return `pods of ${pods} are still on ${foldLine(waiting)}`;
}
