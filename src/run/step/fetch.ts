import { sha256 } from '../../base/canonical.ts';
import { FireaxeError } from '../../base/errors.ts';
import { saveFetched } from '../journal/saved.ts';
import type { StepWork } from './phase.ts';
import { runOp } from './run-op.ts';

/** Saves what apply would delete or change. Throws guard, before that, where it cannot be saved whole. */
export async function fetchFirst({ session, bound, step, left }: StepWork): Promise<undefined> {
  const { node } = bound.action;
  if (left.length === 0 || !node?.fetches?.(bound.params)) return;
  const { intents, saved } = session.memory.step(step.id);
  // Apply was sent before, and may have changed the object: what was saved then is what an undo restores.
  if (intents.size > 0 && left.every((target) => saved.has(target))) return;
  const { outcomes } = await runOp(session, bound, {
    op: 'fetch',
    targets: left,
    journaled: false,
    ...(step.anyOf ? { anyOf: true } : {}),
  });
  const fetched = outcomes.find((o) => o.state === 'ok' && !o.truncated);
  if (!fetched) {
    const told = outcomes.find((o) => o.state !== 'not-attempted');
    throw new FireaxeError(
      'guard',
      `${step.id}: nothing is changed: an object could not be saved, or its change was rejected`,
      {
        place: told?.target ?? step.id,
        expected: told?.reason?.message ?? told?.result?.note ?? 'an answer from the control plane',
      },
    );
  }
  // An object that an undo could not use is refused now.
  await node.input?.('undo', bound.params, async () => fetched.stdout);
  // The object belongs to the cluster, whichever node read it.
  for (const target of left) await saveFetched(session.dir, step.id, target, fetched.stdout);
  // By this digest an undo knows that it sends what was there, not a later edit of it.
  await session.record({ kind: 'saved', step: step.id, targets: left, sha256: sha256(fetched.stdout) });
}
