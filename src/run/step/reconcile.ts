import type { FanoutDeps, Via } from '../../fanout/types.ts';
import type { Target } from '../../kit/types.ts';
import type { BoundStep } from '../../plan/bound.ts';
import { REBOOTED } from '../../transport/node-output.ts';
import { isResultState } from '../../transport/node-result.ts';
import { makeOutcome } from '../../transport/outcome.ts';
import type { Outcome } from '../../transport/types.ts';
import type { Session } from '../session.ts';
import type { Sent } from '../step-memory.ts';
import { whyNotKnown } from './absence.ts';
import { type OpRequest, runOp } from './run-op.ts';

/** What reading the receipts may take once the deadline that the operator gave has passed. */
export const LAST_LOOK_MS = 1_000;

/** Between two looks at the receipt of an order that still runs. */
const RUNNING_LOOK_MS = 2_000;

/** What the receipt of a target says of apply. */
interface Told {
  receipt: Outcome;
  /** The outcome that it proves. */
  outcome?: Outcome | undefined;
  /** Apply never began. */
  absent: boolean;
}

/**
 * Reads the receipts of a step and journals what they prove as the outcome of apply; one that still runs is looked at
 * again. Where nothing is proven, the outcome stays as it was, and is `unknown` where there was none. Returns the targets
 * on which apply never began or stopped half way, with the transport that answered: it may be sent again.
 */
export async function reconcile(
  session: Session,
  bound: BoundStep,
  targets: string[],
  within: { wholeMs?: number } = {},
): Promise<Map<string, Via | undefined>> {
  const again = new Map<string, Via | undefined>();
  if (targets.length === 0) return again;
  const { step } = bound;
  const { outcomes } = session.memory.step(step.id);
  const lost = targets.flatMap((target) => outcomes.get(target) ?? []);
  const last = new Map<string, Outcome>();
  const tell = ({ receipt, outcome, absent }: Told) => {
    last.set(receipt.target, receipt);
    if (absent || (!outcome && isHalfWay(receipt))) again.set(receipt.target, receipt.via);
    return outcome && session.record({ kind: 'outcome', step: step.id, op: 'apply', outcome });
  };
  await untilEnded(session, bound, { targets, lost, leftMs: within.wholeMs }, tell);
  for (const target of targets) {
    if (outcomes.has(target) || again.has(target)) continue;
    const outcome = notKnown(target, last.get(target));
    await session.record({ kind: 'outcome', step: step.id, op: 'apply', outcome });
  }
  return again;
}

/** It may have left, and nothing proves what became of it. */
function notKnown(target: string, receipt: Outcome | undefined): Outcome {
  const runs = receipt?.result?.code === 'running';
  const { code, message, next } = receipt?.reason ?? {};
  const why = message ?? code ?? receipt?.result?.note;
  const reason = runs
    ? ({ code: 'running', message: 'it still runs on the node' } as const)
    : ({
        code: 'receipt-unread',
        message: `it may have left, and its receipt was not read${why ? `: ${why}` : ''}`,
        ...(next && { next }),
      } as const);
  return makeOutcome({ target, via: receipt?.via }, 'unknown', { reason });
}

/** For the fan-out of an apply: what the receipts prove of targets whose outcome was lost. */
export function settleLostOf(session: Session, bound: BoundStep): NonNullable<FanoutDeps['settleLost']> {
  return async (lost, leftMs, tell) => {
    const asked = { targets: lost.map(({ target }) => target), lost: [...lost], leftMs: Math.max(0, leftMs) };
    await untilEnded(session, bound, asked, ({ receipt, outcome, absent }) => {
      if (outcome) tell(receipt.target, { outcome });
      else if (absent && receipt.via) tell(receipt.target, { absentBy: receipt.via });
    });
  };
}

interface Asked {
  targets: string[];
  /** The outcomes of those that have one. */
  lost: Outcome[];
  /** What is left of the deadline that the operator gave. */
  leftMs?: number | undefined;
}

/** Reads the receipts, and those of orders that still run again until they end. */
async function untilEnded(
  session: Session,
  bound: BoundStep,
  { targets, lost, leftMs = Number.POSITIVE_INFINITY }: Asked,
  tell: (told: Told) => unknown,
): Promise<void> {
  const { env } = session;
  // What runs there ends itself at its deadline at the latest.
  const looks = 1 + Math.floor(Math.min(leftMs, bound.step.runMs + RUNNING_LOOK_MS) / RUNNING_LOOK_MS);
  let asked = targets;
  for (let look = 0; look < looks && asked.length > 0 && !env.stop.aborted; look++) {
    if (look > 0) await env.sleep(RUNNING_LOOK_MS, env.stop);
    const left = leftMs - look * RUNNING_LOOK_MS;
    const within = Number.isFinite(left) ? { wholeMs: Math.max(LAST_LOOK_MS, left) } : {};
    const running = new Set<string>();
    const telling: unknown[] = [];
    await readReceipts(session, bound, asked, lost, within, (told) => {
      telling.push(tell(told));
      if (told.receipt.result?.code === 'running' && !told.outcome) running.add(told.receipt.target);
    });
    await Promise.all(telling);
    asked = asked.filter((target) => running.has(target));
  }
}

