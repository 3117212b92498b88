import { setTimeout as delay } from 'node:timers/promises';
import { FireaxeError } from '../../base/errors.ts';
import { steadyClock } from '../../base/steady-clock.ts';
import type { OnTrace } from '../../base/trace.ts';
import type { CloudProfile, Target } from '../../kit/types.ts';
import { Channel } from '../channel.ts';
import { makeOutcome } from '../outcome.ts';
import type { NodeScript, Outcome, OutcomeReason, Transport, TransportOptions } from '../types.ts';
import { type Account, accountKey, openAccount, type PollTimes } from './account.ts';
import { ssmApi } from './api.ts';
import { batchesOf } from './batches.ts';
import type { Clock } from './clock.ts';
import { Follow } from './follow.ts';
import { send } from './send.ts';
import { sendableOf } from './sendable.ts';
import type { SsmApi } from './types.ts';

export interface SsmTransportOptions extends Partial<Clock> {
  /** The client for a profile; by default the kit's. */
  clientFor?(profile: CloudProfile): Promise<SsmApi>;
  /** First look after sending, and the time between looks (ms). */
  poll?: Partial<PollTimes>;
  onTrace?: OnTrace | undefined;
}

const NEVER = new AbortController().signal;
/** The least that SSM takes. */
const LEAST_DELIVERY_S = 30;
/** An agent takes a command up within seconds, or hangs. */
const USUAL_DELIVERY_MS = 10_000;
/** The script's own deadline comes first, so that its result line is heard. */
const GRACE_S = 5;

/** Reaches nodes by SSM's Run Command: many nodes a call, one attempt a command, one poller an account. */
export function createSsmTransport(options: SsmTransportOptions = {}): Transport {
  const clock: Clock = {
    now: options.now ?? steadyClock(),
    sleep: (ms, signal) => (options.sleep ?? sleep)(ms, signal).catch(() => {}),
    random: options.random ?? Math.random,
  };
  const times = { firstMs: 800, everyMs: 2000, ...options.poll };
  const clientFor = options.clientFor ?? ((profile) => kitClient(profile, options.onTrace));
  const accounts = new Map<string, Promise<Account>>();

  function account(profile: CloudProfile): Promise<Account> {
    const key = accountKey(profile);
    const open =
      accounts.get(key) ?? clientFor(profile).then((api) => openAccount(profile, api, clock, times));
    accounts.set(key, open);
    open.catch(() => accounts.delete(key));
    return open;
  }

  async function runGroup(
    group: Target[],
    script: NodeScript,
    options: TransportOptions,
    settle: (outcome: Outcome) => void,
  ): Promise<void> {
    // A signal of its own: Node warns of many listeners on one.
    const run = { ...options, signal: AbortSignal.any([options.signal]) };
    const began = clock.now();
    const startedAt = new Date(began);
    const say = (targets: Target[], state: Outcome['state'], reason: OutcomeReason) => {
      const times = { startedAt, endedAt: new Date(clock.now()) };
      for (const target of targets)
        settle(makeOutcome({ target: target.name, via: 'ssm', ...times }, state, { reason }));
    };
    const { sendable } = sendableOf(group, script, (targets, reason) => say(targets, 'unreachable', reason));
    const [first] = sendable;
    if (!first?.cloud) return;
    let used: Account;
    try {
      used = await account(first.cloud);
    } catch (error) {
      return say(sendable, 'unreachable', noClient(error));
    }
    const tell = (targets: Target[], phase: 'connecting' | 'waiting' | 'launched') => {
      for (const target of targets) run.onEvent?.({ target: target.name, phase, via: 'ssm' });
    };
    tell(sendable, 'connecting');
    const deadline = began + (run.wholeMs ?? Number.POSITIVE_INFINITY);
    const deliveryMs = deliveryOf(run);
    const left = () => (run.wholeMs === undefined ? {} : { wholeMs: Math.max(0, deadline - clock.now()) });
    await send(
      sendable,
      {
        text: () => script.textFor(first, 'ssm'),
        script,
        deliverySeconds: Math.max(LEAST_DELIVERY_S, Math.ceil(deliveryMs / 1000)),
        executionSeconds: Math.ceil(run.runMs / 1000) + GRACE_S,
        until: run.last ? deadline : Math.min(began + run.connectMs, deadline),
        deadline,
        last: run.last ?? false,
        signal: run.signal,
        stopped: run.stopped ?? NEVER,
        mayLeave: async () => (await run.turn?.(first.name)) ?? true,
        onWait: () => tell(sendable, 'waiting'),
        async follow(sent) {
          if (sent.kind === 'not-taken') return say(sent.targets, sent.state, sent.reason);
          tell(sent.targets, 'launched');
          await new Follow(sent.command, sent.targets, script, used, clock, settle).run({
            ...run,
            ...left(),
            deliveryMs,
          });
        },
      },
      { ...used, ...clock },
    );
  }

  return {
    name: 'ssm',

    batches(targets, script) {
      return batchesOf(targets, script);
    },

    async *run(batch, script, run) {
      const outcomes = new Channel<Outcome>();
      const settle = (outcome: Outcome) => outcomes.push(outcome);
      // The engine hands back the batches from above; any other list is split first.
      const groups = batchesOf(batch, script);
      let fault: unknown;
      void Promise.all(groups.map((group) => runGroup(group, script, run, settle)))
        .catch((error: unknown) => {
          fault = error;
        })
        .finally(() => outcomes.close());
      yield* outcomes;
      if (fault) throw fault;
    },

    async close() {
      for (const open of accounts.values()) {
        const used = await open.catch(() => undefined);
        used?.poller.close();
        used?.api.close();
      }
      accounts.clear();
    },
  };
}

/** A longer wait costs nothing where no other transport is left and the operator gave the time. */
function deliveryOf({ deliveryMs, last, wholeMs, connectMs }: TransportOptions): number {
  return deliveryMs ?? (last && wholeMs !== undefined ? wholeMs : Math.max(connectMs, USUAL_DELIVERY_MS));
}

function noClient(error: unknown): OutcomeReason {
  if (!(error instanceof FireaxeError)) return { code: 'no-client', message: String(error) };
  return { code: error.kind, message: error.message, ...(error.next ? { next: error.next } : {}) };
}

async function kitClient(profile: CloudProfile, onTrace: OnTrace | undefined): Promise<SsmApi> {
  const { ssmClient } = await import('../../aws/client.ts');
  return ssmApi(await ssmClient(profile, process.env, onTrace));
}

async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  await delay(ms, undefined, signal ? { signal } : {});
}
