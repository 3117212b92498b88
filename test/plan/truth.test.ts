import { expect, it } from 'vitest';
import { untruth } from '../../src/plan/truth.ts';
import type { ActionStep, Plan } from '../../src/plan/types.ts';
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

it('a plan as it was made says what it does', () => {
  expect(untruth(plan)).toBeUndefined();
  expect(untruth(forged({ title: 'what people call it', runMs: 1000.5, gate }))).toBeUndefined();
});

it.each([
  [{ danger: 'read' }, 'step one: it is change, not read'],
  [{ action: 'fence', params: {} }, 'step one: the scripts lack fence'],
  [{ action: 'nope' }, 'step one: no action is called nope'],
  [{ params: { bogus: 'x' } }, 'step one: its parameters are none of stop'],
  [{ irreversible: 'so they say' }, 'step one: its way back is another'],
  [{ targets: undefined }, 'step one: no targets'],
  [{ waves: [99] }, 'step one: its waves are not its targets'],
  [{ window: 0 }, 'step one: its numbers make no sense'],
  [{ budget: -1 }, 'step one: its numbers make no sense'],
  [{ runMs: 1e12 }, 'step one: its numbers make no sense'],
  [{ via: ['ftp'] }, 'step one: it goes ways that there are not'],
  [{ gate: { ...gate, answering: 'x' } }, 'step one: its gate makes no sense'],
  [{ kind: 'nope' }, 'step one: it is of no kind'],
  [{ id: '../x' }, 'step ../x: its name is none'],
])('one with %j does not', (change, why) => expect(untruth(forged(change))).toBe(why));

it('a name that would lead out of the state directory is none', () => {
  expect(untruth(forged({}, { name: '../../x' }))).toBe('its name is none');
});
