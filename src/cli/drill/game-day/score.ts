import type { ClusterReading } from '../../../probe/types.ts';

/** One reading of the control plane; `at` in milliseconds since the flood was ordered. */
export interface Beat {
  at: number;
  answering: number;
  of: number;
  /** Percent of the requests since the reading before that ended 5xx or 429; absent where it was not measured. */
  errors?: number;
}

/** More failed requests than this, and a control plane is not well. */
const WELL_PERCENT = 5;
/** As the gates of the playbook: with it, a request or two gets through. */
const OPEN_PERCENT = 20;

export function beatOf({ answering, of, errorPercent }: ClusterReading, at: number): Beat {
  return { at, answering, of, ...(errorPercent !== undefined && { errors: errorPercent }) };
}

/**
 * The share of what users ask that fails, in percent: the failed requests, or, where that is more, the servers that do not
 * answer although they did before the drill. Hosts that cannot be read count as not answering.
 */
export function harm({ answering, errors = 0 }: Beat, answeredBefore: number): number {
  const silent = answeredBefore === 0 ? 0 : 100 * (1 - Math.min(1, answering / answeredBefore));
  return Math.max(errors, silent);
}

export interface GameScore {
  /** Seconds after the flood was ordered; null where it never came. */
  broken: number | null;
  /** Seconds after it broke. */
  window: number | null;
  recovered: number | null;
  /** Whether it is well at the end, broken before or not. */
  well: boolean;
  worstErrors: number | null;
  fewestAnswering: number | null;
}

/** Reads the milestones from the beats since the flood was ordered. */
export function scoreOf(beats: readonly Beat[]): GameScore {
  const well = (b: Beat) => b.answering === b.of && (b.errors ?? 0) <= WELL_PERCENT;
  const open = (b: Beat) => b.answering * 2 > b.of && (b.errors ?? 0) <= OPEN_PERCENT;
  const broken = beats.findIndex((b) => !well(b));
  const after = broken < 0 ? [] : beats.slice(broken);
  const window = after.find(open);
  const lastIll = beats.findLastIndex((b) => !well(b));
  const back = broken < 0 ? undefined : beats[lastIll + 1];
  const since = (b: Beat | undefined) => (b ? tenths(b.at - beats[broken]!.at) : null);
  const errors = beats.flatMap((b) => b.errors ?? []);
  return {
    broken: broken < 0 ? null : tenths(beats[broken]!.at),
    window: since(window),
    recovered: since(back),
    well: beats.length > 0 && well(beats.at(-1)!),
    worstErrors: errors.length > 0 ? Math.max(...errors) : null,
    fewestAnswering: beats.length > 0 ? Math.min(...beats.map(({ answering }) => answering)) : null,
  };
}

const tenths = (ms: number) => Math.round(ms / 100) / 10;

/** The score for people. */
export function scoreRows(
  score: GameScore,
  { result, calls, answered, of }: { result: string; calls: number; answered: number; of: number },
): [string, string][] {
  const seconds = (s: number | null) => (s === null ? 'never' : `${s} s`);
  const held = score.broken === null;
  return [
    ['recovered', result],
    ['time to break', held ? 'never: it stayed well' : seconds(score.broken)],
    ['time to window', held ? '-' : seconds(score.window)],
    ['time to recovery', held ? '-' : seconds(score.recovered)],
    ['calls of the flood', `${calls}, of which ${answered} were answered well`],
    ['worst share of failed requests', score.worstErrors === null ? 'not measured' : `${score.worstErrors}%`],
    [
      'API servers ready',
      score.fewestAnswering === null ? 'not read' : `at least ${score.fewestAnswering} of ${of}`,
    ],
    // Fireaxe has no users of its own on a real cluster.
    ['user requests lost', 'not measured'],
  ];
}
