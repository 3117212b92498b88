import { fanout } from '../../fanout/fanout.ts';
import type { FanoutDeps, FanoutSpec, Verdict, Via } from '../../fanout/types.ts';
import { timeoutsOf } from '../../kit/timeouts.ts';
import type { Target } from '../../kit/types.ts';
import { nodeScript } from '../../node/script.ts';
import type { BeforeState, Op } from '../../node/types.ts';
import type { BoundStep } from '../../plan/bound.ts';
import type { Outcome } from '../../transport/types.ts';
import { readFetched } from '../journal/saved.ts';
import { resolveTargets, type Session, whyNoTransport } from '../session.ts';
import { byReceipt } from './by-receipt.ts';
import { cloudCall } from './cloud-call.ts';
import { cloudTransport } from './cloud-transport.ts';
import { inTime } from './in-time.ts';
import { orderOf } from './order.ts';

/** How long a launched script may still begin: longer than any transport takes, short enough that a stray one does not surprise. */
const NOT_AFTER_SLACK_MS = 120_000;

export interface OpRequest {
  op: Op;
  targets: string[];
  /** The step's waves; one wave when absent. */
  waves?: number[];
  /** Failures allowed; all of them when absent. */
  budget?: number;
  anyOf?: boolean;
  /** The deadline of each target; the step's when absent. */
  wholeMs?: number;
  /** How long a target that nothing was sent to is retried; as the step says when absent. */
  retryMs?: number;
  earlier?: FanoutSpec['earlier'];
  uncounted?: FanoutSpec['uncounted'];
  /** The transport that lost the target's order: the others are tried first. */
  lostBy?: (target: Target) => Via | undefined;
  /** The transport to begin with. */
  first?: (target: Target) => Via | undefined;
  settleLost?: FanoutDeps['settleLost'];
  /** Journaled as intents and outcomes; a check is only looked at. */
  journaled: boolean;
  before?: (target: Target) => BeforeState | undefined;
  betweenWaves?: FanoutDeps['betweenWaves'];
  onOutcome?: (outcome: Outcome) => void;
}

/** Operations that change something, keep it, or must come first. A reading is not retried: it reports what it could not see. */
const TRIED_AGAIN: ReadonlySet<Op> = new Set(['apply', 'undo', 'keep', 'fetch']);

/** Operations that may be done twice: a node that did them finds them done, or they only read. */
const REPEATABLE: ReadonlySet<Op> = new Set(['check', 'verify', 'receipt', 'fetch', 'undo', 'keep']);

