import { afterEach, expect, test } from 'vitest';
import { Services } from '../../../src/drill/cluster/services.ts';
import type { Resolved } from '../../../src/drill/dns/cluster-dns.ts';
import { createRandom } from '../../../src/drill/random.ts';
import { CLOCKS } from '../../../src/drill/time-scale.ts';

let services: Services | undefined;
afterEach(() => services?.stop());

/** The calls of one node after a lifetime of names in which DNS says this: 10 requests a second. */
function after(resolved: Resolved, carried = 1) {
  services = new Services({
    node: { running: () => true },
    retryMs: 100,
    names: 5,
    callsPerSecond: () => 10,
    carried: () => carried,
    resolve: () => resolved,
    random: createRandom(1, 'services'),
  });
  const began = Date.now();
  for (let ms = 250; ms <= CLOCKS.dnsTtl; ms += 250) services.pass(began + ms);
  return services.calls();
}

const ALL = (10 * CLOCKS.dnsTtl) / 1000;

test('while names resolve no request is lost', () => {
  const calls = after({ now: true, unheld: true });
  expect(calls).toMatchObject({ lost: 0, lostUnheld: 0, withoutEndpoint: 0 });
  expect(calls.served).toBeCloseTo(ALL, 0);
});

test('without a table of names nothing counts as saved', () => {
  const { lost, lostUnheld } = after({ now: false, unheld: false });
  expect(lost).toBeGreaterThan(ALL / 4);
  expect(lostUnheld).toBe(lost);
});

test('what a table of names saves is what would have been lost without it', () => {
  const { lost, lostUnheld } = after({ now: true, unheld: false });
  expect(lost).toBe(0);
  expect(lostUnheld).toBeGreaterThan(ALL / 4);
});

test('a request that no endpoint takes is lost with and without a table', () => {
  const { lost, lostUnheld, withoutEndpoint } = after({ now: true, unheld: true }, 0.5);
  expect(lost).toBeCloseTo(ALL / 2, 0);
  expect(withoutEndpoint).toBeCloseTo(lost);
  expect(lostUnheld).toBeCloseTo(lost);
});
