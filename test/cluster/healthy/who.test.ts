import { beforeEach, expect, test } from 'vitest';
import type { Status } from '../../../src/status/types.ts';
import type { Offender, Who } from '../../../src/who/types.ts';
import { Fireaxe } from '../fireaxe.ts';
import { here } from '../here.ts';
import { connectionsTo } from '../truth.ts';
import { settled } from '../well.ts';

const cluster = here();
const fireaxe = new Fireaxe(cluster);

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
  const { code, json } = await fireaxe.run('who', '--output', 'json');
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

test('status says that a healthy cluster is healthy', async () => {
  const { code, json } = await fireaxe.run('status', '--output', 'json');
  const { verdict, standing, servers } = (json as unknown as { status: Status }).status;
  expect(verdict).toMatchObject({ state: 'healthy' });
  expect(standing).toEqual([]);
  expect(servers).toMatchObject({ answering: 3, of: 3, leases: { of: 5 + cluster.facts.hollow.length } });
  expect(code).toBe(0);
});
