import type { Instance } from '@aws-sdk/client-ec2';
import type { Ec2Api } from '../../aws/ec2-api.ts';
import { FireaxeError } from '../../base/errors.ts';
import type { ReasonCode } from '../../transport/codes/reasons.ts';
import { cloudErrorName } from '../../transport/codes/types.ts';

export interface RetypeDeps {
  api: Ec2Api;
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  now(): number;
  signal: AbortSignal;
  note(text: string): void;
  /** Longest stay in one phase (ms). */
  withinMs: number;
  /** A machine that is still stopping by then is stopped by force. */
  force: boolean;
  /** A start that fails for lack of capacity is retried all that time: there is no other type to restore. */
  insist?: boolean;
}

/** EC2 has no capacity for this type or does not allow it; the former type can still start. */
const NO_ROOM =
  /^(Server\.)?(Insufficient.*|InstanceLimitExceeded|VcpuLimitExceeded|Unsupported|UnsupportedOperation|UnsupportedHostConfiguration)$/;
/** The state changed since it was read: read it again. */
const RACE = /^IncorrectInstanceState$/;
/** Starts that EC2 accepts and that end in `stopped` again, after which the type is abandoned. */
const FALLS = 2;
/** Readings in a row that do not find the machine before it counts as gone. */
const LOOKS = 3;

/** Why the change failed, and the state in which the machine was last seen. */
export class RetypeError extends Error {
  readonly code: ReasonCode;
  readonly seen: string;
  readonly next: string | undefined;

  constructor(code: ReasonCode, message: string, seen: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
    this.seen = seen;
    this.next = cause instanceof FireaxeError ? cause.next : undefined;
  }
}

/**
 * Brings an instance to a type and to running, from whatever state it is found in: each turn looks and takes the one
 * next step, so that a run that was killed anywhere is finished by the next. Ends with a RetypeError, or aborted.
 */
export async function retype(id: string, type: string, deps: RetypeDeps): Promise<void> {
  const { api, signal } = deps;
  let phase = '';
  let since = deps.now();
  let seen = '';
  let falls = 0;
  let missed = 0;
  let forced = false;
  try {
    for (let turn = 0; ; turn++) {
      signal.throwIfAborted();
      const instance = await api.instance(id, signal);
      // A lagging replica of EC2 may not show a machine that it showed a moment ago.
      if (!instance && seen !== '' && ++missed < LOOKS) {
        await deps.sleep(2000, signal);
        continue;
      }
      if (instance) missed = 0;
      const before = seen;
      seen = instance?.State?.Name ?? 'gone';
      if (before === 'pending' && seen === 'stopped') falls = fall(falls, id, type, instance);
      const step = nextStep(instance, type);
      if (step === 'done') return;
      if (step === 'gone') throw new RetypeError('gone', `${id} is ${seen}`, seen);
      const now = `${step} ${seen}`;
      if (now !== phase) {
        phase = now;
        since = deps.now();
        turn = 0;
        if (step !== 'wait') deps.note(`${STEP_TEXT[step]}${step === 'retype' ? ` ${type}` : ''}`);
      } else if (deps.now() - since > deps.withinMs) {
        if (seen !== 'stopping' || forced || !deps.force)
          throw new RetypeError('too-slow', `${id} is still ${seen} after the longest wait`, seen);
        forced = true;
        since = deps.now();
        deps.note('still stopping; forcing it to stop');
        await api.stop(id, signal, { force: true });
      }
      if (step === 'stop' && turn === 0) await unlessRace(api.stop(id, signal));
      if (step === 'retype') await unlessRace(api.setType(id, type, signal));
      if (step === 'start') await unlessRace(start(id, type, deps, since));
      await deps.sleep(Math.min(5000, 1000 * 1.5 ** turn), signal);
    }
  } catch (error) {
    throw ended(error, id, seen, signal);
  }
}

type Step = 'done' | 'gone' | 'wait' | 'stop' | 'retype' | 'start';

const STEP_TEXT: Record<'stop' | 'retype' | 'start', string> = {
  stop: 'stopping the machine',
  retype: 'stopped; changing it to',
  start: 'starting the machine',
};

function nextStep(instance: Instance | undefined, type: string): Step {
  const right = instance?.InstanceType === type;
  switch (instance?.State?.Name) {
    case 'running':
      return right ? 'done' : 'stop';
    case 'stopped':
      return right ? 'start' : 'retype';
    case 'pending':
    case 'stopping':
      return 'wait';
    default:
      return 'gone';
  }
}

/** EC2 accepted the start and the machine is stopped again: its state reason says why, such as no capacity or no access to a key. */
function fall(falls: number, id: string, type: string, instance: Instance | undefined): number {
  const { Code = '', Message = '' } = instance?.StateReason ?? {};
  const why = [Code, Message].filter(Boolean).join(': ') || 'EC2 gives no reason';
  if (NO_ROOM.test(Code))
    throw new RetypeError('no-capacity', `EC2 cannot start it as ${type}: ${why}`, 'stopped');
  if (falls + 1 >= FALLS)
    throw new RetypeError('does-not-start', `${id} stops again after starting as ${type}: ${why}`, 'stopped');
  return falls + 1;
}

async function start(id: string, type: string, deps: RetypeDeps, since: number): Promise<void> {
  try {
    await deps.api.start(id, deps.signal);
  } catch (error) {
    if (!(error instanceof Error && NO_ROOM.test(error.name))) throw error;
    if (deps.insist && deps.now() - since < deps.withinMs) return;
    const message = `EC2 cannot start it as ${type}: ${error.name}: ${error.message}`;
    throw new RetypeError('no-capacity', message, 'stopped');
  }
}

async function unlessRace(call: Promise<void>): Promise<void> {
  await call.catch((error: unknown) => {
    if (!(error instanceof Error && RACE.test(error.name))) throw error;
  });
}

/** Adds to any error the state in which the machine was last seen. */
function ended(error: unknown, id: string, seen: string, signal: AbortSignal): unknown {
  if (error instanceof RetypeError) return error;
  if (!(error instanceof Error)) return error;
  // Before the first reading nothing has been started.
  if (seen === '') return error;
  if (signal.aborted)
    return new Error(`interrupted while ${id} was ${seen}; the next attempt continues from there`);
  const code = error instanceof FireaxeError ? error.kind : cloudErrorName(error);
  const name = error instanceof FireaxeError || error.message.startsWith(error.name) ? '' : `${error.name}: `;
  return new RetypeError(code, `${name}${error.message}`, seen, error);
}
