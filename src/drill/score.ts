import type { Judgement } from './judge.ts';
import type { Scenario } from './scenarios/types.ts';
import { TIME_SCALE } from './time-scale.ts';

/** What the lab saw of the whole practice. Times are real seconds from the moment the control plane was down. */
export interface LabScore {
  scenario: string;
  seed: number;
  workers: number;
  timeScale: number;
  recovered: boolean;
  controlPlaneDown: boolean;
  timeToWindowSeconds: number | null;
  timeToRecoverySeconds: number | null;
  requestsLost: number;
  /** What the cure can cost users that the incident had left alone: services lose their endpoints though every pod runs. */
  endpoints: { fewest: number; of: number; requestsLost: number };
  serverDeaths: number;
  /** What the lab itself observed of each step. */
  seen: {
    held: { most: number; of: number };
    fenced: { most: number; of: number };
    scaled: { most: number; of: number };
    removed: boolean;
  };
  /** Its servers and answers while down and untouched, and in the last seconds. */
  controlPlane: Judgement['relief'];
  now: {
    ready: number;
    servers: number;
    flooding: number;
    held: number;
    fenced: number;
    paused: number;
    daemonSet: boolean;
    namesFailingPercent: number;
  };
}

export function score(
  judgement: Judgement,
  scenario: Scenario,
  setup: { seed: number; workers: number; servers: number },
): LabScore {
  const { last, downAt } = judgement;
  const after = (at: number | undefined) =>
    at === undefined || downAt === undefined ? null : Math.round((at - downAt) / 100) / 10;
  return {
    scenario: scenario.name,
    seed: setup.seed,
    workers: setup.workers,
    timeScale: TIME_SCALE,
    recovered: judgement.recovered,
    controlPlaneDown: downAt !== undefined,
    timeToWindowSeconds: after(judgement.windowAt),
    timeToRecoverySeconds: after(judgement.recoveredAt),
    requestsLost: Math.round(judgement.requestsLost),
    endpoints: {
      fewest: judgement.fewestEndpoints ?? setup.workers,
      of: setup.workers,
      requestsLost: Math.round(judgement.lostWithoutEndpoint),
    },
    serverDeaths: judgement.deaths,
    seen: {
      held: { most: judgement.mostHeld, of: setup.workers },
      fenced: { most: judgement.mostFenced, of: setup.workers },
      scaled: { most: judgement.mostRetyped, of: setup.servers },
      removed: judgement.removedAt !== undefined,
    },
    controlPlane: judgement.relief,
    now: {
      ready: last?.servers.ready ?? 0,
      servers: setup.servers,
      flooding: last?.flooding ?? 0,
      held: last?.held ?? 0,
      fenced: last?.fenced ?? 0,
      paused: last?.paused ?? 0,
      daemonSet: last?.daemonSet ?? false,
      namesFailingPercent: Math.round(100 * (last?.namesFailing ?? 0)),
    },
  };
}

/** Said with every score: what the seconds mean beside the incident's minutes. */
export function scaleNote(scenario: Scenario): string {
  const { name, windowMinutes, recoveryMinutes } = scenario.incident;
  return (
    `${name}: first window after ${windowMinutes} min, all well after ${recoveryMinutes} min. ` +
    `Seconds above are real; the lab's own clocks (back-off, probes, boots, DNS) run ${TIME_SCALE} times faster than real ones.`
  );
}
