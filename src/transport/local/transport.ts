import { formatDuration } from '../../base/duration.ts';
import type { OnTrace } from '../../base/trace.ts';
import type { Target } from '../../kit/types.ts';
import { runChild } from '../child.ts';
import { clocked } from '../clocked.ts';
import { deliveryOf } from '../delivery.ts';
import { launched } from '../ending.ts';
import { createLagMeter } from '../lag.ts';
import { sudoReason } from '../sudo.ts';
import { startTrace } from '../tracer.ts';
import type { NodeScript, Outcome, Transport, TransportOptions } from '../types.ts';
import { Unreached } from '../unreached.ts';
import { notHere } from './this-machine.ts';

/** This machine itself, when it is a node of the cluster; the script compares the machine's identity as everywhere. */
export function createLocalTransport({
  sudoPassword,
  onTrace,
}: {
  sudoPassword?: string | undefined;
  onTrace?: OnTrace | undefined;
} = {}): Transport {
  const meter = createLagMeter();

  function reach(target: Target, script: NodeScript, options: TransportOptions): Promise<Outcome> {
    const late = (ms: number) => {
      const hung = target.ssh.sudo ? 'sudo did not answer' : 'the shell on this machine did not start';
      return new Unreached({ code: 'connect-timeout', message: `${hung} within ${formatDuration(ms)}` });
    };
    return clocked(meter, { target, via: 'local', script, options }, late, async (attempt, clock) => {
      const elsewhere = notHere(target);
      if (elsewhere) throw new Unreached(elsewhere);
      const sudo = target.ssh.sudo && process.getuid?.() !== 0;
      const delivery = deliveryOf(script, target, 'local', { sudo, sudoPassword, greeted: true });
      clock.login();
      const phase = sudo ? 'sudo' : 'shell';
      const address = 'this machine';
      const trace = startTrace(onTrace, { transport: 'local', target: target.name, address });
      const end = await runChild({
        attempt,
        file: '/bin/sh',
        args: ['-c', delivery.command],
        delivery,
        stop: clock.stop,
        secretMs: clock.secretMs,
        turn: clock.turn,
        onLaunch() {
          trace(phase);
          clock.leave();
        },
        onBegun: clock.begun,
      }).finally(() => clock.stop.aborted && trace(phase, clock.stop.reason));
      if (end.left) return launched(attempt, end, end.out, end.err);
      clock.stop.throwIfAborted();
      const said = end.err.text().trim() || end.failure || 'the shell ended at once';
      const refused = new Unreached(
        sudoReason(said, sudoPassword !== undefined) ?? { code: 'not-begun', message: said },
      );
      trace(phase, refused);
      throw refused;
    });
  }

  return {
    name: 'local',
    batches: (targets) => targets.map((target) => [target]),
    async *run(batch, script, options) {
      for (const target of batch) yield await reach(target, script, options);
    },
    async close() {},
  };
}
