import { setTimeout as delay } from 'node:timers/promises';
import { steadyClock } from '../../base/steady-clock.ts';
import type { OnTrace } from '../../base/trace.ts';
import type { CloudProfile, Target } from '../../kit/types.ts';
import { Channel } from '../channel.ts';
import { makeOutcome } from '../outcome.ts';
import type { NodeScript, Outcome, OutcomeReason, Transport, TransportOptions } from '../types.ts';
import { type Account, accountKey, openAccount, type PollTimes } from './account.ts';
import { ssmApi } from './api.ts';
import { batchesOf, inBatches } from './batches.ts';
import type { Clock } from './clock.ts';
import { Follow } from './follow.ts';
import { openInTime } from './open-in-time.ts';
import { packer } from './packed.ts';
import { type SendJob, send } from './send.ts';
import { sendableOf } from './sendable.ts';
import { type TagTarget, tagsOf } from './shards.ts';
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
/** SSM first finds the nodes of a tag, and begins with few of them. */
const TO_TAGS_MS = 10_000;
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
  const opened = new Set<Account>();

  function account(profile: CloudProfile): Promise<Account> {
    const key = accountKey(profile);
    const open =
      accounts.get(key) ?? clientFor(profile).then((api) => openAccount(profile, api, clock, times));
    accounts.set(key, open);
    open.then(
      (account) => opened.add(account),
      () => accounts.delete(key),
    );
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
    const pack = packer(script);
    const { sendable } = sendableOf(group, script, pack, (targets, reason) =>
      say(targets, 'unreachable', reason),
    );
    const [first] = sendable;
    if (!first?.cloud) return;
    const { cloud } = first;
    const used = await openInTime(() => account(cloud), run, clock);
    if ('state' in used) return say(sendable, used.state, used.reason);
    const tell = (targets: Target[], phase: 'connecting' | 'waiting' | 'launched') => {
      for (const target of targets) run.onEvent?.({ target: target.name, phase, via: 'ssm' });
    };
    tell(sendable, 'connecting');
    const deadline = began + (run.wholeMs ?? Number.POSITIVE_INFINITY);
    const left = () => (run.wholeMs === undefined ? {} : { wholeMs: Math.max(0, deadline - clock.now()) });
    const sendTo = (part: Target[], tags?: TagTarget[]): Promise<void> => {
      const deliveryMs = deliveryOf(run) + (tags && run.deliveryMs === undefined ? TO_TAGS_MS : 0);
      const job: SendJob = {
        text: () => pack(tags ? script.textForAll!(part, 'ssm') : script.textFor(first, 'ssm')),
        ...(tags && { tags }),
        byIds,
        script,
        deliverySeconds: Math.max(LEAST_DELIVERY_S, Math.ceil(deliveryMs / 1000)),
        executionSeconds: Math.ceil(run.runMs / 1000) + GRACE_S,
        until: run.last ? deadline : Math.min(clock.now() + run.connectMs, deadline),
        deadline,
        last: run.last ?? false,
        signal: run.signal,
        stopped: run.stopped ?? NEVER,
        mayLeave: async () => (await run.turn?.(first.name)) ?? true,
        onWait: () => tell(part, 'waiting'),
        async follow(sent) {
          if (sent.kind === 'not-taken') return say(sent.targets, sent.state, sent.reason);
          tell(sent.targets, 'launched');
          const { command, targets } = sent;
          await new Follow(command, targets, script, used, clock, settle, tags && byIds).run({
            ...run,
            ...left(),
            deliveryMs,
          });
        },
      };
      return send(part, job, { ...used, ...clock });
    };
    const byIds = async (targets: Target[]) => {
      await Promise.all(inBatches(targets).map((part) => sendTo(part)));
    };
    const tags = tagsOf(sendable);
    await (tags ? sendTo(sendable, tags) : byIds(sendable));
  }

  return {
    name: 'ssm',

    batches(targets, script, most) {
      return batchesOf(targets, script, most);
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
      for (const { poller, api } of opened) {
        poller.close();
        api.close();
      }
      opened.clear();
      accounts.clear();
    },
  };
}

/** A longer wait costs nothing where no other transport is left and the operator gave the time. */
function deliveryOf({ deliveryMs, last, wholeMs, connectMs }: TransportOptions): number {
  return deliveryMs ?? (last && wholeMs !== undefined ? wholeMs : Math.max(connectMs, USUAL_DELIVERY_MS));
}

async function kitClient(profile: CloudProfile, onTrace: OnTrace | undefined): Promise<SsmApi> {
  const { ssmClient } = await import('../../aws/client.ts');
  return ssmApi(await ssmClient(profile, process.env, onTrace));
}

async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  await delay(ms, undefined, signal ? { signal } : {});
}
