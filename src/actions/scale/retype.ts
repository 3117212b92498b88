import type { Instance } from '@aws-sdk/client-ec2';
import type { Ec2Api } from '../../kit/ec2-api.ts';

export interface RetypeDeps {
  api: Ec2Api;
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  now(): number;
  signal: AbortSignal;
  note(text: string): void;
  /** Longest stay in one phase (ms). */
  withinMs: number;
}

/** EC2 has no machine of this type to give, or may not: the former type still has its place. */
const NO_ROOM =
  /^(InsufficientInstanceCapacity|InsufficientHostCapacity|InstanceLimitExceeded|VcpuLimitExceeded|Unsupported|UnsupportedOperation)$/;
/** EC2 had moved on since we looked: look again. */
const RACE = /^IncorrectInstanceState$/;

export class RetypeError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * Brings an instance to a type and to running, from whatever state it is found in: each turn looks and takes the one
 * next step, so that a run that was killed anywhere is finished by the next.
 */
export async function retype(id: string, type: string, deps: RetypeDeps): Promise<void> {
  const { api, signal } = deps;
  let phase = '';
  let since = deps.now();
  for (let turn = 0; ; turn++) {
    signal.throwIfAborted();
    const instance = await api.instance(id, signal);
    const step = nextStep(instance, type);
    if (step === 'done') return;
    if (step === 'gone')
      throw new RetypeError('gone', `${id} is ${instance?.State?.Name ?? 'not known to EC2'}`);
    const now = `${step} ${instance?.State?.Name}`;
    if (now !== phase) {
      phase = now;
      since = deps.now();
      turn = 0;
      if (step !== 'wait') deps.note(`${STEP_TEXT[step]}${step === 'retype' ? ` ${type}` : ''}`);
    } else if (deps.now() - since > deps.withinMs)
      throw new RetypeError('too-slow', `${id} stays ${instance?.State?.Name} for too long`);
    if (step === 'stop' && turn === 0) await unlessRace(api.stop(id, signal));
    if (step === 'retype') await unlessRace(api.setType(id, type, signal));
    if (step === 'start') await unlessRace(start(id, type, deps));
    if (step !== 'retype') await deps.sleep(Math.min(5000, 1000 * 1.5 ** turn), signal);
  }
}

type Step = 'done' | 'gone' | 'wait' | 'stop' | 'retype' | 'start';

const STEP_TEXT: Record<'stop' | 'retype' | 'start', string> = {
  stop: 'stopping the machine',
  retype: 'stopped; making it a',
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

async function start(id: string, type: string, deps: RetypeDeps): Promise<void> {
  try {
    await deps.api.start(id, deps.signal);
  } catch (error) {
    if (error instanceof Error && NO_ROOM.test(error.name))
      throw new RetypeError('no-capacity', `EC2 cannot start it as ${type}: ${error.name}: ${error.message}`);
    throw error;
  }
}

async function unlessRace(call: Promise<void>): Promise<void> {
  await call.catch((error: unknown) => {
    if (!(error instanceof Error && RACE.test(error.name))) throw error;
  });
}
