import { describe, expect, test } from 'vitest';
import { dnsCheckLines, dnsIsWell } from '../../src/cli/format/dns-check.ts';
import { dnsCheckOf } from '../../src/status/dns-check.ts';

const asked = 'dns 10.96.0.10 service NOERROR NXDOMAIN\n';
const w1 = {
  node: 'w1',
  state: 'ok' as const,
  stdout: `${asked}coredns 10.244.1.5 NXDOMAIN\nname 10.96.0.10 db.shop.svc.cluster.local NOERROR\ntable 3004 1122 0\n`,
};
const w2 = {
  node: 'w2',
  state: 'ok' as const,
  stdout: `${asked}coredns 10.244.2.5 SERVFAIL\nname 10.96.0.10 db.shop.svc.cluster.local SERVFAIL\ntable 3001 3344 2\n`,
};

describe('dns check', () => {
  test('tells each CoreDNS by the name that only a hold has, and what to do for one that fails', () => {
    const check = dnsCheckOf([w1, w2]);
    expect(check.servers.map(({ state }) => state)).toEqual(['knows', 'fails']);
    expect(dnsIsWell(check)).toBe(false);
    expect(dnsCheckLines('prod-1', check)).toEqual([
      'dns: 10.96.0.10 (service) answered 2 of 2 nodes',
      "CoreDNS: 10.244.1.5 on w1 knows the cluster's names; without the API, until it restarts",
      "CoreDNS: 10.244.2.5 on w2 does not know the cluster's names (SERVFAIL)",
      'db.shop.svc.cluster.local: NOERROR on 1, SERVFAIL on 1 (w2)',
      'proxy rules: 3004 names on 1 node (w1)',
      'proxy rules: 3001 names on 1 node (w2); 2 differ between nftables and iptables',
      'proxy rules: they differ between nodes',
      "next: fireaxe dns hold -c prod-1 --nodes w2 --until-synced --reason 'names fail'",
    ]);
  });

  test('tells of a cache on each node what is only a cache, and for how long', () => {
    const cache = (node: string, line: string) => ({
      ...{ node, state: 'ok' as const },
      stdout: `dns 169.254.20.10 node-local NOERROR NXDOMAIN\ncache 169.254.20.10 ${line}\n`,
    });
    const check = dnsCheckOf([
      cache('w1', 'NXDOMAIN - fresh'),
      cache('w2', 'SERVFAIL 23 fresh'),
      cache('w3', 'SERVFAIL - fresh'),
      cache('w4', 'SERVFAIL 0 stale'),
      cache('w5', 'NOERROR - stale'),
      cache('w6', 'SERVFAIL x fresh'),
      cache('w7', 'SERVFAIL ? fresh'),
      cache('w8', 'no-answer 12 fresh'),
      cache('w9', 'unreachable - fresh'),
    ]);
    expect(check.caches.map(({ state, left }) => [state, left])).toEqual([
      ['knows', undefined],
      ['fails', 23],
      ['fails', undefined],
      ['fails', 0],
      ['held', undefined],
      ['fails', 'not-known'],
      ['fails', 12],
      ['silent', undefined],
    ]);
    expect(dnsIsWell(check)).toBe(false);
    const only = "is only a cache: no CoreDNS that it asks knows the cluster's names (SERVFAIL)";
    expect(dnsCheckLines('prod-1', check).slice(1)).toEqual([
      "cache: 169.254.20.10 on w1 gets the cluster's names from a CoreDNS; without one, it is only a cache",
      `cache: 169.254.20.10 on w2 ${only}; it answers kubernetes.default for 23s more`,
      `cache: 169.254.20.10 on w3 ${only}; it has no answer for kubernetes.default left`,
      `cache: 169.254.20.10 on w4 ${only}; it answers kubernetes.default by an answer whose time is over; it has serve_stale, by which it may answer longer`,
      'cache: 169.254.20.10 on w5 answers by the table of a hold',
      `cache: 169.254.20.10 on w7 ${only}; how long it still answers is not known`,
      `cache: 169.254.20.10 on w8 ${only.replace('SERVFAIL', 'no-answer')}; it answers kubernetes.default for 12s more`,
      'cache: 169.254.20.10 on w9 does not answer (unreachable)',
      'CoreDNS: none runs on the nodes that were asked',
      "next: fireaxe dns hold -c prod-1 --nodes w[2-4,7-8] --until-synced --reason 'names fail'",
    ]);
  });

  test('is well where every node is answered, by CoreDNS itself or by the table of a hold', () => {
    expect(dnsIsWell(dnsCheckOf([w1]))).toBe(true);
    const held = {
      ...w1,
      stdout: w1.stdout.replace('5 NXDOMAIN', '5 NOERROR').replace('NOERROR NXDOMAIN', 'NOERROR SERVFAIL'),
    };
    expect(dnsCheckOf([held]).servers[0]!.state).toBe('held');
    expect(dnsIsWell(dnsCheckOf([held]))).toBe(true);
  });

  test('is not well where a node did not tell, or nothing was asked', () => {
    const lost = { node: 'w3', state: 'timed-out' as const, stdout: '' };
    expect(dnsIsWell(dnsCheckOf([w1, lost]))).toBe(false);
    expect(dnsCheckLines('prod-1', dnsCheckOf([w1, lost]))).toContain('not read: w3 (timed-out)');
    expect(dnsIsWell(dnsCheckOf([]))).toBe(false);
  });

  test('leaves out lines of a node in another form', () => {
    const odd = `coredns 10.0.0.1\u001b[2J NXDOMAIN\nname 1.1.1.1 a;b NOERROR\ntable 99999999 1 0\ntable 5 x 0\n`;
    const check = dnsCheckOf([{ node: 'evil', state: 'ok', stdout: odd }]);
    expect(check).toMatchObject({ servers: [], names: [], tables: [] });
  });
});
