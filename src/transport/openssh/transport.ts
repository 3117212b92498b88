import type { Target } from '../../kit/types.ts';
import { refusal } from '../address.ts';
import { runChild } from '../child.ts';
import { clocked } from '../clocked.ts';
import { deliveryOf } from '../delivery.ts';
import { createLagMeter } from '../lag.ts';
import type { Ending } from '../outcome.ts';
import { launched, notBegun } from '../outcome.ts';
import { createSlots } from '../slots.ts';
import { sudoReason } from '../sudo.ts';
import type { NodeScript, Outcome, Transport, TransportOptions } from '../types.ts';
import { Unreached } from '../unreached.ts';
import type { SshKit } from './command.ts';
import { sshArguments } from './command.ts';
import { sshReason } from './reasons.ts';

/** The system's ssh: for certificates, FIDO keys and ProxyCommand. One process a node. */
export function createOpensshTransport(way: {
  kit: SshKit;
  sudoPassword?: string | undefined;
  /** Processes at once. */
  places?: number;
}): Transport {
  const { kit, sudoPassword, places = Number.POSITIVE_INFINITY } = way;
  const meter = createLagMeter();
  const slots = createSlots(places);

  function reach(target: Target, script: NodeScript, options: TransportOptions): Promise<Outcome> {
    const late = () =>
      new Unreached({
        code: 'connect-timeout',
        message: `${target.address} port ${target.port}${
          target.ssh.jump ? `, or its bastion ${target.ssh.jump.name},` : ''
        } did not let us in in time`,
      });
    return clocked(meter, { target, via: 'openssh', script, options }, late, async (attempt, clock) => {
      const { user, sudo, jump } = target.ssh;
      const bad = refusal({ address: target.address, port: target.port, user }) ?? (jump && refusal(jump));
      if (bad) throw new Unreached(bad);
      const delivery = deliveryOf(script, target, 'openssh', {
        sudo: sudo && user !== 'root',
        sudoPassword,
        greeted: true,
      });
      const resume = clock.deadline.pause();
      const give = await slots.take(clock.stop);
      resume();
      const end = await runChild({
        attempt,
        file: 'ssh',
        args: sshArguments(kit, target, options.connectMs, delivery.command),
        delivery,
        stop: clock.stop,
        onLaunch: () => clock.launch(),
      }).finally(give);
      if (end.left) return launched(attempt, withLoss(end), end.out, end.err);
      clock.stop.throwIfAborted();
      const refused =
        end.failure === undefined ? sudoReason(end.err.text(), sudoPassword !== undefined) : undefined;
      if (refused) throw new Unreached(refused);
      // 255 is ssh's own; any other code is that of what the login ran in place of our text.
      if (end.exitCode !== undefined && end.exitCode !== 255)
        throw new Unreached(notBegun(end, end.err.text(), end.out.text()));
      throw new Unreached(sshReason(end.err.text(), end.failure, jump?.name));
    });
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

/** 255 is how ssh says that the connection broke; a script that ended so itself has left its result line. */
function withLoss(end: Ending): Ending {
  if (end.lost || end.exitCode !== 255) return end;
  const reason = { code: 'connection-lost', message: 'ssh lost the connection while the command ran' };
  return { ...end, lost: { state: 'unknown', reason } };
}
