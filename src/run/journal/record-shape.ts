import {
  isObject,
  listOf,
  mapOf,
  maybe,
  number,
  oneOf,
  type Shape,
  shaped,
  text,
  time,
  truth,
  whole,
} from '../../base/shape.ts';
import { rolloutShape } from '../../plan/rollout/shape.ts';
import { planShape } from '../../plan/shape.ts';
import { readVersion1 } from '../../plan/version-1.ts';
import { OUTCOME_STATES } from '../../transport/types.ts';
import { CLUSTER_STATES, type JournalRecord, RUN_STATES, STEP_STATES } from '../types.ts';

const counts = mapOf(whole());
const stepState = oneOf(STEP_STATES);
const streamState = oneOf(['waiting', ...STEP_STATES]);
const before = mapOf(text);
const why = maybe(text);
const ofTarget = { step: text, target: text };

const outcome = shaped({
  target: text,
  state: oneOf(OUTCOME_STATES),
  exitCode: maybe(number()),
  signal: maybe(text),
  stdout: maybe(text),
  stderr: maybe(text),
  result: maybe(
    shaped({
      op: text,
      state: text,
      before: maybe(before),
      note: why,
      code: why,
      data: maybe(mapOf(text)),
    }),
  ),
  reason: maybe(shaped({ code: text, message: text, phase: maybe(text), next: maybe(text) })),
});

const verdict = shaped({
  state: oneOf(RUN_STATES),
  counts,
  planned: whole(),
  endedAt: time,
  workstreams: listOf(shaped({ name: text, state: streamState, why })),
  missed: maybe(listOf(shaped({ step: text, targets: listOf(text) }))),
  next: maybe(text),
});

const cluster = {
  cluster: text,
  state: oneOf(CLUSTER_STATES),
  op: maybe(oneOf(['undo'])),
  run: maybe(text),
  answered: maybe(whole()),
  ended: maybe(oneOf(RUN_STATES)),
  counts: maybe(counts),
  why,
};

const rolloutVerdict = shaped({
  state: oneOf(RUN_STATES),
  clusters: listOf(shaped(cluster)),
  counts,
  planned: whole(),
  startedAt: time,
  endedAt: time,
  why,
  next: maybe(text),
});

/** What the readers of a journal rely on, by the kind of record. */
const SHAPES: Record<string, Shape> = {
  plan: shaped({ plan: planShape, operator: text, host: maybe(text) }),
  workstream: shaped({ workstream: text, state: streamState, why }),
  step: shaped({ workstream: maybe(text), step: text, state: stepState, counts: maybe(counts), why }),
  intent: shaped({ step: text, op: text, targets: listOf(text) }),
  saved: shaped({ step: text, targets: listOf(text), sha256: text }),
  before: shaped({ ...ofTarget, before }),
  outcome: shaped({ step: text, op: text, outcome }),
  gate: shaped({ step: text, state: text, reading: text, why }),
  ask: shaped({
    step: text,
    state: text,
    text,
    answer: maybe(oneOf(['yes', 'no'])),
    by: maybe(text),
    how: maybe(text),
  }),
  reading: shaped({
    step: text,
    answering: whole(),
    of: whole(),
    unreached: maybe(whole()),
    errorPercent: maybe(number(0)),
    inflight: maybe(number()),
    connections: maybe(whole()),
    leases: maybe(shaped({ fresh: whole(), of: whole() })),
  }),
  kept: shaped({ ...ofTarget, ok: truth, why }),
  undone: shaped({ ...ofTarget, ok: truth, why }),
  operator: shaped({ what: text, operator: text, text: maybe(text) }),
  note: shaped({ text }),
  end: shaped({ verdict }),
  rollout: shaped({ rollout: rolloutShape, operator: text, host: maybe(text) }),
  cluster: shaped(cluster),
  'rollout-end': shaped({ verdict: rolloutVerdict }),
};

/** A line of a journal; undefined where it is not JSON. A plan of schema 1 gets the names of schema 2. */
export function parseRecord(line: string): unknown {
  try {
    const record: unknown = JSON.parse(line);
    if (!isObject(record) || record.kind !== 'plan') return record;
    return { ...record, plan: readVersion1(record.plan) };
  } catch {
    return undefined;
  }
}

/** A record that this Fireaxe can read. A kind that it does not know is passed over by its readers. */
export function wellFormed(record: unknown): record is JournalRecord {
  if (!isObject(record) || time(record.at) !== undefined || typeof record.kind !== 'string') return false;
  return !Object.hasOwn(SHAPES, record.kind) || SHAPES[record.kind]!(record) === undefined;
}
