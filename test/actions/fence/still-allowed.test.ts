import { describe, expect, it } from 'vitest';
import { parseParams } from '../../../src/actions/params.ts';
import { actionNamed } from '../../../src/actions/registry.ts';
import { context, fleetNode } from '../../node/sandbox.ts';

const fence = actionNamed('fence');
const nodes = [
  fleetNode({ name: 'cp-1', roles: ['control-plane'], address: '10.9.0.1' }),
  fleetNode({ name: 'w-1', address: '10.249.16.12' }),
  fleetNode({ name: 'w-2', address: '203.0.113.2', internalAddress: '10.249.17.13' }),
  fleetNode({ name: 'w-3', address: 'fd00:1::3' }),
];
const warnings = (alwaysAllow: string[], params: Record<string, unknown> = {}) =>
  fence.warnings?.(parseParams(fence, params, 'fence'), context(nodes, { alwaysAllow })) ?? [];

describe('a plan of a fence says who of the fleet stays allowed', () => {
  it('says nothing where no worker does', () => {
    expect(warnings(['192.0.2.0/24', '10.9.0.0/16'])).toEqual([]);
  });

  it('counts workers by both of their addresses, and names the range', () => {
    expect(warnings(['10.249.16.0/24'])).toEqual([
      'the fence does not keep them away: 1 of 3 workers stay allowed (10.249.16.0/24)',
    ]);
    expect(warnings([], { allow: '10.249.0.0/16' })[0]).toContain(
      '2 of 3 workers stay allowed (10.249.0.0/16)',
    );
  });

  it.each([[['0.0.0.0/0', '::/0']], [['10.0.0.0/8', 'fd00::/8']]])(
    '%s: does not keep any worker away',
    (allow) => {
      expect(warnings(allow)).toEqual([
        expect.stringMatching(
          /^the fence does not keep any worker away: 3 of 3 workers stay allowed .*; narrow alwaysAllow/,
        ),
      ]);
    },
  );

  it('where clients run, addresses play no part', () => {
    expect(warnings(['0.0.0.0/0'], { on: 'nodes', only: 'agent' })).toEqual([]);
  });

  it.each(['fe80::1%eth0', 'fe80::/10%eth0'])('refuses an address with a zone: %s', (allow) => {
    expect(() => parseParams(fence, { allow }, '--allow')).toThrow(/not an address/);
  });
});
