import { expect, it } from 'vitest';
import { planShape } from '../../src/plan/shape.ts';
import type { ActionStep, Plan } from '../../src/plan/types.ts';
import { contradiction } from '../../src/plan/validate.ts';
import { kitOf } from '../run/fake-fleet.ts';
import { holdStep, planOf } from '../run/plans.ts';

const kit = kitOf(4);
const gate = { answering: '51%', holdsMs: 0, withinMs: 1000, everyMs: 100 };
const plan = planOf(kit, [
  { name: 'a', steps: [holdStep(kit, 'one'), { kind: 'gate', id: 'steady', title: 'x', gate }] },
  { name: 'b', needs: { ended: ['a'] }, steps: [{ kind: 'undo', id: 'back', title: 'x', steps: ['one'] }] },
]);

/** The plan with something else in its first step. */
const forged = (change: object, more: Partial<Plan> = {}): Plan => {
  const [first, ...others] = plan.workstreams;
  const steps = [{ ...(first!.steps[0] as ActionStep), ...change }, ...first!.steps.slice(1)];
  return { ...plan, workstreams: [{ ...first!, steps } as Plan['workstreams'][number], ...others], ...more };
};

it('finds no contradiction in a plan as it was made', () => {
  expect(contradiction(plan)).toBeUndefined();
  expect(contradiction(forged({ title: 'what people call it', runMs: 1000.5, gate }))).toBeUndefined();
});

it.each([
  [{ danger: 'read' }, 'step one: its danger is change, not read'],
  [{ action: 'fence', params: {} }, 'step one: no script digest of fence'],
  [{ action: 'nope' }, 'step one: unknown action "nope"'],
  [{ params: { bogus: 'x' } }, 'step one: invalid parameters of stop'],
  [{ irreversible: 'so they say' }, 'step one: it can be undone'],
  [{ keepTrying: '../x' }, 'step one: invalid gate name in keepTrying'],
  [{ via: ['ftp'] }, 'step one: unknown transport "ftp"'],
  [{ gate: { ...gate, answering: 'x' } }, 'step one: invalid amount in its gate'],
  [{ kind: 'ask', text: ' ', withinMs: 1000 }, 'step one: an empty question'],
  [{ id: '../x' }, 'step ../x: invalid name'],
])('finds the contradiction of %j', (change, why) => expect(contradiction(forged(change))).toBe(why));

it('refuses a name that leads out of the state directory', () => {
  expect(contradiction(forged({}, { name: '../../x' }))).toBe('invalid name "../../x"');
});

it.each([
  [{ targets: undefined }, 'workstreams.0.steps.0.targets'],
  [{ waves: [99] }, 'workstreams.0.steps.0.waves'],
  [{ parallel: 0 }, 'workstreams.0.steps.0.parallel'],
  [{ budget: -1 }, 'workstreams.0.steps.0.budget'],
  [{ runMs: 1e12 }, 'workstreams.0.steps.0.runMs'],
  [{ gate: { ...gate, everyMs: 0 } }, 'workstreams.0.steps.0.gate.everyMs'],
  [{ kind: 'ask', text: 'Go on?', withinMs: 0 }, 'workstreams.0.steps.0.withinMs'],
  [{ kind: 'ask', withinMs: 1000 }, 'workstreams.0.steps.0.text'],
  [{ kind: 'nope' }, 'workstreams.0.steps.0.kind'],
])('says where %j does not have the shape of a plan', (change, where) =>
  expect(planShape(forged(change))).toBe(where),
);

it('accepts fractions of a millisecond', () => {
  expect(planShape(forged({ runMs: 1000.5, gate: { ...gate, holdsMs: 0.5 } }))).toBeUndefined();
});
