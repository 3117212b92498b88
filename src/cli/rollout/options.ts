import { parseAmount } from '../../base/amount.ts';
import { LONGEST_MS, parseSpan } from '../../base/duration.ts';
import { usage } from '../../base/errors.ts';
import { AS_BEFORE, CLUSTER_ORDERS, type ClusterOrder, NO_GATE } from '../../plan/rollout/types.ts';
import { parseWaves, type WaveRequest } from '../../rollout/waves.ts';
import { choice, type Given, grouped, parsed, toggle, value } from '../option.ts';
import { wholeNumber } from '../whole-number.ts';

/** How a change goes from one cluster to the next; without effect on a single one. */
export const rolloutOptions = grouped('Several clusters:', {
  clusterCanary: value('--cluster-canary <N|N%|names>', 'clusters to try first; none of them may fail', {
    default: '1',
  }),
  clusterWave: value('--cluster-wave <sizes>', 'clusters in each wave; a list: in all by its end', {
    default: '10%,50%,100%',
  }),
  clusterOrder: choice('--cluster-order <order>', 'which clusters come first', CLUSTER_ORDERS, {
    default: 'given',
  }),
  clusterParallel: parsed('--cluster-parallel <N>', 'most clusters at a time', wholeNumber, {
    default: '20',
  }),
  maxFailedClusters: value('--max-failed-clusters <N|N%>', 'failed clusters allowed; one more aborts', {
    default: '0',
  }),
  clusterGate: value('--cluster-gate <as-before|N|N%|none>', 'API servers of a cluster ready after its run', {
    default: AS_BEFORE,
  }),
  soak: value('--soak <duration>', 'how long they must stay ready before the next wave', { default: '30s' }),
  allAtOnce: toggle('--all-at-once', 'no canary, no waves, no soak: takes --confirm'),
});

export type RolloutFlags = Given<typeof rolloutOptions>;

/** How a rollout goes, before its clusters are known. */
export interface RolloutRequest {
  waves: WaveRequest;
  order?: ClusterOrder;
  parallel: number;
  maxFailed: string;
  gate: string;
  soakMs: number;
}

const UNUSED_AT_ONCE = ['clusterCanary', 'clusterWave', 'clusterParallel', 'soak'] as const;

/** Reads and checks the flags. */
export function rolloutRequest(flags: RolloutFlags): RolloutRequest {
  const { clusterOrder: order, clusterGate: gate = AS_BEFORE, maxFailedClusters: maxFailed = '0' } = flags;
  if (![AS_BEFORE, NO_GATE].includes(gate)) parseAmount(gate, '--cluster-gate');
  parseAmount(maxFailed, '--max-failed-clusters');
  const common = { ...(order && { order }), maxFailed, gate };
  if (flags.allAtOnce === true) {
    const other = UNUSED_AT_ONCE.find((name) => flags[name] !== undefined);
    if (other !== undefined)
      throw usage('--all-at-once has no canary, no waves and no soak', {
        place: rolloutOptions[other].flags.split(' ')[0]!,
        next: 'leave out one of the two',
      });
    const all = { percent: 100 };
    return { ...common, waves: { shape: { each: all } }, parallel: Number.MAX_SAFE_INTEGER, soakMs: 0 };
  }
  const { clusterParallel: parallel = 20, clusterWave = '10%,50%,100%', clusterCanary = '1' } = flags;
  if (!(Number.isInteger(parallel) && parallel > 0))
    throw usage('not a number of clusters', {
      place: '--cluster-parallel',
      expected: 'a whole number from 1',
    });
  return {
    ...common,
    waves: { shape: parseWaves(clusterWave, '--cluster-wave'), canary: canaryOf(clusterCanary) },
    parallel,
    soakMs: parseSpan(flags.soak ?? '30s', '--soak', 0, LONGEST_MS),
  };
}

/** Of a verb that takes a run: a flag of rollouts must not seem to hold for a run of one cluster. */
export function refuseRolloutFlags(flags: RolloutFlags, runId: string): void {
  const typed = Object.entries(rolloutOptions).find(
    ([name]) => flags[name as keyof RolloutFlags] !== undefined,
  );
  if (typed === undefined) return;
  const flag = typed[1].flags.split(' ')[0]!;
  throw usage(`${flag} has no effect: ${runId} is the run of one cluster`, {
    place: flag,
    next: `leave out ${flag}`,
  });
}

/** An amount, or the names of clusters. */
function canaryOf(typed: string): NonNullable<WaveRequest['canary']> {
  if (/^[\d.]+%?$/.test(typed)) return parseAmount(typed, '--cluster-canary');
  return { names: typed.split(',').map((name) => name.trim()) };
}
