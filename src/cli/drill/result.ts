import type { LabStatus } from '../../drill/process/status.ts';
import type { RunEvent, RunVerdict } from '../../run/types.ts';
import type { DrillResult } from './results.ts';

/** What the run itself tells: outcomes by state, and what was undone. */
export interface Played {
  verdict?: RunVerdict;
  undone: { step: string; targets: number }[];
  /** The run that took users away, and its undo. */
  evacuation?: { away: RunVerdict; back?: RunVerdict };
}

/** Counts the targets on which each step was undone. */
export function countUndone(): { onEvent(event: RunEvent): void; read(): Played['undone'] } {
  const steps = new Map<string, Set<string>>();
  return {
    onEvent(event) {
      if (event.kind !== 'undone' || !event.ok) return;
      const targets = steps.get(event.step) ?? new Set<string>();
      steps.set(event.step, targets.add(event.target));
    },
    read: () => [...steps].map(([step, targets]) => ({ step, targets: targets.size })),
  };
}

/** The JSON object of the drill. */
export function resultOf(
  status: LabStatus,
  { verdict, undone, evacuation }: Played,
  handsOff: boolean,
): DrillResult {
  const { report, servers, faults, scaleNote } = status;
  const { score, result } = report;
  return {
    scenario: score.scenario,
    handsOff,
    recovered: score.recovered,
    timeToWindowSeconds: score.timeToWindowSeconds,
    timeToRecoverySeconds: score.timeToRecoverySeconds,
    ...result.top,
    workstreams: (verdict?.workstreams ?? []).map(({ name, state, startedAt, endedAt }) => ({
      name,
      state,
      startedAt: startedAt ?? null,
      endedAt: endedAt ?? null,
    })),
    targets: targets(verdict),
    undone,
    ...(verdict && { run: { id: verdict.runId, state: verdict.state } }),
    ...(evacuation && {
      evacuation: {
        id: evacuation.away.runId,
        state: evacuation.away.state,
        undone: evacuation.back?.state ?? null,
      },
    }),
    seed: score.seed,
    workers: score.workers,
    timeScale: score.timeScale,
    timeScaleNote: scaleNote,
    lab: {
      ...result.lab,
      servers,
      faults,
    },
  };
}

function targets(verdict: RunVerdict | undefined): DrillResult['targets'] {
  const counts = verdict?.counts;
  return {
    planned: verdict?.planned ?? 0,
    ok: counts?.ok ?? 0,
    failed: counts?.failed ?? 0,
    unreachable: counts?.unreachable ?? 0,
    timedOut: counts?.['timed-out'] ?? 0,
    unknown: counts?.unknown ?? 0,
    notAttempted: counts?.['not-attempted'] ?? 0,
  };
}
