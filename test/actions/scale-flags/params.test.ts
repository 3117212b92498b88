import { expect, it } from 'vitest';
import { parseParams } from '../../../src/actions/params.ts';
import { scaleFlags } from '../../../src/actions/scale-flags/action.ts';

const read = (flag: unknown) => parseParams(scaleFlags, { flag }, 'scale').flag;

it('takes flags with or without dashes, in one order', () => {
  expect(read(['--request-timeout=90s', 'max-requests-inflight=800'])).toEqual([
    'max-requests-inflight=800',
    'request-timeout=90s',
  ]);
});

it.each([
  ['anonymous-auth=true', 'expected one of max-requests-inflight'],
  ['constructor=1', 'expected one of'],
  ['max-requests-inflight', 'a whole number from 50'],
  ['max-requests-inflight=0', 'a whole number from 50'],
  ['max-requests-inflight=0800', 'a whole number from 50'],
  ['max-requests-inflight=800=900', 'a whole number from 50'],
  ['max-requests-inflight=800;reboot', 'a whole number'],
  ['goaway-chance=0.5', 'a share from 0 to 0.02'],
  ['request-timeout=1h', 'a time from 5s to 10m'],
  ['goaway-chance=0.01,goaway-chance=0.02', 'each flag once'],
  ['', 'at least one flag'],
])('refuses %j', (flag, why) => {
  expect(() => read(flag)).toThrow(why);
});
