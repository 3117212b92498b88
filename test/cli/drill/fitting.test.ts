import { describe, expect, it } from 'vitest';
import { refuseIdleFlags } from '../../../src/cli/drill/fitting.ts';

describe('a flag without effect in a drill is refused', () => {
  it.each([
    [
      '',
      { handsOff: true, playbook: 'shed-load' },
      '--playbook',
      '--playbook has no effect with --hands-off',
    ],
    ['', { handsOff: true, param: ['a=b'] }, '--param', '--param has no effect with --hands-off'],
    ['', { dir: '/x' }, '--dir', '--dir has no effect with drill'],
    ['', { kit: '/x' }, '--kit', '--kit has no effect with drill'],
    ['up', { handsOff: true }, '--hands-off', '--hands-off has no effect with drill up'],
    ['up', { playbook: 'shed-load' }, '--playbook', '--playbook has no effect with drill up'],
    ['', { handsOff: true, clusters: '6' }, '--clusters', '--clusters has no effect with --hands-off'],
    ['up', { clusters: '6' }, '--clusters', '--clusters has no effect with drill up'],
    ['status', { standsFor: '6' }, '--stands-for', '--stands-for has no effect with drill status'],
    ['down', { workers: '9' }, '--workers', '--workers has no effect with drill down'],
    ['status', { seed: '2' }, '--seed', '--seed has no effect with drill status'],
  ])('drill %s with %j', (what, flags, place, message) => {
    expect(() => refuseIdleFlags(what, { param: [], ...flags })).toThrow(
      expect.objectContaining({ kind: 'usage', place, message, next: `leave ${place} out` }),
    );
  });

  it.each([
    ['', { handsOff: true, workers: '6', seed: '2', scenario: 'x' }],
    ['', { playbook: 'shed-load', param: ['process=x'] }],
    ['up', { dir: '/x', workers: '6' }],
    ['down', { dir: '/x' }],
    ['status', { dir: '/x' }],
    ['serve', { dir: '/x', workers: '6', seed: '1', scenario: 'x', attached: true }],
  ])('but drill %s takes %j', (what, flags) => {
    expect(() => refuseIdleFlags(what, { param: [], output: 'json', ...flags })).not.toThrow();
  });
});
