import { expect, it } from 'vitest';
import { bindStep } from '../../src/plan/bound.ts';
import { planShape } from '../../src/plan/shape.ts';
import type { ActionStep, Plan } from '../../src/plan/types.ts';
import { readVersion1 } from '../../src/plan/version-1.ts';
import { planOf, step } from '../report/records.ts';

/** A plan as a Fireaxe of schema 1 wrote it. */
const old = (action: string, params: Record<string, unknown>) => {
  const { parallel, ...rest } = step('it', ['n1'], { action, params });
  return { ...planOf(['w', [{ ...rest, window: parallel } as unknown as ActionStep]]), schemaVersion: 1 };
};

it.each([
  ['stop', { command: '/usr/bin/agent --all' }, { cmdline: '/usr/bin/agent --all' }],
  ['shrink', { kubelet: 'none', command: 'agent' }, { kubelet: 'none', cmdline: 'agent' }],
  ['cordon', { ports: '443' }, { port: '443' }],
  ['stop', { unit: 'agent.service' }, { unit: 'agent.service' }],
])('reads %s with %j of schema 1', (action, params, renamed) => {
  const plan = readVersion1(old(action, params)) as Plan;
  expect(planShape(plan)).toBeUndefined();
  expect(plan.schemaVersion).toBe(1);
  const [first] = plan.workstreams[0]!.steps as [ActionStep];
  expect(first).toMatchObject({ parallel: 10, params: renamed });
  expect(bindStep(first)).toBeDefined();
});

it.each([null, [], 'x', {}, { schemaVersion: 1, workstreams: [null, { steps: [7, {}] }] }])(
  'leaves %j to the shape of a plan',
  (value) => {
    expect(planShape(readVersion1(value))).toBeDefined();
  },
);

it('leaves a plan of schema 2 as it is', () => {
  const plan = planOf(['w', [step('it', ['n1'])]]);
  expect(readVersion1(plan)).toBe(plan);
});
