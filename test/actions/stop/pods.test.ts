import { expect, test } from 'vitest';
import { parseParams } from '../../../src/actions/params.ts';
import { stop } from '../../../src/actions/stop/action.ts';

const read = (params: Record<string, unknown>) => parseParams(stop, params, 'stop');

test.each([
  [{ pods: 'app=x' }],
  [{ pods: 'ns/app' }],
  [{ pods: 'N.S/app=x' }],
  [{ pods: 'ns.*/app=x' }],
  [{ pods: 'ns/app=x;reboot' }],
  [{ pods: 'ns/app=x', process: 'y' }],
  [{ pods: 'ns/app=x', unit: 'y' }],
  [{ pods: 'ns/app=x', how: 'kill' }],
  [{ pods: 'ns/app=x', api: '10.0.0.1' }],
  [{ pods: 'ns/app=x', how: 'network', api: 'api.example.org' }],
  [{ process: 'y', how: 'network' }],
])('not taken: %j', (params) => {
  expect(() => read(params)).toThrow(expect.objectContaining({ kind: 'usage' }));
});

test('what it will do is said', () => {
  expect(stop.summary(read({ pods: 'ns/app.io/name=x,tier=' }))).toBe('freeze pods ns/app.io/name=x,tier=');
  expect(stop.summary(read({ pods: 'ns/app=x', how: 'network' }))).toMatch(
    /API servers, and from nothing else/,
  );
});
