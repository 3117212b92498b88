import { describe, expect, test } from 'vitest';
import {
  ageOf,
  headlessAgeOf,
  headlessOf,
  MOST_TABLE,
  tableOf,
  withKitServices,
} from '../../../src/actions/dns-hold/kit-services.ts';
import { parseParams } from '../../../src/actions/params.ts';
import { actionNamed } from '../../../src/actions/registry.ts';
import type { Service, ServicesSnapshot } from '../../../src/kit/services/types.ts';
import { planActionStep } from '../../../src/plan/draft.ts';
import { context, fleetNode } from '../../node/sandbox.ts';

const SERVICES: Service[] = [
  { name: 'web', namespace: 'shop', addresses: ['10.96.7.7', 'fd00:96::7'] },
  {
    name: 'db',
    namespace: 'shop',
    endpoints: [{ address: '10.244.1.7', hostname: 'db-0' }, { address: 'FD00:244::7' }],
  },
  { name: 'idle', namespace: 'shop', endpoints: [] },
  { name: 'pay', namespace: 'shop', externalName: 'pay.example.com' },
  { name: 'kubernetes', namespace: 'default', addresses: ['10.96.0.1'] },
];
const snapshot = (services = SERVICES): ServicesSnapshot => ({
  schemaVersion: 1,
  cluster: 'c1',
  takenAt: '2026-11-20T11:00:00+01:00',
  source: 'x',
  services,
});
const TABLE =
  '# 2026-11-20T10:00:00.000Z\n10.96.0.1 kubernetes.default\n10.96.7.7 web.shop\nfd00:96::7 web.shop';
const HEADLESS =
  '# 2026-11-20T10:00:00.000Z\n10.244.1.7 db-0.db.shop\n10.244.1.7 db.shop\nfd00:244::7 db.shop';
const inKit = (services?: () => ServicesSnapshot | undefined) => {
  const { cluster, ...rest } = context([fleetNode({})]);
  return { ...rest, cluster: { ...cluster, ...(services && { services }) } };
};

describe('the services of the kit', () => {
  test('are lines of addresses and names: those with an address of their own alone', () => {
    expect(tableOf(snapshot())).toBe(TABLE);
  });

  test('are taken into the plan where they are asked for', () => {
    const where = inKit(() => snapshot());
    expect(withKitServices({}, where, 'x')).toEqual({});
    expect(withKitServices({ kitServices: 'false' }, where, 'x')).toEqual({ kitServices: 'false' });
    for (const kitServices of [true, 'true'])
      expect(withKitServices({ kitServices }, where, 'x')).toEqual({ kitServices, services: TABLE });

    const now = new Date('2026-11-20T13:00:00Z');
    const request = {
      kit: { policy: { maxFailures: '0' } },
      cluster: where.cluster,
      now,
      reason: 'r',
      overrides: {},
    } as unknown as Parameters<typeof planActionStep>[1];
    const draft = { id: 's', action: 'dns-hold', params: { kitServices: true }, targets: ['n1'], place: 'x' };
    const step = planActionStep(draft, request);
    expect(step.params).toEqual({ kitServices: true, services: TABLE });
    expect(step.warnings).toEqual([ageOf(TABLE, now)]);
    expect(step.warnings![0]).toContain('as of 2026-11-20T10:00:00.000Z, 3h00m old');
    expect(step.title).toContain("the kit's services of 2026-11-20T10:00:00.000Z");
    expect(planActionStep({ ...draft, params: {} }, request).warnings).toBeUndefined();
  });

  test('headless ones are lines of every address, and of host names, in the plan with their age', () => {
    expect(headlessOf(snapshot())).toBe(HEADLESS);
    const twice = { name: 'db', namespace: 'shop', endpoints: [{ address: '::1' }, { address: '::1' }] };
    expect(headlessOf(snapshot([twice]))).toBe('# 2026-11-20T10:00:00.000Z\n::1 db.shop');

    const where = inKit(() => snapshot());
    const alone = { kitHeadless: true, headless: HEADLESS };
    expect(withKitServices({ kitHeadless: true }, where, 'x')).toEqual(alone);
    expect(withKitServices({ kitHeadless: 'true', kitServices: true }, where, 'x')).toEqual({
      kitHeadless: 'true',
      kitServices: true,
      services: TABLE,
      headless: HEADLESS,
    });
    // A plan that has its table keeps it.
    expect(withKitServices(alone, inKit(), 'x')).toBe(alone);

    const hold = actionNamed('dns-hold');
    const params = parseParams(hold, alone, 'x');
    const now = new Date('2026-11-20T13:00:00Z');
    expect(hold.warnings!(params, { now } as Parameters<NonNullable<typeof hold.warnings>>[1])).toEqual([
      headlessAgeOf(HEADLESS, now),
    ]);
    expect(headlessAgeOf(HEADLESS, now)).toContain(
      "3h00m old: no node can check their addresses; one of them may be another pod's now",
    );
  });

  test('headless ones are refused where the kit has none, or both tables are too long together', () => {
    expect(() => withKitServices({ kitHeadless: true }, inKit(), '--kit-headless')).toThrow(
      expect.objectContaining({
        message: expect.stringContaining('the kit has no services of'),
        place: '--kit-headless',
      }),
    );
    const half = Array.from({ length: 5000 }, (_, i) => {
      const service = { name: `service-${String(i).padStart(4, '0')}`, namespace: 'shop' };
      return [
        { ...service, addresses: ['10.96.0.1'] },
        { ...service, namespace: 'data', endpoints: [{ address: '10.244.0.1' }] },
      ];
    });
    const where = inKit(() => snapshot(half.flat()));
    for (const one of ['kitServices', 'kitHeadless'])
      expect(() => withKitServices({ [one]: true }, where, 'x')).not.toThrow();
    expect(() => withKitServices({ kitServices: true, kitHeadless: true }, where, 'x')).toThrow(
      expect.objectContaining({ next: 'leave out one of --kit-services and --kit-headless' }),
    );
  });

  test('are refused where the kit has none, or too many', () => {
    const none = { message: expect.stringContaining('the kit has no services of'), place: '--kit-services' };
    for (const where of [inKit(), inKit(() => undefined)])
      expect(() => withKitServices({ kitServices: true }, where, '--kit-services')).toThrow(
        expect.objectContaining(none),
      );
    const line = Buffer.byteLength('10.96.0.1 service-0000.shop\n');
    const many = Array.from({ length: Math.ceil(MOST_TABLE / line) }, (_, i) => ({
      name: `service-${String(i).padStart(4, '0')}`,
      namespace: 'shop',
      addresses: ['10.96.0.1'],
    }));
    expect(() =>
      withKitServices(
        { kitServices: true },
        inKit(() => snapshot(many)),
        'x',
      ),
    ).toThrow(expect.objectContaining({ kind: 'usage', expected: `at most ${MOST_TABLE}` }));
  });

  test.each(['10.96.0.1 a.b', '# 2026-11-20T10:00:00.000Z\n10.96.0.1 a.b\n$(id) a.b', `${TABLE}\n`])(
    'a table that no plan wrote is refused: %j',
    (services) => {
      expect(() => parseParams(actionNamed('dns-hold'), { services }, 'x')).toThrow(
        'not a table of services',
      );
      expect(() => parseParams(actionNamed('dns-hold'), { headless: services }, 'x')).toThrow(
        'not a table of services',
      );
    },
  );
});
