import { describe, expect, it } from 'vitest';
import { refuseIdleFlags } from '../../../src/cli/drill/fitting.ts';

describe('a flag that would do nothing in a drill is refused', () => {
  it.each([
    ['', { handsOff: true, playbook: 'shed-load' }, '--playbook', 'hands off: --playbook would do nothing'],
    ['', { handsOff: true, param: ['a=b'] }, '--param', 'hands off: --param would do nothing'],
    ['', { dir: '/x' }, '--dir', '--dir means nothing to drill'],
    ['', { kit: '/x' }, '--kit', '--kit means nothing to drill'],
    ['up', { handsOff: true }, '--hands-off', '--hands-off means nothing to drill up'],
    ['up', { playbook: 'shed-load' }, '--playbook', '--playbook means nothing to drill up'],
    ['down', { workers: '9' }, '--workers', '--workers means nothing to drill down'],
    ['status', { seed: '2' }, '--seed', '--seed means nothing to drill status'],
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
