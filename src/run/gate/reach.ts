import { fanout } from '../../fanout/fanout.ts';
import { clocksOf, timeoutsOf } from '../../kit/timeouts.ts';
import type { ClusterKit, Target } from '../../kit/types.ts';
import type { NodeScript, Outcome, Transport } from '../../transport/types.ts';
import type { RunEnv } from '../types.ts';

/** Runs reading scripts again and again; a connection to a target stays open from one to the next. */
export interface Reader {
  /** One outcome a target; all of them at once. */
  reach(targets: Target[], script: NodeScript): Promise<Outcome[]>;
  close(): Promise<void>;
}

/** `timeoutMs` is what `--timeout` said: the deadline of each reading; `parallel` the most targets at a time. */
export function openReader(
  env: Pick<RunEnv, 'transport' | 'stop' | 'stopWaiting'>,
  cluster: Pick<ClusterKit, 'timeouts'> = {},
  timeoutMs?: number,
  parallel = Number.POSITIVE_INFINITY,
): Reader {
  const timeouts = timeoutsOf(cluster);
  const { retryMs: _, ...clocks } = clocksOf(timeouts, timeouts.readMs, timeoutMs);
  const opened = new Map<string, Promise<{ transport: Transport; own?: Transport | undefined }>>();
  const open = async (name: Parameters<RunEnv['transport']>[0]) => {
    const shared = await env.transport(name);
    const own = shared.standing?.();
    return { transport: own ?? shared, own };
  };
  return {
    async reach(targets, script) {
      const all = targets.length;
      const { outcomes } = await fanout(
        {
          targets,
          script,
          waves: [all],
          parallel: Math.min(all, parallel),
          budget: all,
          repeatable: true,
          ...clocks,
        },
        {
          async transport(name) {
            const opening = opened.get(name) ?? open(name as Exclude<typeof name, 'cloud'>);
            opened.set(name, opening);
            return (await opening).transport;
          },
          transportsTo: (target) => target.via,
          stop: env.stop,
          stopWaiting: env.stopWaiting,
        },
      );
      return outcomes;
    },
    async close() {
      const ends = await Promise.allSettled(opened.values());
      // A shared transport is closed by its owner.
      for (const one of ends) if (one.status === 'fulfilled') await one.value.own?.close();
    },
  };
}