/** Runs one operation of a step on targets: the only path from the engine to a transport. */
export async function runOp(session: Session, bound: BoundStep, request: OpRequest): Promise<Verdict> {
  const { env } = session;
  const { step, action, params } = bound;
  const targets = resolveTargets(session, request.targets);
  const deliveryMs = env.deliveryMs ?? step.deliveryMs;
  const wholeMs = request.wholeMs ?? step.wholeMs;
  // Each phase of a login may take this long.
  const loginsMs = Math.min(4 * (step.loginMs ?? 0), wholeMs ?? Number.POSITIVE_INFINITY);
  // Time of the latest launch: earlier waves and gates may take longer than a script may wait.
  let launchedAt = env.now().getTime();
  const least = request.op === 'undo' ? afterAll(session.memory.step(step.id).sent) : 0;
  const input = await inputOf(session, bound, request);
  const script = action.node
    ? nodeScript({
        action,
        params,
        op: request.op,
        runId: session.plan.receiptsOf ?? session.runId,
        stepId: step.id,
        order: orderOf(session, bound),
        operator: env.operator,
        notAfter: () => new Date(launchedAt + step.connectMs + Math.max(NOT_AFTER_SLACK_MS, loginsMs)),
        sentAt: () => new Date(Math.max(launchedAt, least)),
        shift: (target) => session.clocks.shiftFor(target.name),
        deadlineMs: step.runMs,
        context: session.context,
        ...(request.before ? { before: request.before } : {}),
        hasReceipt: ({ name }) => session.memory.step(step.id).launches.get(name) === 1,
        ...(input === undefined ? {} : { secret: Buffer.from(input) }),
      })
    : { textFor: () => '', nonce: '', protocol: true, maxOutput: 0, label: session.runId };
  const cloud = action.cloud ? cloudTransport(cloudCall(session, bound, request)) : undefined;
  const retryMs = TRIED_AGAIN.has(request.op) ? (request.retryMs ?? step.retryMs ?? 0) : 0;
  let wave = 0;
  const verdict = await fanout(
    {
      targets,
      script,
      waves: request.waves ?? [targets.length],
      parallel: step.parallel,
      ...(step.adaptive ? { adaptive: true } : {}),
      budget: request.budget ?? targets.length,
      connectMs: step.connectMs,
      loginMs: step.loginMs ?? timeoutsOf(session.context.cluster).loginMs,
      // A script that ends at its own deadline needs a moment to say so.
      runMs: action.node ? step.runMs + 5_000 : step.runMs,
      ...(deliveryMs === undefined ? {} : { deliveryMs }),
      ...(wholeMs === undefined ? {} : { wholeMs }),
      ...(retryMs > 0 ? { again: { forMs: retryMs } } : {}),
      ...(request.anyOf ? { anyOf: true } : {}),
      ...(request.earlier ? { earlier: request.earlier } : {}),
      ...(request.uncounted ? { uncounted: request.uncounted } : {}),
      ...(!cloud && REPEATABLE.has(request.op) ? { repeatable: true } : {}),
    },
    {
      transport: async (name) =>
        name === 'cloud' ? cloud! : inTime(byReceipt(await env.transport(name)), session.clocks),
      transportsTo(target) {
        if (!session.targets.has(target.name)) return [];
        const via = cloud ? (['cloud'] as const) : (env.via ?? step.via ?? target.via);
        return inOrder([...via], request.first?.(target), request.lostBy?.(target));
      },
      whyNoTransport,
      // A first Ctrl-C launches nothing more, but what is done is still kept: otherwise its node reverts it.
      stop: request.op === 'keep' ? env.stopWaiting : env.stop,
      stopWaiting: env.stopWaiting,
      async beforeLaunch(batch, via) {
        if (request.journaled)
          await session.record({
            kind: 'intent',
            step: step.id,
            op: request.op,
            targets: batch.map((t) => t.name),
            via,
            wave,
            up: Math.floor(env.uptime()),
          });
        launchedAt = env.now().getTime();
      },
      ...(request.settleLost && !cloud ? { settleLost: request.settleLost } : {}),
      leaving() {
        launchedAt = env.now().getTime();
      },
      ...(request.betweenWaves ? { betweenWaves: request.betweenWaves } : {}),
      onEvent(event) {
        const at = env.now().toISOString();
        if (event.kind === 'wave') wave = event.wave;
        if (!request.journaled) return;
        // A failed write shows at the next intent, which is awaited.
        if (event.kind === 'outcome') {
          const shown = { ...event, step: step.id, op: request.op };
          session.record({ ...shown, outcome: trim(event.outcome) }, shown).catch(() => {});
          request.onOutcome?.(event.outcome);
        } else if (request.op === 'apply' || (request.op === 'undo' && event.kind !== 'launched'))
          session.emit({ ...event, at, step: step.id });
      },
    },
  );
  for (const text of session.clocks.news()) await session.record({ kind: 'note', text });
  return verdict;
}

/** The transports of a target, from the first one on; the one that lost its order comes last. */
function inOrder(via: Via[], first: Via | undefined, lostBy: Via | undefined): Via[] {
  const from = first ? via.indexOf(first) : lostBy ? via.indexOf(lostBy) + 1 : 0;
  return from > 0 ? [...via.slice(from), ...via.slice(0, from)] : via;
}

/** What was saved belongs to the cluster: it is the same for every target. */
async function inputOf(
  { dir, memory }: Session,
  { step, action, params }: BoundStep,
  { op, targets: [first] }: OpRequest,
): Promise<string | undefined> {
  const read = async () =>
    first === undefined ? undefined : readFetched(dir, step.id, first, memory.step(step.id).saved.get(first));
  return action.node?.input?.(op, params, read);
}

/** By this time a node tells an undo from a late copy of the order, also where the clock was set back between them. */
function afterAll(sent: Map<string, { at: number }>): number {
  let last = 0;
  for (const { at } of sent.values()) last = Math.max(last, at);
  return last + 1000;
}

/** The journal keeps the beginning of what a node wrote; the views show all of it. */
const KEPT_OUTPUT = 2048;
function trim<T extends { stdout: string; stderr: string }>(outcome: T): T {
  if (outcome.stdout.length <= KEPT_OUTPUT && outcome.stderr.length <= KEPT_OUTPUT) return outcome;
  return {
    ...outcome,
    stdout: outcome.stdout.slice(0, KEPT_OUTPUT),
    stderr: outcome.stderr.slice(0, KEPT_OUTPUT),
    truncated: true,
  };
}
