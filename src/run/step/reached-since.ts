import { actionSteps } from '../../plan/steps.ts';
import type { Session } from '../session.ts';

/** What was reached after its step had ended, in the background, completes the step and its workstream. */
export async function completeReached(session: Session): Promise<void> {
  const { memory, plan } = session;
  const complete = actionSteps(plan).filter(
    (step) => memory.step(step.id).state === 'partial' && memory.countsOf(step).ok === step.targets.length,
  );
  for (const { name, steps } of plan.workstreams) {
    const now = complete.filter((step) => steps.includes(step));
    for (const step of now) {
      const counts = memory.countsOf(step);
      await session.record({ kind: 'step', workstream: name, step: step.id, state: 'done', counts });
    }
    const left = steps.some((step) => memory.step(step.id).state === 'partial');
    if (now.length > 0 && !left && memory.workstreams.get(name)?.state === 'partial')
      await session.record({ kind: 'workstream', workstream: name, state: 'done' });
  }
}
