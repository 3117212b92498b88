import { formatDuration } from '../../base/duration.ts';
import type { AskStep } from '../../plan/types.ts';
import type { Session } from '../session.ts';
import type { Answer, AskRecord } from '../types.ts';
import { INTERRUPTED, type StepEnd } from './phase.ts';

/**
 * Waits until a person answers, the time is over, or nobody can answer any more. Other workstreams go on. What is not
 * answered is asked again by a resume; so is a no, as a gate that stayed closed is waited for again.
 */
export async function waitForAnswer(
  { env, plan, record }: Pick<Session, 'env' | 'plan' | 'record'>,
  { id, text, withinMs }: AskStep,
): Promise<StepEnd> {
  const tell = (body: Omit<AskRecord, 'kind' | 'step' | 'text'>) =>
    record({ kind: 'ask', step: id, text, ...body });
  await tell({ state: 'waiting' });
  const over = new AbortController();
  const late = new AbortController();
  const timer = env.sleep(withinMs, over.signal).then(() => late.abort());
  const signal = AbortSignal.any([env.stop, late.signal]);
  const question = { cluster: plan.cluster, step: id, text };
  let answer: Answer | undefined;
  let expired = false;
  try {
    answer = await Promise.race([env.ask?.(question, signal), aborted(signal)]);
    expired = late.signal.aborted;
  } finally {
    over.abort();
    await timer;
  }
  if (answer) return answered(answer, tell);
  if (expired && !env.stop.aborted) {
    await tell({ state: 'expired' });
    return { state: 'failed', guard: true, why: `nobody answered within ${formatDuration(withinMs)}` };
  }
  await tell({ state: 'interrupted' });
  return env.stop.aborted ? INTERRUPTED : { state: 'stopped', why: 'there is no terminal to answer at' };
}

async function answered(
  { answer, by, how }: Answer,
  tell: (body: Omit<AskRecord, 'kind' | 'step' | 'text'>) => Promise<void>,
): Promise<StepEnd> {
  await tell({ state: 'answered', answer, by, how });
  return answer === 'yes' ? { state: 'done' } : { state: 'failed', guard: true, why: `${by} answered no` };
}

const aborted = (signal: AbortSignal): Promise<undefined> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
