import { expect, test } from 'vitest';
import { vitalLines } from '../../../src/cli/format/vitals.ts';
import type { ClusterReading, ServerReading, Vitals } from '../../../src/probe/types.ts';
import type { Dns } from '../../../src/status/dns.ts';

const GIB = 1024 ** 3;
const NOT_ASKED: Dns = { asked: 0, noTool: [], addresses: [] };

function lines(vitals: Vitals | undefined, over: Partial<ServerReading> = {}, dns = NOT_ASKED): string[] {
  const server: ServerReading = {
    ...{ node: 'cp1', reached: true, livez: 'ok', readyz: 'ok', failing: [], ...over },
    ...(vitals && { vitals }),
  };
  const reading: ClusterReading = { at: '2026-11-29T04:00:00Z', servers: [server], answering: 1, of: 1 };
  return vitalLines(reading, dns);
}

test('a server with all that can be known, and its etcd member', () => {
  const vitals: Vitals = {
    ...{ servedUntil: '2026-12-10T04:00:00Z', clients: [], since: '2026-11-29T03:00:00Z', restarts: 12 },
    ...{ memoryUsed: 3 * GIB, memoryLimit: 4 * GIB, memoryOfMachine: 16 * GIB },
    ...{ etcdLeads: true, etcdMembers: 3, etcdPeers: 1, etcdFsync: { ms: 128 } },
  };
  expect(lines(vitals, { etcd: 'ok', etcdBytes: 1.5 * GIB, etcdQuota: 2 * GIB })).toEqual([
    'server cp1: memory 3.0 GiB, 75% of its limit of 4.0 GiB; running since 2026-11-29T03:00:00Z, restarted 12 times; its certificate is valid until 2026-12-10',
    'etcd cp1: leader; 3 members, connected to 1 of 2 others; database 1.5 GiB of 2.0 GiB (75%); 99% of fsyncs since its start took at most 128ms',
    "WARNING: the API server's certificate on cp1 expires in 11 days, on 2026-12-10",
    'dns: not asked: no node told an address of the cluster DNS',
  ]);
});

test('what is not known is left out', () => {
  const [first, ...rest] = lines({ clients: [], memoryUsed: 512 * 1024 ** 2, memoryOfMachine: 2 * GIB });
  expect(first).toBe("server cp1: memory 512 MiB, 25% of the machine's 2.0 GiB, no limit of its own");
  expect(rest).toHaveLength(1);
  expect(lines(undefined)).toHaveLength(1);
  expect(lines({ clients: [] }, { etcd: 'no-answer', etcdBytes: 1 })).toHaveLength(1);
});

test('DNS: each address, what a cache hides, and where nothing can ask', () => {
  const dns: Dns = {
    ...{ asked: 4, noTool: ['n9'] },
    addresses: [
      { address: '10.96.0.10', kind: 'service', asked: 4, answered: 4, fresh: 4, codes: {}, nodes: [] },
      {
        ...{ address: '169.254.20.10', kind: 'node-local', asked: 4, answered: 4, fresh: 1 },
        ...{ codes: { SERVFAIL: 3 }, nodes: ['n1', 'n2', 'n3'] },
      },
    ],
  };
  expect(lines(undefined, {}, dns)).toEqual([
    'dns: 10.96.0.10 (service) answered 4 of 4 nodes',
    'dns: 169.254.20.10 (cache on each node) answered 4 of 4 nodes, 1 for a name that no cache has (3 SERVFAIL: n[1-3])',
    'dns: not asked on 1 node without bash, dig or nslookup (n9)',
  ]);
});
