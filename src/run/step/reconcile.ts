import type { FanoutDeps, Found, Via } from '../../fanout/types.ts';
import type { Target } from '../../kit/types.ts';
import type { BoundStep } from '../../plan/bound.ts';
import { REBOOTED } from '../../transport/node-output.ts';
import { isResultState } from '../../transport/node-result.ts';
import type { Outcome } from '../../transport/types.ts';
import type { Session } from '../session.ts';
import type { Sent } from '../step-memory.ts';
import { whyNotKnown } from './absence.ts';
import { runOp } from './run-op.ts';

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
 * Reads the receipts of a step and journals what they prove as the outcome of apply. Where a node cannot be reached, or
 * apply still runs there, the outcome stays as it was. Returns the targets on which apply never began or stopped half
 * way, with the transport that answered: it may be sent again.
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
  for (const { receipt, outcome, absent } of await readReceipts(session, bound, targets, lost, within)) {
    if (absent || (!outcome && isHalfWay(receipt))) again.set(receipt.target, receipt.via);
    if (outcome) await session.record({ kind: 'outcome', step: step.id, op: 'apply', outcome });
  }
  return again;
}

/** For the fan-out of an apply: what the receipts prove of targets whose outcome was lost. */
export function settleLostOf(session: Session, bound: BoundStep): NonNullable<FanoutDeps['settleLost']> {
  return async (lost, leftMs) => {
    const found = new Map<string, Found>();
    const { env } = session;
    // What runs there ends itself at its deadline at the latest.
    const looks =
      1 + Math.floor(Math.min(Math.max(0, leftMs), bound.step.runMs + RUNNING_LOOK_MS) / RUNNING_LOOK_MS);
    let asked = lost;
    for (let look = 0; look < looks && asked.length > 0 && !env.stop.aborted; look++) {
      if (look > 0) await env.sleep(RUNNING_LOOK_MS, env.stop);
      const left = leftMs - look * RUNNING_LOOK_MS;
      const within = Number.isFinite(left) ? { wholeMs: Math.max(LAST_LOOK_MS, left) } : {};
      const targets = asked.map(({ target }) => target);
      const running = new Set<string>();
      for (const told of await readReceipts(session, bound, targets, asked, within)) {
        const { receipt, outcome, absent } = told;
        if (outcome) found.set(receipt.target, { outcome });
        else if (absent && receipt.via) found.set(receipt.target, { absentBy: receipt.via });
        else if (receipt.result?.code === 'running') running.add(receipt.target);
      }
      asked = asked.filter(({ target }) => running.has(target));
    }
    return found;
  };
}

async function readReceipts(
  session: Session,
  bound: BoundStep,
  targets: string[],
  lost: Outcome[],
  within: { wholeMs?: number },
): Promise<Told[]> {
  const by = new Map(lost.map((outcome) => [outcome.target, outcome]));
  const lostBy = ({ name }: Target) => by.get(name)?.via;
  const request = { op: 'receipt', targets, journaled: true, lostBy, ...within } as const;
  const { outcomes } = await runOp(session, bound, request);
  return outcomes.map((receipt) => {
    const absent = receipt.result?.state === 'absent';
    const rebooted = absent ? receiptLost(session, bound, receipt) : undefined;
    return { receipt, absent: absent && !rebooted, outcome: rebooted ?? settledBy(receipt) };
  });
}

/** Began, did not end, and does not run any more. */
const isHalfWay = ({ result }: Outcome) => result?.state === 'interrupted' && result.code !== 'running';

/**
 * The outcome of an order that must run once and whose receipt a reboot may have removed; undefined where the missing
 * receipt proves that it never began. Other orders may be sent again after a reboot: their change is gone with it, or
 * they find it done.
 */
function receiptLost(session: Session, { step, action }: BoundStep, receipt: Outcome): Outcome | undefined {
  if (!action.node?.once) return undefined;
  const { target, result, exitCode: _, ...rest } = receipt;
  const { sent, boots } = session.memory.step(step.id);
  const boot = boots.get(target);
  const why = whyNotKnown(
    { boot, secondsAgo: secondsSince(session, sent.get(target)) },
    { boot: result?.data?.boot, up: numberOf(result?.data?.up) },
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
