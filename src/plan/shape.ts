import { LONGEST_MS } from '../base/duration.ts';
import {
  isObject,
  listOf,
  mapOf,
  maybe,
  number,
  object,
  oneOf,
  type Shape,
  shaped,
  text,
  truth,
  whole,
} from '../base/shape.ts';
import { type ActionStep, PLAN_SCHEMA } from './types.ts';

/** Plans are written and hashed member by member: deeper nesting than people write can be parsed, but not that. */
const MOST_LEVELS = 40;

const names = listOf(text);
/** Durations may have fractions of a millisecond. */
const span = number(0, LONGEST_MS);
const someSpan = number(1, LONGEST_MS);

const nodes = shaped({
  calm: text,
  sample: whole(1),
  names: maybe(names),
  limits: shaped({
    pulls: whole(),
    failed: whole(),
    registry: whole(),
    waiting: whole(),
    restarts: whole(),
    uplink: text,
    conntrackPercent: number(0, 100),
  }),
});

const gate = shaped({
  answering: text,
  maxErrorPercent: maybe(number()),
  freshLeases: maybe(text),
  etcdHealthy: maybe(text),
  nodes: maybe(nodes),
  calmReadings: maybe(whole(1)),
  holdsMs: span,
  withinMs: span,
  everyMs: number(1, LONGEST_MS),
});

const actionStep = shaped({
  id: text,
  action: text,
  title: text,
  danger: oneOf(['read', 'change', 'severe']),
  params: object,
  targets: names,
  waves: listOf(whole()),
  parallel: whole(1),
  adaptive: maybe(oneOf([true])),
  perCall: maybe(whole(2)),
  budget: whole(),
  connectMs: someSpan,
  loginMs: maybe(someSpan),
  runMs: someSpan,
  deliveryMs: maybe(someSpan),
  wholeMs: maybe(someSpan),
  retryMs: maybe(span),
  keepTrying: maybe(text),
  anyOf: truth,
  canary: maybe(oneOf([true])),
  gate: maybe(gate),
  via: maybe(names),
  rollBack: maybe(truth),
  irreversible: maybe(text),
  removesCause: maybe(oneOf([true])),
  warnings: maybe(names),
});

const onceGone = shaped({ pods: text, path: text, withinMs: someSpan, everyMs: someSpan });

const STEPS: Record<string, Shape> = {
  action: (step) => actionStep(step) ?? wavesOf(step as ActionStep),
  gate: shaped({ id: text, title: text, gate }),
  ask: shaped({ id: text, title: text, text, withinMs: someSpan }),
  undo: shaped({ id: text, title: text, steps: names, onceGone: maybe(onceGone) }),
};

const step: Shape = (value) => {
  if (!isObject(value)) return '';
  const { kind } = value;
  return typeof kind === 'string' && Object.hasOwn(STEPS, kind) ? STEPS[kind]!(value) : 'kind';
};

/** Each target is in exactly one wave. */
function wavesOf({ waves, targets }: ActionStep): string | undefined {
  return waves.reduce((a, b) => a + b, 0) === targets.length ? undefined : 'waves';
}

const plan = shaped({
  schemaVersion: oneOf([1, PLAN_SCHEMA]),
  hash: text,
  version: text,
  createdAt: text,
  name: text,
  title: text,
  reason: text,
  cluster: text,
  playbook: maybe(shaped({ name: text, sha256: text })),
  params: mapOf(text),
  scripts: mapOf(text),
  receiptsOf: maybe(text),
  fleet: shaped({ takenAt: text, source: text, sha256: text }),
  workstreams: listOf(
    shaped({
      name: text,
      title: text,
      needs: shaped({ all: maybe(names), any: maybe(names), ended: maybe(names) }),
      steps: listOf(step),
    }),
  ),
});

/** Where a value does not have the shape of a plan; undefined where it does. A file can hold anything. */
export const planShape: Shape = (value) => (isDeeper(value, MOST_LEVELS) ? '' : plan(value));

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1));
}
