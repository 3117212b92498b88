import {
  type Is,
  isList,
  isMap,
  isObject,
  isOneOf,
  isShaped,
  isText,
  isTime,
  isTruth,
  isWhole,
  maybe,
} from '../../base/shape.ts';
import { isPlan } from '../../plan/shape.ts';
import { OUTCOME_STATES } from '../../transport/types.ts';
import { type JournalRecord, RUN_STATES, STEP_STATES } from '../types.ts';

const isCounts = isMap(isWhole());
const isStepState = isOneOf([...STEP_STATES]);
const isStreamState = isOneOf(['waiting', ...STEP_STATES]);
const isBefore = isMap(isText);
const why = maybe(isText);
const ofNode = { step: isText, target: isText };

const isOutcome = isShaped({
  target: isText,
  state: isOneOf(OUTCOME_STATES),
  exitCode: maybe((value) => typeof value === 'number'),
  signal: maybe(isText),
  stdout: maybe(isText),
  stderr: maybe(isText),
  result: maybe(
    isShaped({
      op: isText,
      state: isText,
      before: maybe(isBefore),
      note: why,
      code: why,
      data: maybe(isMap(isText)),
    }),
  ),
  reason: maybe(isShaped({ code: isText, message: isText, phase: maybe(isText), next: maybe(isText) })),
});

const isVerdict = isShaped({
  state: isOneOf([...RUN_STATES]),
  counts: isCounts,
  planned: isWhole(),
  endedAt: isTime,
  workstreams: isList(isShaped({ name: isText, state: isStreamState, why })),
  missed: maybe(isList(isShaped({ step: isText, targets: isList(isText) }))),
  next: maybe(isText),
});

/** What the readers of a journal take for granted, by the kind of record. */
const SHAPES: Record<string, Is> = {
  plan: isShaped({ plan: isPlan, operator: isText, host: maybe(isText) }),
  workstream: isShaped({ workstream: isText, state: isStreamState, why }),
  step: isShaped({
    workstream: maybe(isText),
    step: isText,
    state: isStepState,
    counts: maybe(isCounts),
    why,
  }),
  intent: isShaped({ step: isText, op: isText, targets: isList(isText) }),
  saved: isShaped({ step: isText, targets: isList(isText), sha256: isText }),
  before: isShaped({ ...ofNode, before: isBefore }),
  outcome: isShaped({ step: isText, op: isText, outcome: isOutcome }),
  gate: isShaped({ step: isText, state: isText, reading: isText, why }),
  kept: isShaped({ ...ofNode, ok: isTruth, why }),
  undone: isShaped({ ...ofNode, ok: isTruth, why }),
  operator: isShaped({ what: isText, operator: isText, text: maybe(isText) }),
  note: isShaped({ text: isText }),
  end: isShaped({ verdict: isVerdict }),
};

/** A record that this Fireaxe can read. A kind that it does not know says nothing to it. */
export function wellFormed(record: unknown): record is JournalRecord {
  if (!isObject(record) || !isTime(record.at) || typeof record.kind !== 'string') return false;
  return !Object.hasOwn(SHAPES, record.kind) || SHAPES[record.kind]!(record);
}
