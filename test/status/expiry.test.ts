import { expect, test } from 'vitest';
import type { ServerReading, Vitals } from '../../src/probe/types.ts';
import { expiring } from '../../src/status/expiry.ts';

const AT = '2026-11-29T04:00:00Z';
const host = (node: string, vitals?: Vitals): ServerReading => ({
  ...{ node, reached: true, livez: 'ok', readyz: 'ok', failing: [] },
  ...(vitals && { vitals }),
});
const of = (...servers: ServerReading[]) => expiring({ at: AT, servers, answering: 1, of: 1 });

test('certificates with less than 30 days left, the first to end in front', () => {
  const file = '/etc/kubernetes/admin.conf';
  expect(
    of(
      host('cp1', {
        servedUntil: '2026-12-29T04:00:00Z',
        clients: [{ file, until: '2026-12-05T04:00:00Z' }],
      }),
      host('cp2', {
        servedUntil: '2026-11-28T03:00:00Z',
        clients: [{ file, until: '2026-12-03T04:00:01Z' }],
      }),
      host('cp3'),
    ),
  ).toEqual([
    { what: "the API server's certificate", nodes: ['cp2'], until: '2026-11-28T03:00:00Z', days: -2 },
    { what: `the certificate in ${file}`, nodes: ['cp1', 'cp2'], until: '2026-12-03T04:00:01Z', days: 4 },
  ]);
});
