import type { Target } from '../../src/kit/types.ts';
import { stateOf } from '../../src/transport/node-output.ts';
import { makeOutcome } from '../../src/transport/outcome.ts';
import type { NodeScript, Outcome, Transport, TransportOptions } from '../../src/transport/types.ts';
import { ASSUMED } from './assumptions.ts';
import { isGone } from './cluster.ts';
import { Cpu } from './cpu.ts';
import { orderOf, perform } from './node.ts';
import { spread, uniform } from './random.ts';
import type { World } from './world.ts';

/** A peer is silent after this time. */
const SILENT_MS = 200;

/** SSH to simulated nodes: logins through a bastion, CPU of this machine, scripts that take their time, some losses. */
export function simulatedSsh({ clusters, clock, seed }: World, cores: number): Transport {
  const cpu = new Cpu(cores, Math.min(cores, ASSUMED.threads), clock.now);
  const bastions = new Map<string, Cpu>();
  const logins = new Map<string, number>();

  /** Resolves once logged in; false where the node does not answer in time. */
  async function login({ name, cluster }: Target, options: TransportOptions): Promise<boolean> {
    const began = clock.now();
    const count = (logins.get(name) ?? 0) + 1;
    logins.set(name, count);
    const say = (phase: 'connecting' | 'waiting') => options.onEvent?.({ target: name, phase, via: 'ssh' });
    say('connecting');
    const engineAt = cpu.engine(ASSUMED.engineMs);
    if (isGone(seed, name)) {
      await clock.sleepUntil(engineAt + SILENT_MS);
      say('waiting');
      await clock.sleepUntil(began + options.connectMs);
      return false;
    }
    const bastion = bastions.get(cluster) ?? new Cpu(1, 1, clock.now);
    bastions.set(cluster, bastion);
    const trips = ASSUMED.loginTrips * rtt(cluster);
    const sshd = spread(ASSUMED.sshdMs.median, ASSUMED.sshdMs.p95, seed, name, 'sshd', count);
    const served = Math.max(engineAt, cpu.ssh(ASSUMED.sshCpuMs), bastion.ssh(ASSUMED.bastionMs));
    await clock.sleepUntil(served + trips + sshd);
    return true;
  }

  const rtt = (cluster: string) => spread(ASSUMED.rttMs.median, ASSUMED.rttMs.p95, seed, cluster, 'rtt');

  async function reach(
    target: Target,
    script: NodeScript,
    options: TransportOptions,
    open?: Set<string>,
  ): Promise<Outcome> {
    const { name } = target;
    const of = { target: name, via: 'ssh' as const, startedAt: new Date() };
    if (!open?.has(name)) {
      if (!(await login(target, options))) {
        const message = `no answer within ${options.connectMs / 1000}s`;
        return makeOutcome(of, 'unreachable', { reason: { code: 'connect-timeout', message, phase: 'tcp' } });
      }
      open?.add(name);
    }
    const text = script.textFor(target, 'ssh');
    if (options.turn && !(await options.turn(name)))
      return makeOutcome(of, 'not-attempted', {
        reason: { code: 'interrupted', message: 'stopped before its turn' },
      });
    options.onEvent?.({ target: name, phase: 'launched', via: 'ssh' });
    const order = orderOf(text);
    const cluster = clusters.get(target.cluster)!;
    const { median, p95 } = ASSUMED.scriptMs;
    const runs = Math.min(options.runMs, spread(median, p95, seed, name, order.step, order.op, 'script'));
    await clock.sleepUntil(clock.now() + rtt(target.cluster) + runs);
    const { stdout = '', ...told } = perform(cluster, target, order, clock.now());
    if (order.op === 'apply' && uniform(seed, name, order.step, 'lost') < ASSUMED.lostShare)
      return makeOutcome(of, 'unknown', {
        reason: { code: 'connection-lost', message: 'the connection was lost' },
      });
    const result = { fireaxe: 1 as const, op: order.op, ...told };
    return makeOutcome(of, stateOf(told.state === 'failed' ? 3 : 0, result, true), { result, stdout });
  }

  const transport = (open?: Set<string>): Transport => ({
    name: 'ssh',
    lagMs: () => cpu.lagMs(),
    batches: (targets) => targets.map((target) => [target]),
    async *run(batch, script, options) {
      for (const target of batch) yield await reach(target, script, options, open);
    },
    standing: () => transport(new Set()),
    async close() {},
  });
  return transport();
}
