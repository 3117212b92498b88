import { setTimeout as delay } from 'node:timers/promises';
import type { Env } from '../../aws/files.ts';
import { type Patience, READERS_PATIENCE } from '../../aws/patience.ts';
import type { OnTrace } from '../../base/trace.ts';
import type { CloudProfile, Target } from '../../kit/types.ts';
import type { Op } from '../../node/types.ts';
import type { ReasonCode } from '../../transport/codes/reasons.ts';
import type { ResultCode } from '../../transport/codes/results.ts';
import type { NodeResult } from '../../transport/types.ts';
import type { CloudContext, CloudSide } from '../types.ts';

/** What every cloud action takes of the outside. */
export interface CloudDeps {
  env(): Env;
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  now(): number;
}

const REAL: CloudDeps = {
  env: () => process.env,
  sleep: async (ms, signal) => {
    await delay(ms, undefined, { signal });
  },
  now: Date.now,
};

/** One operation on one target. */
export interface CloudJob<P> extends CloudDeps {
  target: Target;
  params: P;
  context: CloudContext;
  signal: AbortSignal;
  result(
    state: NodeResult['state'],
    more?: Partial<Omit<NodeResult, 'code'>> & { code?: ResultCode | ReasonCode },
  ): NodeResult;
}

/** Why nothing is done. */
export interface Refusal {
  code: ResultCode;
  note: string;
}

/** Ends a target's turn half way: it failed, for this reason. */
export class CloudError extends Error {
  readonly code: ResultCode;

  constructor(code: ResultCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** With which the services are opened. */
export interface Opening {
  env: Env;
  onTrace?: OnTrace | undefined;
  patience: Patience;
}

export interface SideOf<P, A> {
  parallel: number;
  /** Seconds that one target may take. */
  longest?(params: P): number;
  /** What is asked, as a note about its failures names it: `EC2`. */
  asks: string;
  /** The target is a machine of EC2. */
  needsInstance?: true;
  /** Seconds for which a change goes on asking a service that fails; two minutes where it does not say. */
  asksFor?(params: P): number;
  /** What the fleet and the kit alone rule out. */
  rulesOut?(job: CloudJob<P>): Refusal | undefined;
  open(cloud: CloudProfile, how: Opening, job: CloudJob<P>): Promise<A & { close(): void }>;
  operate(op: Op, job: CloudJob<P> & A): Promise<NodeResult>;
}

/** The frame of all cloud sides: opens the services, carries one operation out, and closes them. */
export function sideOf<P, A>(side: SideOf<P, A>): (deps?: CloudDeps) => CloudSide<P> {
  const { parallel, longest, needsInstance = false } = side;
  return (deps = REAL) => ({
    parallel,
    ...(longest && { longest }),
    async run(op, target, params, context) {
      const result: CloudJob<P>['result'] = (state, more) => ({ fireaxe: 1, op, state, ...more });
      if (!target.cloud || (needsInstance && !target.instanceId))
        return result('refused', { code: 'no-instance-id', note: lacking(needsInstance) });
      const { signal } = context;
      const job: CloudJob<P> = { ...deps, target, params, context, signal, result };
      const refusal = side.rulesOut?.(job);
      if (refusal) return result('refused', refusal);
      const { close, ...services } = await side.open(target.cloud, opening(op, job, side), job);
      try {
        return await side.operate(op, { ...job, ...(services as A) });
      } catch (error) {
        if (!(error instanceof CloudError)) throw error;
        const { before } = context;
        return result('failed', { ...(before && { before }), code: error.code, note: error.message });
      } finally {
        close();
      }
    },
  });
}

const lacking = (instance: boolean) =>
  instance
    ? 'the fleet has no instance id or no cloud profile for it'
    : 'the kit has no cloud profile for it';

function opening<P, A>(op: Op, job: CloudJob<P>, { asks, asksFor }: SideOf<P, A>): Opening {
  const { context, env, sleep, now, signal, params } = job;
  const changes = op === 'apply' || op === 'undo';
  const patience: Patience = {
    ...READERS_PATIENCE,
    sleep,
    now,
    signal,
    ...(changes && asksFor && { forMs: asksFor(params) * 1000 }),
    onWait: (why) => context.note(`${asks} is throttling or failing; retrying: ${why}`),
  };
  return { env: env(), onTrace: context.onTrace, patience };
}
