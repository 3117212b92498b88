import { describe, expect, it } from 'vitest';
import { permitted } from '../../../src/actions/drill-flood/permitted.ts';
import { serversOf, unclearServer } from '../../../src/actions/drill-flood/servers.ts';
import type { FleetNode } from '../../../src/fleet/types.ts';
import { context, fleetNode } from '../../node/sandbox.ts';

const server = (name: string, over: Partial<FleetNode>) =>
  fleetNode({ name, roles: ['control-plane'], ...over });

describe('the servers of a flood', () => {
  it('are those of the control plane, where workers reach them', () => {
    const nodes = [
      fleetNode(),
      server('cp1', { address: '10.0.0.9' }),
      server('cp2', { address: '203.0.113.2', port: 2202, internalAddress: '10.0.0.2' }),
    ];
    expect(serversOf(nodes)).toEqual(['10.0.0.2', '10.0.0.9']);
    expect(unclearServer(nodes)).toBeUndefined();
  });

  it.each([
    ['127.0.0.1', [server('cp1', { address: '127.0.0.1' })], /cp1, 127.0.0.1, is on each machine/],
    ['another loopback', [server('cp1', { address: '0:0:0:0:0:0:0:1' })], /is on each machine/],
    [
      'an address of several',
      [
        server('cp1', { address: 'fd00::1' }),
        server('cp2', { address: 'fd00:0::1', internalAddress: '10.0.0.2' }),
      ],
      /cp1, fd00::1, is that of 2 control-plane nodes/,
    ],
    [
      'a gateway',
      [server('cp1', { address: '203.0.113.2', port: 2201 })],
      /at port 2201, as through a gateway/,
    ],
  ])('are not guessed: %s', (_, servers, why) => {
    const nodes = [fleetNode(), ...servers];
    const { cluster } = context(nodes);
    expect(() =>
      permitted([fleetNode().name], { nodes, cluster: { ...cluster, drills: 'allowed' } }),
    ).toThrow(expect.objectContaining({ kind: 'usage', message: expect.stringMatching(why) }));
    const told = nodes.map((node) => ({ ...node, internalAddress: '10.0.0.1' }));
    expect(unclearServer(told)).toBeUndefined();
  });
});
