import { randomBytes } from 'node:crypto';
import { asCredentialsError, isExpired } from '../../aws/errors.ts';
import type { CallError } from '../../aws/passing.ts';
import type { Target } from '../../kit/types.ts';
import type { ReasonCode } from '../codes/reasons.ts';
import type { NodeScript, OutcomeReason } from '../types.ts';
import type { Account } from './account.ts';
import type { Clock } from './clock.ts';
import { type Fault, faultOf, textOf } from './faults.ts';
import type { Operation } from './pace.ts';
import { answered, limitsOf, type SendLimits, type SendTimes } from './send-limits.ts';
import type { TagTarget } from './shards.ts';
import type { SendRequest, SentCommand } from './types.ts';

export interface SendJob extends SendTimes {
  /** Made when it leaves: a node refuses a text that waited too long. */
  text(): string;
  /** The tags by which it reaches its targets, instead of their ids. */
  tags?: TagTarget[];
  /** Sends to targets of tags by their ids instead, where the tags certainly did not reach them. */
  byIds(targets: Target[]): Promise<void>;
  script: NodeScript;
  deliverySeconds: number;
  executionSeconds: number;
  /** There is no other transport: until then it is not attempted. */
  last: boolean;
  /** Awaited before it leaves; false where nothing more may. */
  mayLeave(): Promise<boolean>;
  /** Told now and then that it has not left yet. */
  onWait(): void;
  /** Gets every target once, part by part, and is awaited. */
  follow(sent: Sent): Promise<void>;
}

export interface SendDeps extends Clock, Pick<Account, 'api' | 'pace' | 'profile' | 'breaker' | 'finder'> {}

type NotTaken = 'unreachable' | 'unknown' | 'not-attempted';

/** What became of sending: a command that the service took, or targets that it did not reach, and whether that is certain. */
export type Sent =
  | { kind: 'taken'; command: SentCommand; targets: Target[] }
  | { kind: 'not-taken'; state: NotTaken; targets: Target[]; reason: OutcomeReason };

const THROTTLED =
  'its turn at SSM did not come before its time was up: SendCommand is throttled or others are first';
const STOPPED = 'stopped before it was sent';
/** How often one that waits says so. */
const TOLD_MS = 10_000;
/** How long new keys are waited for after the old ones expired, and between two looks at them. */
const NEW_KEYS_MS = 15_000;
const KEYS_LOOK_MS = 2_000;

/** Sends one command to these targets (at most 50, or those of the job's tags), never what may have left already. */
export async function send(targets: Target[], job: SendJob, deps: SendDeps): Promise<void> {
  const limits = limitsOf(job, deps);
  const sent = await sendInTime(targets, job, deps, limits).finally(() => limits.end());
  await sent();
}

