import type { JournalRecord } from './types.ts';

type Loose = Record<string, unknown>;

const isText = (value: unknown): value is string => typeof value === 'string';
const isObject = (value: unknown): value is Loose =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isList = (value: unknown, of: (member: unknown) => boolean) => Array.isArray(value) && value.every(of);
const ofNode = ({ step, target }: Loose) => isText(step) && isText(target);

/** What the readers of a journal take for granted, by the kind of record. */
const SHAPES: Record<string, (record: Loose) => boolean> = {
  plan: ({ plan, operator }) =>
    isText(operator) && isObject(plan) && plan.schemaVersion === 1 && isList(plan.workstreams, isWorkstream),
  workstream: ({ workstream, state }) => isText(workstream) && isText(state),
  step: ({ step, state, counts }) =>
    isText(step) && isText(state) && (counts === undefined || isObject(counts)),
  intent: ({ step, op, targets }) => isText(step) && isText(op) && isList(targets, isText),
  before: (record) => ofNode(record) && isObject(record.before),
  outcome: ({ step, op, outcome }) =>
    isText(step) && isText(op) && isObject(outcome) && isText(outcome.target) && isText(outcome.state),
  gate: ({ step, state, reading }) => isText(step) && isText(state) && isText(reading),
  kept: (record) => ofNode(record) && typeof record.ok === 'boolean',
  undone: (record) => ofNode(record) && typeof record.ok === 'boolean',
  operator: ({ what, operator }) => isText(what) && isText(operator),
  note: ({ text }) => isText(text),
  end: ({ verdict }) => isObject(verdict) && isText(verdict.state) && isObject(verdict.counts),
};

function isWorkstream(value: unknown): boolean {
  const isStep = (step: unknown) =>
    isObject(step) && isText(step.id) && (step.kind !== 'action' || isList(step.targets, isText));
  return isObject(value) && isText(value.name) && isList(value.steps, isStep);
}

/** A record that this Fireaxe can read. A kind that it does not know says nothing to it. */
export function wellFormed(record: unknown): record is JournalRecord {
  if (!isObject(record) || !isText(record.at) || !isText(record.kind)) return false;
  return !Object.hasOwn(SHAPES, record.kind) || SHAPES[record.kind]!(record);
}
