import { fanout } from '../fanout/fanout.ts';
import type { Target } from '../kit/types.ts';
import type { NodeScript, Outcome } from '../transport/types.ts';
import type { RunEnv } from './types.ts';

/** Runs a reading script on all the targets at once; one outcome each. */
export function reachBy(env: RunEnv): (targets: Target[], script: NodeScript) => Promise<Outcome[]> {
  return async (targets, script) => {
    const all = targets.length;
    const { outcomes } = await fanout(
      { targets, script, waves: [all], window: all, budget: all, connectMs: 10_000, runMs: 15_000 },
      {
        transport: (name) => env.transport(name as Exclude<typeof name, 'cloud'>),
        waysTo: (target) => target.via,
        stop: env.stop,
        letGo: env.letGo,
      },
    );
    return outcomes;
  };
}
