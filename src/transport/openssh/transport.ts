import { formatDuration } from '../../base/duration.ts';
import type { OnTrace } from '../../base/trace.ts';
import type { Bastion, Target } from '../../kit/types.ts';
import { refusal } from '../address.ts';
import { backOff, RETRIES } from '../back-off.ts';
import { type ChildEnd, runChild } from '../child.ts';
import { clocked } from '../clocked.ts';
import { deliveryOf } from '../delivery.ts';
import type { Ending } from '../ending.ts';
import { launched, notBegun } from '../ending.ts';
import { createLagMeter } from '../lag.ts';
import type { Slots } from '../slots.ts';
import { createSlots } from '../slots.ts';
import { sudoReason } from '../sudo.ts';
import { startTrace, type Tracer } from '../tracer.ts';
import type { NodeScript, Outcome, OutcomeReason, Transport, TransportOptions } from '../types.ts';
import { Unreached } from '../unreached.ts';
import type { SshKit } from './command.ts';
import { sshArguments } from './command.ts';
import { sshReason } from './reasons.ts';

/** Logins at one bastion at once: its sshd drops more than ten silently. */
const LOGINS = 8;
/** A login that takes longer than this gives its place to others. */
const LEASE_MS = 3000;

/** The system's ssh: for ssh_config and ProxyCommand. One process a node. */
export function createOpensshTransport(options: {
  kit: SshKit;
  sudoPassword?: string | undefined;
  /** Processes at once. */
  places?: number;
  onTrace?: OnTrace | undefined;
}): Transport {
  const { kit, sudoPassword, places = Number.POSITIVE_INFINITY, onTrace } = options;
  const meter = createLagMeter();
  const slots = createSlots(places);
  const logins = new Map<string, Slots>();

  function atBastion({ address, port }: Bastion): Slots {
    const key = `${address} ${port}`;
    const there = logins.get(key) ?? createSlots(LOGINS, LEASE_MS);
    logins.set(key, there);
    return there;
  }

  function reach(target: Target, script: NodeScript, options: TransportOptions): Promise<Outcome> {
    const late = (ms: number) =>
      new Unreached({
        code: 'connect-timeout',
        message: `${target.address} port ${target.port}${
          target.ssh.jump ? `, or its bastion ${target.ssh.jump.name},` : ''
        } did not log in within ${formatDuration(ms)}${
          target.ssh.sudo ? ', or sudo there did not answer' : ''
        }`,
      });
    // ssh does not tell its phases: it has the time of both.
    const { connectMs, loginMs = connectMs } = options;
    const times = { ...options, connectMs: connectMs + loginMs, loginMs };
    return clocked(
      meter,
      { target, via: 'openssh', script, options: times },
      late,
      async (attempt, clock) => {
        const { user, sudo, jump } = target.ssh;
        const bad = refusal({ address: target.address, port: target.port, user }) ?? (jump && refusal(jump));
        if (bad) throw new Unreached(bad);
        const delivery = deliveryOf(script, target, 'openssh', {
          sudo: sudo && user !== 'root',
          sudoPassword,
          greeted: true,
        });
        for (let attempts = 0; ; attempts++) {
          const given: (() => void)[] = [];
          const address = `${target.address} port ${target.port}`;
          let trace: Tracer = () => {};
          const resume = clock.pause();
          const end = await (async () => {
            // The bastion's place is for the login alone, the other as long as the process lives.
            if (jump) given.push(await atBastion(jump).take(clock.stop));
            given.push(await slots.take(clock.stop));
            resume();
            trace = startTrace(onTrace, { transport: 'openssh', target: target.name, address });
            return runChild({
              attempt,
              file: 'ssh',
              args: sshArguments(kit, target, options.connectMs, delivery.command),
              delivery,
              stop: clock.stop,
              secretMs: clock.secretMs,
              turn: clock.turn,
              onLaunch: () => {
                trace('login');
                if (jump) given[0]!();
                clock.leave();
              },
              onBegun: clock.begun,
            });
          })().finally(() => {
            // Where the time ran out, the reason is that of the clock.
            if (clock.stop.aborted) trace('login', clock.stop.reason);
            for (const give of given) give();
          });
          if (end.left) return launched(attempt, withLoss(end), end.out, end.err);
          clock.stop.throwIfAborted();
          const why = whyNot(end, sudoPassword !== undefined, jump?.name);
          trace('login', new Unreached(why));
          if (why.code !== 'dropped' || attempts >= RETRIES) throw new Unreached(why);
          await backOff(attempts, clock.stop);
        }
      },
    );
  }

  return {
    name: 'openssh',
    places,
    batches: (targets) => targets.map((target) => [target]),
    async *run(batch, script, options) {
      const outcomes = batch.map((target) => reach(target, script, options));
      for (const outcome of outcomes) yield await outcome;
    },
    async close() {},
  };
}

/** Why it exited before anything was sent. */
function whyNot(end: ChildEnd, asked: boolean, bastion: string | undefined): OutcomeReason {
  const refused = end.failure === undefined ? sudoReason(end.err.text(), asked) : undefined;
  if (refused) return refused;
  // 255 is ssh's own; any other code is that of what the login ran instead of the script.
  if (end.exitCode !== undefined && end.exitCode !== 255)
    return notBegun(end, end.err.text(), end.out.text());
  return sshReason(end.err.text(), end.failure, bastion);
}

/** 255 is how ssh says that the connection broke; a script that ended so itself has left its result line. */
function withLoss(end: Ending): Ending {
  if (end.lost || end.exitCode !== 255) return end;
  const message = 'ssh lost the connection while the command ran';
  return { ...end, lost: { state: 'unknown', reason: { code: 'connection-lost', message } } };
}