/** Returns what is left to do once it was sent, or was not. */
async function sendInTime(
  targets: Target[],
  job: SendJob,
  deps: SendDeps,
  { leave, answer }: SendLimits,
): Promise<() => Promise<void>> {
  const { pace, breaker } = deps;
  const operation = job.script.urgent ? 'keep' : 'send';
  const comment = commentOf(job.script);
  const not = (state: NotTaken, code: ReasonCode, message: string, next?: string) => () =>
    job.follow({
      kind: 'not-taken',
      state,
      targets,
      reason: { code, message, ...(next ? { next } : {}) },
    });

  let clockWasWrong = false;
  let expiredAt: number | undefined;
  for (;;) {
    await waitForTurn(operation, job, deps, leave);
    if (job.signal.aborted) return not('not-attempted', 'interrupted', 'stopped waiting before it was sent');
    const startedAt = deps.now();
    if (job.stopped.aborted) return not('not-attempted', 'interrupted', STOPPED);
    // One that comes too late is useless where another transport may still be in time.
    if (leave.aborted) return not(job.last ? 'not-attempted' : 'unreachable', 'throttled', THROTTLED);
    const dead = breaker.why();
    if (dead && job.last && breaker.trying) {
      // No other transport is left, and what another call finds out is known soon.
      job.onWait();
      await deps.sleep(breaker.openMs, AbortSignal.any([leave, breaker.trying]));
      continue;
    }
    if (dead) return not('unreachable', 'cloud-unreachable', `SSM in ${deps.profile.region}: ${dead}`);
    // A permit may be waited for.
    const allowed = await answered(leave, () => job.mayLeave()).catch((error: unknown) => {
      if (!leave.aborted) throw error;
    });
    if (allowed === false) return not('not-attempted', 'interrupted', STOPPED);
    if (leave.aborted) continue;
    let command: SentCommand | undefined;
    try {
      command = await answered(answer, () => deps.api.send(requestOf(targets, comment, job), answer));
      pace.accepted('send');
    } catch (error) {
      const fault = faultOf(error);
      if (fault === 'clock' && !clockWasWrong) {
        clockWasWrong = true;
        continue;
      }
      if (isExpired(error)) {
        expiredAt ??= startedAt;
        if (deps.now() + KEYS_LOOK_MS < expiredAt + NEW_KEYS_MS) {
          job.onWait();
          await deps.sleep(KEYS_LOOK_MS, leave);
          continue;
        }
      }
      const credentials = asCredentialsError(error, deps.profile);
      if (job.tags && refusesTags(error, fault, credentials !== undefined)) return () => job.byIds(targets);
      if (credentials) return not('unreachable', 'credentials', credentials.message, credentials.next);
      if (fault === 'throttled') {
        pace.throttled('send', startedAt);
        continue;
      }
      if (fault === 'invalid-instance') return () => sendToTheRest(targets, error, job, deps);
      if (fault === 'not-sent')
        return not('unreachable', 'cloud-unreachable', `no connection to SSM: ${textOf(error)}`);
      if (fault === 'rejected')
        return not('unreachable', 'rejected', `SSM refused the command: ${textOf(error)}`);
      const { found, missed, trouble } = await deps.finder.find(comment, startedAt, answer);
      const lost = `the answer to SendCommand was lost (${textOf(error)})`;
      if (trouble)
        return not(
          'unknown',
          'answer-lost',
          `${lost} and the list of commands cannot be read: ${textOf(trouble)}`,
        );
      if (!found)
        return missed
          ? not('unknown', 'not-accepted', `${lost} and SSM lists no such command`)
          : not('unknown', 'answer-lost', lost);
      command = found;
    }
    const taken: Sent = { kind: 'taken', command, targets };
    return () => job.follow(taken);
  }
}

function requestOf(targets: Target[], comment: string, job: SendJob): SendRequest {
  return {
    to: job.tags ? { tags: job.tags } : { instanceIds: targets.map(({ instanceId = '' }) => instanceId) },
    text: job.text(),
    comment,
    deliverySeconds: job.deliverySeconds,
    executionSeconds: job.executionSeconds,
  };
}

/** Nothing was done, and ids may be taken all the same: keys may be allowed instances, and not tags. */
function refusesTags(error: unknown, fault: Fault, ofCredentials: boolean): boolean {
  if (ofCredentials) return /^AccessDenied/.test((error as CallError).name ?? '');
  return fault === 'invalid-instance' || fault === 'rejected';
}

/** By the real clock: the fan-out must not take for lost what only waits. */
async function waitForTurn(
  operation: Operation,
  job: SendJob,
  { pace }: SendDeps,
  leave: AbortSignal,
): Promise<void> {
  const telling = setInterval(job.onWait, TOLD_MS);
  await pace.turn(operation, leave);
  clearInterval(telling);
}

/** One instance that SSM cannot reach rejects the whole batch: the named ones are left out, else halves are tried. */
async function sendToTheRest(targets: Target[], error: unknown, job: SendJob, deps: SendDeps): Promise<void> {
  const ids = new Set<string>(textOf(error).match(/\bm?i-[0-9a-f]+\b/g));
  const named = targets.filter((target) => ids.has(target.instanceId ?? ''));
  const lost = (of: Target[]) =>
    job.follow({
      kind: 'not-taken',
      state: 'unreachable',
      targets: of,
      reason: { code: 'no-agent', message: 'the SSM agent is not connected, or belongs to another account' },
    });
  if (named.length === 0 && targets.length === 1) return lost(targets);
  if (named.length === 0) {
    const half = Math.ceil(targets.length / 2);
    const halves = [targets.slice(0, half), targets.slice(half)];
    await Promise.all(halves.map((part) => send(part, job, deps)));
    return;
  }
  await lost(named);
  const rest = targets.filter((target) => !named.includes(target));
  if (rest.length > 0) await send(rest, job, deps);
}

/** At most 100 characters; no two sends share it. */
function commentOf(script: NodeScript): string {
  const mark = `${script.nonce}.${randomBytes(4).toString('hex')}`;
  return `${script.label.slice(0, 99 - mark.length)} ${mark}`;
}
