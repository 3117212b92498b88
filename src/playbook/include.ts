import { usage } from '../base/errors.ts';
import type { Workstream } from '../plan/types.ts';
import { type Condition, holds } from './condition.ts';
import type { IncludeText, StepText } from './grammar.ts';
import { fill, parametersIn } from './interpolate.ts';
import { known } from './references.ts';
import type { Playbook, PlaybookWorkstream } from './types.ts';

/**
 * The workstreams of an included playbook as the including one has them: parameters replaced by what it passes, names with
 * its prefix, `when` and `needs` of both. Throws usage, with the place of the include, where they do not fit.
 */
export function includedWorkstreams(
  entry: IncludeText,
  included: Playbook,
  place: (...keys: PropertyKey[]) => string,
): PlaybookWorkstream[] {
  for (const name of Object.keys(entry.with))
    known(name, Object.keys(included.parameters), `parameter of ${included.name}:`, place('with', name));
  const values = valuesOf(entry, included);
  const filled = included.workstreams.map((workstream) => fill(workstream, values));
  if (holds(entry.when, {}, place('when')) !== false) requireValues(entry, included, filled, place);
  const named = (name: string) => (entry.as === undefined ? name : `${entry.as}-${name}`);
  return filled.map((workstream) => ({
    ...workstream,
    name: named(workstream.name),
    when: { all: [{ ...entry.when, place: place('when') }, workstream.when] },
    needs: bothNeeds(entry.needs, workstream, named, place),
    steps: workstream.steps.map((step) => renamed(step, named)),
  }));
}

/** What stands for each parameter: a default means what it says, also where it has a `${` of its own. */
function valuesOf({ with: passed }: IncludeText, { parameters }: Playbook): Record<string, string> {
  const defaults = Object.entries(parameters).map(([name, { default: value = '' }]) => [
    name,
    // In a replacement text $$ would stand for $.
    value.replaceAll('${', () => '$${'),
  ]);
  return { ...Object.fromEntries(defaults), ...passed };
}

/** A parameter without a default must be passed, unless only what is left out in any case uses it. */
function requireValues(
  entry: IncludeText,
  { name, parameters, workstreams, place: placeIn }: Playbook,
  filled: PlaybookWorkstream[],
  place: (...keys: PropertyKey[]) => string,
): void {
  const require = (used: unknown) => {
    const missing = [...parametersIn(used)].filter(
      (one) => !Object.hasOwn(entry.with, one) && parameters[one]?.default === undefined,
    );
    if (missing.length === 0) return;
    throw usage(`${name} needs ${missing.join(', ')}`, {
      place: place('include'),
      expected: missing.map((one) => `${one}: ${parameters[one]?.description}`).join('; '),
      next: `pass it on: with: { ${missing.map((one) => `${one}: …`).join(', ')} }`,
    });
  };
  // A condition first: without its value it could not be judged.
  require(workstreams.map(({ when, steps }) => [when, ...steps.map((step) => step.when)]));
  const never = (when: Condition, ...path: PropertyKey[]) =>
    holds(when, {}, placeIn(['workstreams', ...path, 'when'])) === false;
  const used = workstreams.flatMap(({ steps, ...workstream }, i) =>
    never(filled[i]!.when, i)
      ? [workstream.when]
      : [
          workstream,
          ...steps.map((step, j) => (never(filled[i]!.steps[j]!.when, i, 'steps', j) ? step.when : step)),
        ],
  );
  require(used);
}

/** Each workstream waits for what the include waits for: one that it waits for itself may be left out. */
function bothNeeds(
  outer: Workstream['needs'],
  { name, needs: inner }: PlaybookWorkstream,
  named: (name: string) => string,
  place: (...keys: PropertyKey[]) => string,
): Workstream['needs'] {
  if (outer.any && inner.any) {
    throw usage(`needs.any of the include cannot be joined with that of its workstream ${name}`, {
      place: place('needs', 'any'),
      expected: 'all or ended',
    });
  }
  const kinds = (['all', 'any', 'ended'] as const).map(
    (kind) => [kind, [...(outer[kind] ?? []), ...(inner[kind] ?? []).map(named)]] as const,
  );
  return Object.fromEntries(kinds.filter(([, names]) => names.length > 0));
}

function renamed(step: StepText, named: (name: string) => string): StepText {
  const id = named(step.id);
  if (step.kind === 'undo') return { ...step, id, undo: step.undo.map(named) };
  if (step.kind !== 'action' || step.keepTrying === undefined) return { ...step, id };
  return { ...step, id, keepTrying: named(step.keepTrying) };
}
