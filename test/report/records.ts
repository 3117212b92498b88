import { noCounts } from '../../src/fanout/counts.ts';
import type { ActionStep, Plan } from '../../src/plan/types.ts';
import type { JournalBody, JournalRecord } from '../../src/run/types.ts';
import type { Outcome, OutcomeState } from '../../src/transport/types.ts';

export function step(id: string, targets: string[], more: Partial<ActionStep> = {}): ActionStep {
  return {
    kind: 'action',
    id,
    action: 'stop',
    title: `hold ${id}`,
    danger: 'change',
    params: {},
    targets,
    waves: [targets.length],
    parallel: 10,
    budget: 1,
    connectMs: 1,
    runMs: 1,
    anyOf: false,
    ...more,
  };
}

export function planOf(...streams: [string, ActionStep[]][]): Plan {
  return {
    schemaVersion: 2,
    hash: 'abcdef0123456789',
    version: '0.1.0',
    createdAt: '2026-11-20T10:00:00.000Z',
    name: 'shed-load',
    title: 'Shed load',
    reason: 'INC-42',
    cluster: 'prod-1',
    params: {},
    scripts: {},
    fleet: { takenAt: '2026-11-20T09:00:00.000Z', source: 'file', sha256: '' },
    workstreams: streams.map(([name, steps]) => ({ name, title: name, needs: {}, steps })),
  };
}

export function outcome(target: string, state: OutcomeState, more: Partial<Outcome> = {}): Outcome {
  return { target, state, stdout: '', stderr: '', truncated: false, startedAt: '', endedAt: '', ...more };
}

/** Records a second apart. */
export function journal(...bodies: JournalBody[]): JournalRecord[] {
  return bodies.map((body, seq) => ({
    ...body,
    seq,
    prev: '',
    at: new Date(Date.parse('2026-11-20T10:00:00Z') + seq * 1000).toISOString(),
  }));
}

export const counts = (more: Partial<Record<OutcomeState, number>>) => ({ ...noCounts(), ...more });
