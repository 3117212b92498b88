import { join } from 'node:path';
import type { OnTrace } from '../../base/trace.ts';
import type { Kit, Target } from '../../kit/types.ts';
import { refusal } from '../address.ts';
import type { Clock } from '../clocked.ts';
import { clocked } from '../clocked.ts';
import { deliveryOf } from '../delivery.ts';
import { freeDescriptors } from '../descriptors.ts';
import type { Attempt } from '../ending.ts';
import { loadKnownHosts } from '../known-hosts/known-hosts.ts';
import type { ReadKnownHosts } from '../known-hosts/shared.ts';
import { createLagMeter } from '../lag.ts';
import { startTrace } from '../tracer.ts';
import type { NodeScript, Outcome, Transport, TransportOptions } from '../types.ts';
import { Unreached } from '../unreached.ts';
import { createConnector } from './connector.ts';
import { execute } from './execute.ts';
import type { Passphrases } from './identity.ts';
import { createIdentities } from './identity.ts';
import { type Phase, timedOut } from './phase.ts';
import { verifyQuickly } from './quick-verify.ts';
import { loadSsh2 } from './ssh2.ts';
import type { Standing } from './standing.ts';
import { createStanding } from './standing.ts';

export interface SshOptions {
  kit: Pick<Kit, 'knownHosts'> & Partial<Pick<Kit, 'path' | 'revokedHostKeys'>>;
  /** Sockets open at once; what the limit of descriptors allows when absent. */
  connections?: number | undefined;
  /** How often a bastion is asked whether it is still there (ms). */
  aliveMs?: number | undefined;
  /** Path of the agent's socket. */
  agent?: string | undefined;
  passphrases?: Passphrases | undefined;
  sudoPassword?: string | undefined;
  /** Where several transports share what they read. */
  readKnownHosts?: ReadKnownHosts | undefined;
  onTrace?: OnTrace | undefined;
}

const ALIVE_MS = 3000;
/** A text that waited longer for its turn is composed anew: it tells until when it may begin. */
const STALE_MS = 60_000;

class Stale extends Error {}

/** SSH in this process by ssh2: no process a node, keys read once, host keys always checked. */
export async function createSshTransport(options: SshOptions): Promise<Transport> {
  const [ssh2, knownHosts, free] = await Promise.all([
    loadSsh2(),
    (options.readKnownHosts ?? loadKnownHosts)(options.kit.knownHosts, options.kit.revokedHostKeys),
    freeDescriptors(),
  ]);
  verifyQuickly(ssh2);
  const connections = options.connections ?? free;
  const meter = createLagMeter();
  const connector = createConnector({
    ssh2,
    knownHosts,
    knownHostsFile: options.kit.knownHosts[0] ?? join(options.kit.path ?? '', 'known_hosts'),
    identities: createIdentities(ssh2, options),
    agent: options.agent,
    meter,
    connections,
    aliveMs: options.aliveMs ?? ALIVE_MS,
    onTrace: options.onTrace,
  });

  function reach(
    target: Target,
    script: NodeScript,
    asked: TransportOptions,
    standing: Standing | undefined,
  ): Promise<Outcome> {
    const to = { address: target.address, port: target.port, user: target.ssh.user };
    let phase: Phase = 'tcp';

    async function attend(attempt: Attempt, clock: Clock): Promise<Outcome> {
      const bad = refusal(to);
      if (bad) throw new Unreached(bad);
      const sudo = target.ssh.sudo && to.user !== 'root';
      const login = (now: Phase) => {
        phase = now;
        clock.login();
      };
      const { connectMs, loginMs = connectMs } = asked;
      const connect = () =>
        connector.connect(
          target,
          { connectMs, loginMs },
          {
            stop: clock.stop,
            progress(now) {
              if (now === 'auth') return login(now);
              phase = now;
              clock.heard();
            },
            pause: clock.pause,
            crowded: clock.crowded,
            ...(standing && { standing: true }),
          },
        );
      const link = await (standing ? standing.take(target, connect) : connect());
      let good = false;
      const address = `${to.address} port ${to.port}`;
      const trace = startTrace(options.onTrace, { transport: 'ssh', target: target.name, address });
      try {
        const order = () => {
          login('session');
          const composedAt = performance.now();
          const delivery = deliveryOf(script, target, 'ssh', { sudo, sudoPassword: options.sudoPassword });
          const turn = async () => {
            await clock.turn();
            if (performance.now() - composedAt > STALE_MS) throw new Stale();
          };
          return { delivery, turn };
        };
        const execution = {
          attempt,
          stop: clock.stop,
          secretMs: clock.secretMs,
          onSudo: () => login('sudo'),
          onLaunch() {
            trace(phase);
            link.launch();
            clock.leave();
          },
          onBegun: clock.begun,
        };
        const send = () => execute(link.client, { ...execution, ...order() });
        const outcome = await send().catch((error) => {
          if (error instanceof Stale) return send();
          throw error;
        });
        good = outcome.state === 'ok' || outcome.state === 'failed';
        return outcome;
      } catch (error) {
        trace(phase, error);
        throw error;
      } finally {
        if (!standing) link.end();
        else if (!good) standing.drop(target);
      }
    }
    return clocked(
      meter,
      { target, via: 'ssh', script, options: asked },
      (ms) => timedOut(phase, ms, to, target.ssh),
      attend,
    );
  }

  function transport(standing?: Standing): Transport {
    return {
      name: 'ssh',
      places: connections,
      lagMs: () => meter.recent(),
      batches: (targets) => targets.map((target) => [target]),
      async *run(batch, script, asked) {
        const outcomes = batch.map((target) => reach(target, script, asked, standing));
        for (const outcome of outcomes) yield await outcome;
      },
      async close() {
        if (standing) standing.close();
        else connector.close();
      },
    };
  }

  return { ...transport(), standing: () => transport(createStanding()) };
}
