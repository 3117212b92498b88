import { setTimeout as delay } from 'node:timers/promises';
import type { CloudFaults } from '../faults.ts';
import type { CloudWorld } from '../world.ts';
import {
  amountOf,
  type Command,
  errorCount,
  executionSeconds,
  type Invocation,
  isOver,
  type StatusDetails,
} from './command.ts';

export interface RunnerDeps {
  world: CloudWorld;
  faults: CloudFaults;
  now: () => number;
  deliveryMs: number;
  closed: AbortSignal;
}

/**
 * Carries a command to its instances as the service does: at most MaxConcurrency at a time, ramping up 1, 2, 4, …,
 * and no further once more than MaxErrors have failed.
 */
export async function runCommand(command: Command, deps: RunnerDeps): Promise<void> {
  const total = command.invocations.length;
  const most = amountOf(command.input.MaxConcurrency ?? '50', total);
  const allowed = amountOf(command.input.MaxErrors ?? '0', total);
  const waiting = [...command.invocations];
  let running = 0;
  let limit = 1;
  await new Promise<void>((done) => {
    const pump = () => {
      if (errorCount(command) > allowed || command.cancelling) {
        for (const invocation of waiting.splice(0))
          end(invocation, command.cancelling ? 'Cancelled' : 'Terminated', deps);
      }
      while (running < Math.min(limit, most) && waiting.length > 0) {
        const invocation = waiting.shift()!;
        running += 1;
        void deliver(command, invocation, deps).finally(() => {
          running -= 1;
          limit = Math.min(most, limit * 2);
          pump();
        });
        // An instance that takes long does not keep the ramp from growing.
        setTimeout(() => {
          limit = Math.min(most, limit * 2);
          pump();
        }, deps.deliveryMs).unref();
      }
      if (running === 0 && waiting.length === 0) done();
    };
    pump();
  });
}

async function deliver(command: Command, invocation: Invocation, deps: RunnerDeps): Promise<void> {
  const { faults, world } = deps;
  const id = invocation.instanceId;
  if (faults.undeliverable.has(id)) return end(invocation, 'Undeliverable', deps);
  if (!(await sleep(deps.deliveryMs, invocation, deps))) return;
  const machine = world.instances().find((instance) => instance.id === id);
  if (faults.ranButDeliveryTimedOut.has(id)) {
    await world
      .exec(id, command.input.Parameters?.commands ?? [], 60_000, invocation.stop.signal)
      .catch(() => {});
    return end(invocation, 'DeliveryTimedOut', deps);
  }
  if (machine?.ssm !== 'online' || machine.state !== 'running') {
    const seconds = command.input.TimeoutSeconds ?? 3600;
    if (await sleep(seconds * 1000, invocation, deps)) end(invocation, 'DeliveryTimedOut', deps);
    return;
  }
  invocation.details = 'InProgress';
  invocation.startedAt = deps.now();
  if (faults.inProgressForever.has(id)) return void (await sleep(2 ** 31 - 1, invocation, deps));
  await execute(command, invocation, deps);
}

async function execute(command: Command, invocation: Invocation, deps: RunnerDeps): Promise<void> {
  const timeoutMs = executionSeconds(command) * 1000;
  const signal = AbortSignal.any([invocation.stop.signal, deps.closed]);
  const exec = deps.world
    .exec(invocation.instanceId, command.input.Parameters?.commands ?? [], timeoutMs, signal)
    .catch((error: unknown) => ({ code: -1, stdout: '', stderr: String(error) }));
  const ran = await Promise.race([exec, sleep(timeoutMs, invocation, deps).then(() => undefined)]);
  if (isOver(invocation)) return;
  if (!ran) {
    invocation.stop.abort();
    return end(invocation, 'ExecutionTimedOut', deps);
  }
  invocation.code = ran.code;
  invocation.stdout = ran.stdout;
  invocation.stderr = ran.stderr;
  end(invocation, ran.code === 0 ? 'Success' : 'Failed', deps);
}

function end(invocation: Invocation, details: StatusDetails, deps: RunnerDeps): void {
  if (isOver(invocation)) return;
  invocation.details = details;
  invocation.endedAt = deps.now();
}

/** Ends one invocation from outside: what runs is asked to stop. */
export function cancel(invocation: Invocation, deps: RunnerDeps): void {
  if (isOver(invocation)) return;
  end(invocation, 'Cancelled', deps);
  invocation.stop.abort();
}

/** False when the invocation ended or the endpoint closed meanwhile. */
async function sleep(ms: number, invocation: Invocation, deps: RunnerDeps): Promise<boolean> {
  const signal = AbortSignal.any([invocation.stop.signal, deps.closed]);
  return delay(ms, true, { signal, ref: false }).catch(() => false);
}
