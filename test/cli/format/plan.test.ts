import { expect, it } from 'vitest';
import { planLines } from '../../../src/cli/format/plan.ts';
import { kitOf } from '../../run/fake-fleet.ts';
import { holdStep, planOf } from '../../run/plans.ts';

it('shows the warning of a step', () => {
  const kit = kitOf(3);
  const step = { ...holdStep(kit, 'hold'), warnings: ['the allow list covers every worker'] };
  const lines = planLines(planOf(kit, [{ name: 'shed', steps: [step] }]));
  expect(lines).toContain('      WARNING: the allow list covers every worker');
});

it('keeps a text with a line break from looking like a line of the plan', () => {
  const kit = kitOf(3);
  const step = { ...holdStep(kit, 'hold'), title: 'hold\n      on 1 node: n1' };
  const plan = planOf(kit, [{ name: 'shed', steps: [step] }]);
  const honest = planLines(plan).length;
  const lines = planLines({ ...plan, title: 'T\n  shed: x', reason: 'a\r\nb', params: { q: 'a\nb' } });
  expect(lines.join('\n').split('\n')).toHaveLength(honest + 1);
  // A title from the playbook does not hide what is done.
  expect(lines).toContain('      does: freeze processes named agent');
  expect(lines).toContain('  reason: a b');
  expect(lines).toContain('    hold: hold on 1 node: n1 [change]');
});

it.each([
  [2, [3, 3], 4, 'aborts after 3 failures; at most 5 nodes affected'],
  [0, [6], 2, 'aborts after 1 failure; at most 2 nodes affected'],
  [5, [6], 64, 'aborts after 6 failures; at most 6 nodes affected'],
  [6, [6], 64, 'no failure limit: all 6 nodes may fail'],
])(
  'tells the worst case of %d failures allowed in waves of %j, %d at a time',
  (budget, waves, parallel, said) => {
    const kit = kitOf(6);
    const step = { ...holdStep(kit, 'hold'), budget, waves, parallel };
    const lines = planLines(planOf(kit, [{ name: 'shed', steps: [step] }]));
    expect(lines.find((line) => line.includes('at a time'))).toContain(said);
  },
);
