import { randomBytes } from 'node:crypto';
import { asCredentialsError } from '../../aws/errors.ts';
import type { CloudProfile, Target } from '../../kit/types.ts';
import type { ReasonCode } from '../codes/reasons.ts';
import type { NodeScript, OutcomeReason } from '../types.ts';
import type { Clock } from './account.ts';
import { faultOf, textOf } from './faults.ts';
import type { Pace } from './pace.ts';
import type { SendRequest, SentCommand, SsmApi } from './types.ts';

export interface SendJob {
  text: string;
  script: NodeScript;
  deliverySeconds: number;
  executionSeconds: number;
  /** Until then it must have left (ms of `now`). */
  until: number;
  signal: AbortSignal;
  /** Gets every target once, part by part, and is awaited. */
  follow(sent: Sent): Promise<void>;
}

export interface SendDeps extends Clock {
  api: SsmApi;
  pace: Pace;
  profile: CloudProfile;
}

type NotTaken = 'unreachable' | 'unknown' | 'not-attempted';

/** What became of sending: a command that the service took, or targets that it did not reach, and whether that is certain. */
export type Sent =
  | { kind: 'taken'; command: SentCommand; targets: Target[] }
  | { kind: 'not-taken'; state: NotTaken; targets: Target[]; reason: OutcomeReason };

const THROTTLED = 'SSM throttled SendCommand until the time was up';
/** This machine's clock may be ahead of the cloud's by this much when a sent command is looked for. */
const SKEW_MS = 3_600_000;
/** Waits between the looks for a command whose answer was lost: lists lag behind. */
const LOOKS_MS = [500, 1500, 3000];

/** Sends one command to these targets (at most 50), never what may have left already. */
export async function send(targets: Target[], job: SendJob, deps: SendDeps): Promise<void> {
  const request: SendRequest = {
    instanceIds: targets.map((target) => target.instanceId ?? ''),
    text: job.text,
    comment: commentOf(job.script),
    deliverySeconds: job.deliverySeconds,
    executionSeconds: job.executionSeconds,
  };
  const not = (state: NotTaken, code: ReasonCode, message: string, next?: string) =>
    job.follow({
      kind: 'not-taken',
      state,
      targets,
      reason: { code, message, ...(next ? { next } : {}) },
    });

  let clockWasWrong = false;
  for (let attempt = 0; ; attempt++) {
    await deps.pace.turn(job.signal);
    if (job.signal.aborted) return not('not-attempted', 'interrupted', 'stopped waiting before it was sent');
    const startedAt = deps.now();
    // While AWS throttles, many wait for a turn. One that comes too late is useless: the node would refuse the script.
    if (startedAt > job.until && deps.pace.slowed) return not('unreachable', 'throttled', THROTTLED);
    let command: SentCommand | undefined;
    try {
      command = await deps.api.send(request, job.signal);
      deps.pace.accepted();
    } catch (error) {
      const fault = faultOf(error);
      if (fault === 'clock' && !clockWasWrong) {
        clockWasWrong = true;
        continue;
      }
      const credentials = asCredentialsError(error, deps.profile);
      if (credentials) return not('unreachable', 'credentials', credentials.message, credentials.next);
      if (fault === 'throttled') {
        deps.pace.throttled();
        const wait = (0.5 + deps.random()) * Math.min(8000, 250 * 2 ** attempt);
        if (deps.now() + wait > job.until) return not('unreachable', 'throttled', THROTTLED);
        await deps.sleep(wait, job.signal);
        continue;
      }
      if (fault === 'invalid-instance') return sendToTheRest(targets, error, job, deps);
      if (fault === 'not-sent')
        return not('unreachable', 'cloud-unreachable', `no connection to SSM: ${textOf(error)}`);
      if (fault === 'rejected')
        return not('unreachable', 'rejected', `SSM refused the command: ${textOf(error)}`);
      command = await lookFor(request.comment, startedAt, job.signal, deps);
      if (!command)
        return not(
          'unknown',
          'answer-lost',
          `the answer to SendCommand was lost (${textOf(error)}) and no such command is listed`,
        );
    }
    return job.follow({ kind: 'taken', command, targets });
  }
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

/** The answer was lost. A command with this comment proves that it was sent; nothing proves that it was not. */
async function lookFor(
  comment: string,
  startedAt: number,
  signal: AbortSignal,
  deps: SendDeps,
): Promise<SentCommand | undefined> {
  const isOurs = (command: SentCommand) => command.comment === comment;
  for (const wait of LOOKS_MS) {
    await deps.sleep(wait, signal);
    if (signal.aborted) return undefined;
    const after = new Date(startedAt - SKEW_MS);
    const seen = await deps.api.commands(after, (list) => list.some(isOurs), signal).catch(() => []);
    const found = seen.find(isOurs);
    if (found) return found;
  }
  return undefined;
}

/** At most 100 characters; no two sends share it. */
function commentOf(script: NodeScript): string {
  const mark = `${script.nonce}.${randomBytes(4).toString('hex')}`;
  return `${script.label.slice(0, 99 - mark.length)} ${mark}`;
}
