import { beforeEach, expect, test } from 'vitest';
import type { Status } from '../../../src/status/types.ts';
import type { Offender, Who } from '../../../src/who/types.ts';
import { DNS_ADDRESS, Dns } from '../dns.ts';
import { Fireaxe } from '../fireaxe.ts';
import { here } from '../here.ts';
import { eventually } from '../patience.ts';
import { connectionsTo } from '../truth.ts';
import { settled } from '../well.ts';

const cluster = here();
const fireaxe = new Fireaxe(cluster);
/** For nodes with cores of their own the usual deadline is enough; these share the cores of one machine. */
const PATIENT = ['--timeout', '60s', '--output', 'json'];

beforeEach(() => settled(cluster));

/** Processes, files and rules that a reading could leave behind. */
const picture = async (name: string) =>
  cluster.sh(
    name,
    'find /etc /run/fireaxe -type f -exec cksum {} + 2>/dev/null | sort; nft list ruleset | grep -v counter; systemctl list-units --plain --no-legend "fireaxe*"',
  );

test('on a healthy cluster nothing stands out, and a reading leaves nothing behind', async () => {
  const machines = ['cp1', 'w1'];
  const before = await Promise.all(machines.map(picture));
  const { code, json } = await fireaxe.run('who', ...PATIENT);
  expect(await Promise.all(machines.map(picture))).toEqual(before);
  const who = (json as unknown as { who: Who & { offenders: (Offender & { standsOut?: boolean })[] } }).who;
  expect(code).toBe(0);
  expect(who.nodes.filter(({ reached }) => !reached)).toEqual([]);
  expect(who.offenders.filter(({ reasons }) => reasons.length > 0)).toEqual([]);
  const names = who.offenders.map(({ name }) => name);
  expect(names).toContain('kubelet');
  expect(names).toContain('kube-proxy');
  // The server's own view agrees with ss.
  for (const { node, served } of who.nodes.filter((one) => one.served)) {
    expect(served).toMatchObject({ answers: true });
    const connections = (await connectionsTo(cluster, node)).length;
    expect(Math.abs(served!.connections - connections)).toBeLessThanOrEqual(0.5 * connections);
  }
});

async function status() {
  const { code, json } = await fireaxe.run('status', ...PATIENT);
  return { code, ...(json as unknown as { status: Status }).status };
}

test('status says that a healthy cluster is healthy, and that its DNS is gone', async () => {
  const dns = new Dns(cluster);
  await dns.start();
  try {
    await healthy(dns.address);
  } finally {
    await dns.stop();
  }
  await eventually('no DNS', async () => (await status()).dns.percent === 0, 60_000);
  expect((await status()).verdict).toMatchObject({ state: 'degraded', text: expect.stringContaining('DNS') });
});

/** A server that is slow to answer, as on a busy machine, is not asked for more, and its reading lacks that. */
async function wholeReading() {
  let seen!: Awaited<ReturnType<typeof status>>;
  const whole = ({ vitals }: Status['servers']['servers'][number]) =>
    vitals?.servedUntil && vitals.etcdFsync && vitals.etcdMembers;
  await eventually(
    'a whole reading of a healthy cluster',
    async () => {
      seen = await status();
      if (seen.verdict.state === 'healthy' && seen.dns.percent === 100 && seen.servers.servers.every(whole))
        return true;
      throw new Error(JSON.stringify(seen));
    },
    240_000,
  );
  return seen;
}

async function healthy(dnsAt: string) {
  const { code, verdict, standing, servers, dns, expiring } = await wholeReading();
  expect(verdict, JSON.stringify({ verdict, standing })).toMatchObject({ state: 'healthy' });
  expect(expiring).toEqual([]);
  // The service's address by the kubelet's configuration, and the server behind it by kube-proxy's rules.
  expect(dns.addresses.map(({ address, kind, codes }) => [address, kind, codes])).toEqual([
    [DNS_ADDRESS, 'service', {}],
    [dnsAt, 'pod', {}],
  ]);
  for (const { vitals, etcdBytes } of servers.servers) {
    expect(vitals).toMatchObject({
      restarts: expect.any(Number),
      memoryUsed: expect.any(Number),
      etcdMembers: 3,
      etcdPeers: 2,
    });
    expect(Date.parse(vitals!.servedUntil!)).toBeGreaterThan(Date.now());
    expect(vitals!.clients.length).toBeGreaterThan(0);
    expect(vitals!.etcdFsync!.ms).toBeGreaterThan(0);
    expect(etcdBytes).toBeGreaterThan(0);
  }
  expect(servers.servers.filter(({ vitals }) => vitals?.etcdLeads)).toHaveLength(1);
  expect(standing).toEqual([]);
  expect(servers).toMatchObject({ answering: 3, of: 3, leases: { of: 5 + cluster.facts.hollow.length } });
  expect(code).toBe(0);
}
