import { describe, expect, test } from 'vitest';
import { restorable } from '../../src/actions/kubectl/restorable.ts';
import { parseParams } from '../../src/actions/params.ts';
import { clientAddresses } from '../../src/actions/readmit/clients.ts';
import { ACTION_NAMES, actionNamed } from '../../src/actions/registry.ts';
import { FireaxeError } from '../../src/base/errors.ts';
import { addressSet } from '../../src/node/addresses.ts';
import { fleetNode } from '../node/sandbox.ts';

function refusal(action: string, params: Record<string, unknown>): FireaxeError {
  try {
    parseParams(actionNamed(action), params, 'step');
  } catch (error) {
    if (error instanceof FireaxeError) return error;
    throw error;
  }
  throw new Error('was taken');
}

test('every name has its action, and a wrong one the nearest', () => {
  for (const name of ACTION_NAMES) expect(actionNamed(name).name).toBe(name);
  expect(() => actionNamed('fense')).toThrow(
    expect.objectContaining({ kind: 'usage', next: 'did you mean fence?' }),
  );
});

describe('parameters', () => {
  test('an unknown key names the nearest', () => {
    expect(refusal('fence', { tmer: '3m' })).toMatchObject({
      kind: 'usage',
      place: 'step',
      message: 'fence has no parameter tmer',
      expected: expect.stringMatching(/^perhaps timer; one of /),
    });
    expect(refusal('stop', { unitt: 'x' })).toMatchObject({
      expected: expect.stringMatching(/^perhaps unit;/),
    });
  });

  test("a hold's own server needs a timer that outlasts its start", () => {
    expect(refusal('dns-hold', { ownServer: 'true', timer: '59s' })).toMatchObject({
      message: expect.stringContaining('timer: must be 60s or more with ownServer'),
    });
    expect(parseParams(actionNamed('dns-hold'), { ownServer: true, timer: '60s' }, 'step')).toMatchObject({
      timer: 60,
    });
    expect(parseParams(actionNamed('dns-hold'), { timer: '10s' }, 'step')).toMatchObject({ timer: 10 });
  });

  test('strings as flags and YAML give them', () => {
    expect(
      parseParams(actionNamed('fence'), { timer: '3m', rate: '5', allow: '10.0.0.1,10.0.1.9/16' }, 'step'),
    ).toEqual({
      on: 'hosts',
      timer: 180,
      rate: 5,
      allow: ['10.0.0.1', '10.0.0.0/16'],
      only: [],
      except: [],
      service: [],
    });
    expect(
      parseParams(
        actionNamed('fence'),
        { on: 'nodes', only: 'agent,/sys/fs/cgroup/a.slice/b/', user: 0, service: '10.96.0.1' },
        'step',
      ),
    ).toMatchObject({ only: ['agent.service', '/a.slice/b'], user: '0', service: ['10.96.0.1'] });
    expect(parseParams(actionNamed('stop'), { unit: 'agent' }, 'step')).toMatchObject({
      unit: 'agent.service',
    });
    expect(parseParams(actionNamed('cordon'), { port: [443] }, 'step')).toMatchObject({ port: ['443'] });
  });

  test.each([
    ['stop', {}],
    ['stop', { unit: 'a', process: 'b' }],
    ['stop', { unit: 'sshd' }],
    ['stop', { unit: 'amazon-ssm-agent.service' }],
    ['stop', { unit: 'ifup@eth0' }],
    ['stop', { unit: 'wg-quick@wg0' }],
    ['stop', { unit: 'agent@' }],
    ['stop', { cgroup: 'system-a\\n.slice' }],
    ['stop', { unit: 'a; reboot' }],
    ['stop', { unit: '--all' }],
    ['stop', { unit: 'graphical.target' }],
    ['stop', { user: 'root' }],
    ['stop', { process: 'sh' }],
    ['stop', { process: 'timeout' }],
    ['exec', { command: 'set -e\r\nid\r\n' }],
    ['exec', { command: '\ufeffset -e\nid\n' }],
    ['stop', { process: 'x', how: 'maim' }],
    ['stop', { process: 'a\nb' }],
    ['fence', { timer: '0s' }],
    ['fence', { timer: '3 minutes' }],
    ['fence', { allow: 'example.org' }],
    ['fence', { on: 'nodes' }],
    ['fence', { on: 'nodes', only: 'a', except: 'b' }],
    ['fence', { on: 'nodes', only: '../a' }],
    ['fence', { on: 'nodes', only: '/a/../b' }],
    ['fence', { on: 'nodes', only: 'a"b' }],
    ['fence', { on: 'nodes', only: '/' }],
    ['fence', { on: 'nodes', only: '/sys/fs/cgroup' }],
    ['fence', { on: 'nodes', user: 'a b' }],
    ['fence', { on: 'nodes', user: 'a', service: 'kubernetes.default' }],
    ['fence', { on: 'nodes', user: 'a', allow: '10.0.0.1' }],
    ['fence', { only: 'a' }],
    ['fence', { on: 'elsewhere' }],
    ['cordon', { port: '0' }],
    ['cordon', { port: '70000' }],
    ['cordon', { port: '10-5' }],
    ['readmit', { clients: '' }],
    ['readmit', { clients: 'all w1' }],
    ['kubectl', {}],
    ['kubectl', { get: '/api/v1/namespaces/ns/secrets/s' }],
    ['kubectl', { get: '/api/v1/secrets' }],
    ['kubectl', { delete: '/api/v1/namespaces/ns' }],
    ['kubectl', { delete: '/apis/apps/v1/namespaces/ns/daemonsets' }],
    ['kubectl', { delete: '/apis/apps/v1/namespaces/ns/daemonsets/a/../b' }],
    ['kubectl', { delete: '/api/v1/nodes/n1' }],
    ['kubectl', { delete: 'daemonset/a' }],
    ['kubectl', { pods: 'ns/' }],
    ['kubectl', { pods: '/api/v1/namespaces/ns/pods' }],
    ['exec', { command: '' }],
    ['exec', { command: 'a', exits: 'many' }],
  ])('%s refuses %j', (action, params) => {
    expect(refusal(action, params)).toMatchObject({ kind: 'usage', place: expect.stringMatching(/^step/) });
  });
});

