import { EventEmitter } from 'node:events';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Link } from '../../src/transport/ssh/dial.ts';
import { createStanding } from '../../src/transport/ssh/standing.ts';
import { Unreached } from '../../src/transport/unreached.ts';
import { target } from './subjects.ts';

const REFUSED = new Unreached({ code: 'refused', message: 'connection refused (10.0.0.1 port 22)' });

/** A host that refuses, or whose connections last so long (ms). */
type Host = 'refuses' | number;

async function read(hosts: Host[], everyMs: number) {
  let clock = 0;
  const standing = createStanding(() => clock);
  const asked: number[] = [];
  let said = '';
  let ends = Number.POSITIVE_INFINITY;
  let client = new EventEmitter();
  while (clock < 300_000) {
    if (clock >= ends) {
      ends = Number.POSITIVE_INFINITY;
      client.emit('close');
    }
    await standing
      .take(target(), async () => {
        const host = hosts[asked.length % hosts.length]!;
        asked.push(clock);
        if (host === 'refuses') throw REFUSED;
        client = new EventEmitter();
        ends = clock + host;
        return { client, end: () => {} } as unknown as Link;
      })
      .catch((error: Unreached) => {
        said = error.reason.message;
      });
    clock += everyMs;
  }
  return { asked, said };
}

it('asks for few new connections in any half minute, whatever becomes of them', async () => {
  const host = fc.oneof(fc.constant<Host>('refuses'), fc.integer({ min: 0, max: 60_000 }));
  await fc.assert(
    fc.asyncProperty(
      fc.array(host, { minLength: 1, maxLength: 8 }),
      fc.integer({ min: 100, max: 3000 }),
      async (hosts, everyMs) => {
        const { asked } = await read(hosts, everyMs);
        const most = Math.max(
          ...asked.map((from) => asked.filter((at) => at >= from && at < from + 30_000).length),
        );
        // Of the six that are common, three at least are left to the operator, but for one that was just lost.
        expect(most).toBeLessThanOrEqual(4);
      },
    ),
    { numRuns: 100 },
  );
});

it('keeps one that lasts, and says why there is none', async () => {
  expect((await read([1_000_000], 2000)).asked).toEqual([0]);
  const { asked, said } = await read(['refuses'], 1000);
  expect(asked.slice(0, 5)).toEqual([0, 5000, 15_000, 30_000, 45_000]);
  expect(said).toMatch(/^connection refused \(10\.0\.0\.1 port 22\); next attempt in \d+s$/);
});

it('replaces a good one at once when it is lost', async () => {
  expect((await read([40_000, 1_000_000], 1000)).asked).toEqual([0, 40_000]);
});