async function readReceipts(
  session: Session,
  bound: BoundStep,
  targets: string[],
  lost: Outcome[],
  within: { wholeMs?: number },
  onTold: (told: Told) => void,
): Promise<void> {
  const by = new Map(lost.map((outcome) => [outcome.target, outcome]));
  const lostBy = ({ name }: Target) => by.get(name)?.via;
  const told = (receipt: Outcome) => toldBy(session, bound, receipt, by.get(receipt.target));
  const onOutcome = (receipt: Outcome) => onTold(told(receipt));
  const request = { op: 'receipt', targets, journaled: true, lostBy, onOutcome, ...within } as const;
  await runOp(session, bound, { ...request, ...cloudsBefore(session, bound) });
}

function toldBy(session: Session, bound: BoundStep, receipt: Outcome, lost?: Outcome): Told {
  const absent = receipt.result?.state === 'absent';
  const rebooted = absent ? receiptLost(session, bound, receipt, lost) : undefined;
  return { receipt, absent: absent && !rebooted, outcome: rebooted ?? settledBy(receipt) };
}

/** A node has its before-state beside its receipt; for the cloud it is in the journal alone. */
export function cloudsBefore({ memory }: Session, { step, action }: BoundStep): Pick<OpRequest, 'before'> {
  return action.cloud ? { before: ({ name }) => memory.step(step.id).before.get(name) } : {};
}

/** Began, did not end, and does not run any more. */
const isHalfWay = ({ result }: Outcome) => result?.state === 'interrupted' && result.code !== 'running';

/**
 * The outcome of an order that must run once and whose receipt a reboot may have removed; undefined where the missing
 * receipt proves that it never began. Other orders may be sent again after a reboot: their change is gone with it, or
 * they find it done.
 */
function receiptLost(
  session: Session,
  { step, action }: BoundStep,
  receipt: Outcome,
  lost?: Outcome,
): Outcome | undefined {
  if (!action.node?.once) return undefined;
  const { target, result, exitCode: _, ...rest } = receipt;
  const { boot: bootNow, up } = result?.data ?? {};
  // Two witnesses that it never began, and no sign of a reboot between them.
  if (lost?.reason?.code === 'not-accepted' && bootNow === undefined && up === undefined) return undefined;
  const { sent, boots } = session.memory.step(step.id);
  const boot = boots.get(target);
  const why = whyNotKnown(
    { boot, secondsAgo: secondsSince(session, sent.get(target)) },
    { boot: bootNow, up: numberOf(up) },
  );
  if (why === undefined) return undefined;
  const anew = `fireaxe ${step.action} -c ${session.plan.cluster} --nodes ${target}`;
  return {
    ...rest,
    target,
    state: 'unknown',
    ...(boot !== undefined && { boot }),
    reason: {
      code: REBOOTED,
      message: `whether it ran is not known: ${why}; its receipt is gone, and it is not run again`,
      next: `look at ${target}; where running it twice does no harm, make a new run: ${anew} …`,
    },
  };
}

/**
 * Seconds that have passed at least. A clock that was set back shows too few, and so does the uptime of a machine that
 * was rebooted: the greater of both is closer to the truth.
 */
function secondsSince({ env }: Session, sent: Sent | undefined): number {
  if (!sent) return Number.POSITIVE_INFINITY;
  const byClock = (env.now().getTime() - sent.at) / 1000;
  return Math.max(byClock, sent.up === undefined ? 0 : env.uptime() - sent.up, 0);
}

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,10}$/.test(text) ? Number(text) : undefined;
}

/** The outcome of apply that a receipt proves; undefined where it proves nothing yet. */
export function settledBy(receipt: Outcome): Outcome | undefined {
  const { result } = receipt;
  if (receipt.state !== 'ok' || !result || result.code === 'running') return undefined;
  const recorded = result.data?.state ?? result.state;
  if (!isResultState(recorded)) return undefined;
  const failed = recorded === 'failed' || recorded === 'refused';
  return {
    ...receipt,
    state: failed ? 'failed' : 'ok',
    result: { ...result, state: recorded },
    reason: { code: 'by-receipt', message: 'as the node remembers it' },
  };
}
