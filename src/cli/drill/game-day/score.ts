import { type Beat, IN_A_ROW, isWell, openOf, unmeasuredOf, wellOf } from './beats.ts';

export interface GameScore {
  /** Seconds after the flood was ordered; null where it never came. */
  broken: number | null;
  /** Seconds after it broke. */
  window: number | null;
  recovered: number | null;
  /** Whether it is well at the end, broken before or not: after a playbook, by several readings in a row. */
  well: boolean;
  /** Readings without the failed requests, although they were measured before: none of them counts as well. */
  unmeasured: number;
  worstErrors: number | null;
  fewestAnswering: number | null;
}

/** Reads the milestones from the beats since the flood was ordered; the playbook ended before the one at `playbookEnd`. */
export function scoreOf(beats: readonly Beat[], playbookEnd?: number): GameScore {
  const wells = wellOf(beats);
  const unmeasured = unmeasuredOf(beats);
  const opens = openOf(beats);
  const broken = wells.indexOf(false);
  const window = broken < 0 ? undefined : beats.find((_, i) => i >= broken && opens[i]);
  const back = broken < 0 ? undefined : beats[wells.lastIndexOf(false) + 1];
  const since = (b: Beat | undefined) => (b ? tenths(b.at - beats[broken]!.at) : null);
  const errors = beats.flatMap((b) => b.errors ?? []);
  return {
    broken: broken < 0 ? null : tenths(beats[broken]!.at),
    window: since(window),
    recovered: since(back),
    well: playbookEnd === undefined ? isWell(beats) : isWell(beats, IN_A_ROW, playbookEnd),
    unmeasured: unmeasured.filter(Boolean).length,
    worstErrors: errors.length > 0 ? Math.max(...errors) : null,
    fewestAnswering: beats.length > 0 ? Math.min(...beats.map(({ answering }) => answering)) : null,
  };
}

const tenths = (ms: number) => Math.round(ms / 100) / 10;

function worstText({ worstErrors, unmeasured }: GameScore): string {
  if (worstErrors === null) return 'not measured';
  return unmeasured === 0
    ? `${worstErrors}%`
    : `${worstErrors}%, and not measured in ${unmeasured === 1 ? '1 reading' : `${unmeasured} readings`}`;
}

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
    ['worst share of failed requests', worstText(score)],
    [
      'API servers ready',
      score.fewestAnswering === null ? 'not read' : `at least ${score.fewestAnswering} of ${of}`,
    ],
    // Fireaxe has no users of its own on a real cluster.
    ['user requests lost', 'not measured'],
  ];
}
