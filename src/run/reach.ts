import { fanout } from '../fanout/fanout.ts';
import type { Target } from '../kit/types.ts';
import type { NodeScript, Outcome, Transport } from '../transport/types.ts';
import type { RunEnv } from './types.ts';

/** Runs reading scripts again and again; a connection to a target stays open from one to the next. */
export interface Reader {
  /** One outcome a target; all of them at once. */
  reach(targets: Target[], script: NodeScript): Promise<Outcome[]>;
  close(): Promise<void>;
}

export function openReader(env: Pick<RunEnv, 'transport' | 'stop' | 'letGo'>): Reader {
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
        { targets, script, waves: [all], window: all, budget: all, connectMs: 10_000, runMs: 15_000 },
        {
          async transport(name) {
            const opening = opened.get(name) ?? open(name as Exclude<typeof name, 'cloud'>);
            opened.set(name, opening);
            return (await opening).transport;
          },
          waysTo: (target) => target.via,
          stop: env.stop,
          letGo: env.letGo,
        },
      );
      return outcomes;
    },
    async close() {
      const ends = await Promise.allSettled(opened.values());
      // What others use too is not ours to close.
      for (const one of ends) if (one.status === 'fulfilled') await one.value.own?.close();
    },
  };
}
