import { expect, test } from 'vitest';
import { parseParams } from '../../../src/actions/params.ts';
import { actionNamed } from '../../../src/actions/registry.ts';

const read = (params: Record<string, unknown>) => parseParams(actionNamed('pause'), params, 'step');

test('the controller-manager by default; lists as flags and YAML give them, each once', () => {
  expect(read({})).toEqual({ component: ['kube-controller-manager'], wait: 30 });
  expect(read({ component: 'kube-scheduler,kube-scheduler cluster-autoscaler', wait: '1m' })).toEqual({
    component: ['kube-scheduler', 'cluster-autoscaler'],
    wait: 60,
  });
});

test.each([
  { component: 'kube-apiserver' },
  { component: 'etcd' },
  { component: '' },
  { component: '../x' },
  { wait: '0s' },
])('refuses %j', (params) => {
  expect(() => read(params)).toThrow(expect.objectContaining({ kind: 'usage' }));
});