test('overlapping addresses are one', () => {
  expect(
    addressSet(['10.0.0.1', '10.0.0.0/8', '10.0.0.1', '::ffff:192.0.2.1', 'FD00::1', 'fd00::/64'], 'x'),
  ).toEqual({
    v4: ['10.0.0.0/8', '192.0.2.1'],
    v6: ['fd00::/64'],
  });
});

test('a share of the workers grows by adding, and never holds a control-plane node', () => {
  const nodes = Array.from({ length: 20 }, (_, i) =>
    fleetNode({ name: `n${i}`, address: `10.0.0.${i}`, roles: [i < 3 ? 'control-plane' : 'worker'] }),
  );
  const quarter = clientAddresses(['25%'], nodes).v4;
  const half = clientAddresses(['50%'], nodes).v4;
  expect(quarter).toHaveLength(5);
  expect(half).toHaveLength(9);
  expect(half).toEqual(expect.arrayContaining(quarter));
  expect(clientAddresses(['100%'], nodes).v4).toHaveLength(17);
  expect(clientAddresses(['n4', '10.0.0.9'], nodes).v4).toEqual(['10.0.0.4', '10.0.0.9']);
  expect(() => clientAddresses(['n99'], nodes)).toThrow(/not a node or an address/);
});

test('a saved object without what the server sets', () => {
  const saved = {
    kind: 'DaemonSet',
    metadata: { name: 'a', uid: 'u', resourceVersion: '1', labels: { x: 'y' } },
    spec: {},
    status: { n: 1 },
  };
  expect(JSON.parse(restorable(JSON.stringify(saved)))).toEqual({
    kind: 'DaemonSet',
    metadata: { name: 'a', labels: { x: 'y' } },
    spec: {},
  });
  expect(() => restorable('{}')).toThrow(FireaxeError);
});

test.each([
  ['metadata that is a text', '{"kind":"DaemonSet","metadata":"abc"}'],
  ['a kind that is an object', '{"kind":{},"metadata":{}}'],
])('refuses a fetched object with %s', (_, saved) => {
  expect(() => restorable(saved)).toThrow(FireaxeError);
});

test('an object that is nested without end is refused, or comes back whole where this Node can write it', () => {
  const saved = `{"kind":"a","metadata":{},"x":${'['.repeat(1e5)}${']'.repeat(1e5)}}`;
  let restored: unknown;
  try {
    restored = restorable(saved);
  } catch (error) {
    restored = error;
  }
  expect(restored === saved || restored instanceof FireaxeError).toBe(true);
});
