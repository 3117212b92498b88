import { describe, expect, it } from 'vitest';
import { readServiceList } from '../../../src/kit/import/kubectl-services.ts';
import { sourceText } from '../../../src/kit/import/source-text.ts';

const read = (value: unknown) =>
  readServiceList(
    sourceText(
      Buffer.from(typeof value === 'string' ? value : JSON.stringify(value, null, 1)),
      'svc.json',
      'services',
    ),
  );
const service = (name: string, spec: object, namespace = 'default') => ({
  kind: 'Service',
  metadata: { name, namespace },
  spec: { type: 'ClusterIP', ...spec },
});
const API = service('kubernetes', { clusterIP: '10.96.0.1', clusterIPs: ['10.96.0.1'] });
const slice = (of: string, addressType: string, endpoints: object[], namespace = 'shop') => ({
  kind: 'EndpointSlice',
  metadata: { name: `${of}-x`, namespace, labels: { 'kubernetes.io/service-name': of } },
  addressType,
  endpoints,
});

describe('services as kubectl prints them', () => {
  it('takes addresses of both families, ready addresses of headless ones, and other names', () => {
    const items = [
      service('web', { clusterIPs: ['10.96.1.2', 'FD00:0::2'] }, 'shop'),
      API,
      service('db', { clusterIP: 'None' }, 'shop'),
      slice('db', 'IPv4', [
        { addresses: ['10.244.1.9'], hostname: 'db-1', nodeName: 'n2', conditions: { ready: true } },
        { addresses: ['10.244.1.7'], hostname: 'db-0', nodeName: 'n1' },
        // In the network of the same host.
        { addresses: ['10.244.1.7'], hostname: 'db-2', nodeName: 'n1' },
        { addresses: ['10.244.1.8'], conditions: { ready: false }, nodeName: 'n3' },
      ]),
      slice('db', 'FQDN', [{ addresses: ['db.example.com'] }]),
      // Of a service of the same name elsewhere.
      slice('db', 'IPv4', [{ addresses: ['10.244.9.9'] }], 'other'),
      service('pay', { type: 'ExternalName', externalName: 'pay.example.com' }, 'shop'),
    ];
    expect(read({ kind: 'List', items })).toEqual({
      services: [
        {
          name: 'db',
          namespace: 'shop',
          endpoints: [
            { address: '10.244.1.7', hostname: 'db-0' },
            { address: '10.244.1.7', hostname: 'db-2' },
            { address: '10.244.1.9', hostname: 'db-1' },
          ],
        },
        { name: 'kubernetes', namespace: 'default', addresses: ['10.96.0.1'] },
        { name: 'pay', namespace: 'shop', externalName: 'pay.example.com' },
        { name: 'web', namespace: 'shop', addresses: ['10.96.1.2', 'fd00::2'] },
      ],
      nodes: ['n2', 'n1', 'n3'],
      slices: 3,
      notes: [],
    });
  });

  it('says what it left out', () => {
    const items = [API, service('new', { clusterIP: '' }), service('db', { clusterIP: 'None' })];
    const { services, notes } = read({ items });
    expect(services.map(({ name }) => name)).toEqual(['db', 'kubernetes']);
    expect(notes).toEqual([
      '1 services without an address were left out',
      'no EndpointSlice is in it, so 1 headless services have no addresses',
      'no node is named in it: nothing tells whose services these are',
    ]);
  });

  it.each([
    ['', 'the file is empty', 'svc.json'],
    ['services', 'not JSON: unexpected "services"', 'svc.json:1:1'],
    ['{"items": [', 'not JSON: it is cut short', 'svc.json:1:12'],
    ['null', 'no list of services', 'svc.json:1:1'],
    [{ kind: 'Service' }, 'no list of services', 'svc.json:1:1'],
    [{ items: [{ kind: 'Pod', metadata: { name: 'p' } }] }, 'a Pod, not a service', 'svc.json:3:3'],
    [{ items: [API, {}] }, 'not a service', /^svc.json:\d+:3$/],
    [{ items: [API, API] }, 'kubernetes.default is there twice', /^svc.json:\d+:3$/],
    [{ items: [service('web', { clusterIP: '10.96.0.2' })] }, 'the service kubernetes of', 'svc.json:1:1'],
    [{ items: [] }, 'the service kubernetes of the namespace default is missing', 'svc.json:1:1'],
    [
      { items: [service('x', { type: 'ExternalName' })] },
      'x.default has no spec.externalName',
      'svc.json:3:3',
    ],
  ])('refuses %j: %s', (value, message, place) => {
    const refused = (() => {
      try {
        return read(value);
      } catch (error) {
        return error;
      }
    })();
    expect(refused).toMatchObject({
      kind: 'usage',
      message: expect.stringContaining(message),
      place: typeof place === 'string' ? place : expect.stringMatching(place),
      expected: expect.stringMatching(/services/),
    });
  });
});
