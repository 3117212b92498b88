import { LONGEST_MS } from '../base/duration.ts';
import {
  type Is,
  isList,
  isMap,
  isObject,
  isOneOf,
  isShaped,
  isText,
  isTruth,
  isWhole,
  maybe,
} from '../base/shape.ts';
import type { ActionStep } from './types.ts';

const span = isWhole(0, LONGEST_MS);
const names = isList(isText);

const isGate = isShaped({
  answering: isText,
  holdsMs: span,
  withinMs: span,
  everyMs: isWhole(1, LONGEST_MS),
  maxErrorPercent: maybe((value) => typeof value === 'number'),
});

const isActionShaped = isShaped({
  id: isText,
  action: isText,
  title: isText,
  danger: isOneOf(['read', 'change', 'severe']),
  params: isObject,
  targets: names,
  waves: isList(isWhole()),
  window: isWhole(1),
  budget: isWhole(),
  connectMs: span,
  loginMs: maybe(span),
  runMs: span,
  wholeMs: maybe(span),
  retryMs: maybe((ms) => typeof ms === 'number' && ms >= 0),
  keepTrying: maybe(isText),
  anyOf: isTruth,
  canary: maybe(isTruth),
  gate: maybe(isGate),
  via: maybe(names),
  rollBack: maybe(isTruth),
  irreversible: maybe(isText),
  removesCause: maybe(isTruth),
  warnings: maybe(names),
});

const STEPS: Record<string, Is> = {
  action: (step) => isActionShaped(step) && wavesFit(step as ActionStep),
  gate: isShaped({ id: isText, title: isText, gate: isGate }),
  undo: isShaped({ id: isText, title: isText, steps: names }),
};

const isStep: Is = (step) =>
  isObject(step) &&
  isText(step.kind) &&
  Object.hasOwn(STEPS, step.kind as string) &&
  STEPS[step.kind as string]!(step);

/** A plan that this Fireaxe can read: of what it says all is of the kind that its readers expect. */
export const isPlan = isShaped({
  schemaVersion: isOneOf([1]),
  hash: isText,
  version: isText,
  createdAt: isText,
  name: isText,
  title: isText,
  reason: isText,
  cluster: isText,
  params: isMap(isText),
  scripts: isMap(isText),
  fleet: isShaped({ takenAt: isText, source: isText, sha256: isText }),
  workstreams: isList(
    isShaped({
      name: isText,
      title: isText,
      needs: isShaped({ all: maybe(names), any: maybe(names), ended: maybe(names) }),
      steps: isList(isStep),
    }),
  ),
});

/** Each target is in one wave. */
function wavesFit({ waves, targets }: ActionStep): boolean {
  return waves.reduce((a, b) => a + b, 0) === targets.length;
}
