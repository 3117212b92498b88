import { hostname } from 'node:os';
import type { TransportName } from '../../fleet/transports.ts';
import { actionSteps } from '../../plan/steps.ts';
import type { Plan } from '../../plan/types.ts';
import type { ReceiptState } from '../../receipts/line.ts';
import type { KnownRun, StepOnNode } from '../../receipts/runs.ts';
import type { Outcome, ResultState } from '../../transport/types.ts';
import { openJournal } from '../journal/journal.ts';
import { journalPath } from '../journal/run-order.ts';
import { createRun } from '../journal/store.ts';
import type { JournalBody, JournalRecord, RunEnv } from '../types.ts';

/** What the journal of a run would say of it, by its receipts: the first records of the journal that undoes it. */
export function recordsOf(known: KnownRun, plan: Plan, operator: string, via: TransportName): JournalBody[] {
  const bodies: JournalBody[] = [{ kind: 'plan', plan, operator, host: hostname(), pid: process.pid }];
  for (const { id: step, targets } of actionSteps(plan)) {
    const told = known.steps.find((one) => one.step === step)?.nodes ?? [];
    bodies.push({ kind: 'intent', step, op: 'apply', targets, via, wave: 0 });
    for (const one of told) if (targets.includes(one.node)) bodies.push(...recordsOfNode(step, one));
  }
  return bodies;
}

/** As a journal has them, for who reads them before it is written. */
export function asRecords(bodies: JournalBody[], now: Date): JournalRecord[] {
  return bodies.map((body, seq) => ({ ...body, seq, prev: '', at: now.toISOString() }));
}

/** Writes them as a run of this machine; returns its id. */
export async function adopt(
  plan: Plan,
  bodies: JournalBody[],
  env: Pick<RunEnv, 'stateDir' | 'now'>,
): Promise<string> {
  const { runId } = await createRun(env.stateDir, plan, env.now());
  const { journal } = await openJournal(journalPath(env.stateDir, runId), env.now);
  try {
    await Promise.all(bodies.map((body) => journal.append(body)));
  } finally {
    await journal.close();
  }
  return runId;
}

/** How a step ended on a node; absent where it began and nothing tells how it ended. */
const RESULTS: Partial<Record<ReceiptState, ResultState>> = {
  changed: 'changed',
  already: 'already',
  ok: 'ok',
  failed: 'failed',
  refused: 'refused',
  reverted: 'changed',
  undone: 'changed',
};

function recordsOfNode(step: string, { node: target, state, since, kept }: StepOnNode): JournalBody[] {
  const bodies: JournalBody[] = [];
  const result = RESULTS[state];
  if (result) bodies.push({ kind: 'outcome', step, op: 'apply', outcome: outcomeOf(target, result, since) });
  if (kept) bodies.push({ kind: 'kept', step, target, ok: true });
  if (state === 'undone' || state === 'reverted') bodies.push({ kind: 'undone', step, target, ok: true });
  return bodies;
}

function outcomeOf(target: string, state: ResultState, since = ''): Outcome {
  return {
    target,
    state: state === 'failed' || state === 'refused' ? 'failed' : 'ok',
    result: { fireaxe: 1, op: 'apply', state },
    stdout: '',
    stderr: '',
    truncated: false,
    startedAt: since,
    endedAt: since,
    reason: { code: 'by-receipt', message: 'as the node remembers it' },
  };
}
