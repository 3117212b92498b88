import { expect, it } from 'vitest';
import { planActionStep } from '../../src/plan/draft.ts';
import { kitOf } from '../run/fake-fleet.ts';

const kit = kitOf(1);

function deadlineOf(action: string, params: Record<string, unknown>, timeoutMs?: number): number {
  const overrides = timeoutMs === undefined ? {} : { timeoutMs };
  const request = { kit, cluster: kit.clusters.c!, reason: 'test', now: new Date(), overrides };
  const draft = { id: 's', action, params, targets: ['n1'], place: 'test', maxFailures: '100%' };
  return planActionStep(draft, request).runMs / 60_000;
}

it('gives a step in the cloud the time that its own parameters take', () => {
  expect(deadlineOf('evacuate', {})).toBe(45);
  expect(deadlineOf('evacuate', { pause: '30m' })).toBeGreaterThanOrEqual(3 * 30);
  expect(deadlineOf('cordon-balancer', { within: '2h' })).toBeGreaterThan(120);
  expect(deadlineOf('shrink-group', { how: 'stop', within: '1h' })).toBeGreaterThan(180);
  expect(deadlineOf('scale-volume', { iops: '9000', within: '1h' })).toBeGreaterThan(180);
  expect(deadlineOf('scale-eks', { eksTier: 'tier-xl', within: '1h' })).toBeGreaterThan(60);
  const template = 'lt-0123456789abcdef0';
  expect(deadlineOf('scale-add', { add: '2', template, within: '1h' })).toBeGreaterThan(180);
  const steps = Array.from({ length: 20 }, (_, n) => String(95 - n)).join(',');
  // A plan takes no longer deadline.
  expect(deadlineOf('evacuate', { steps, pause: '1h', within: '1h' })).toBe(24 * 60);
  expect(deadlineOf('evacuate', { pause: '30m' }, 60_000)).toBe(1);
});
