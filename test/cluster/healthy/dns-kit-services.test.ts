import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CoreDns, startApi, stopApi } from '../coredns.ts';
import { DNS_ADDRESS } from '../dns.ts';
import { Fireaxe } from '../fireaxe.ts';
import { here } from '../here.ts';
import { kitCopy } from '../kit-copy.ts';
import { LAB, WORKERS } from '../layout.ts';
import { eventually } from '../patience.ts';
import { report } from '../report.ts';
import { settled } from '../well.ts';

const cluster = here();
const dns = new CoreDns(cluster);
const HOLD = ['dns', 'hold', '-l', 'role=worker', '--yes'];
const onWorkers = <T>(read: (at: string) => Promise<T>) => Promise.all(WORKERS.map(read));
const asked = (count: number, names: string[]) => onWorkers((at) => dns.lookUp(at, count, names));
let fireaxe: Fireaxe;

/** A node as under a proxy that writes no names: kube-proxy's rules are gone, and one rule leads the cluster's DNS to the CoreDNS here. */
const NAMELESS = `crictl ps --name '^kube-proxy$' -q | xargs crictl stop -t 0 >/dev/null
for tables in iptables ip6tables; do
  for of in nat filter mangle; do $tables-save -t $of | grep -v KUBE- | $tables-restore -T $of; done
done
nft delete table ip kube-proxy; nft delete table ip6 kube-proxy
pod=$(nsenter -t "$(pgrep -x coredns)" -n ip -4 -o addr show scope global | awk '{ sub("/.*", "", $4); print $4 }')
nft -f - <<END && echo led
table ip lab_proxy {
  chain in { type nat hook prerouting priority -100; ip daddr ${DNS_ADDRESS} udp dport 53 dnat to $pod; }
  chain out { type nat hook postrouting priority 100; ct status dnat masquerade; }
}
END`;

beforeEach(async () => {
  await settled(cluster);
  await dns.start();
  fireaxe = new Fireaxe(cluster, kitCopy(cluster, 'kit-services', {}));
});

afterEach(async () => {
  await onWorkers((at) => cluster.sh(at, 'nft delete table ip lab_proxy'));
  await startApi(cluster);
  await fireaxe.restore();
  await settled(cluster);
  for (const at of WORKERS) await dns.proxy(at, 'iptables');
  await dns.stop();
});

test("where a node's rules tell no names, CoreDNS answers by those of the kit", async () => {
  const services = await dns.services();
  const file = join(cluster.facts.folder.dir, 'services.json');
  writeFileSync(file, await cluster.asked('get services,endpointslices -A -o json'));
  const words = ['kit', 'import', 'services', '-c', LAB, '--kubectl', file, '--yes'];
  const { code, stderr } = await fireaxe.run(...words);
  expect(code, stderr).toBe(0);

  await stopApi(cluster);
  expect(await onWorkers((at) => cluster.sh(at, NAMELESS, 60_000))).toEqual(WORKERS.map(() => 'led'));
  await dns.kill();
  await eventually('CoreDNS listens again, and knows no name', async () =>
    (await asked(4, services)).every(({ SERVFAIL }) => SERVFAIL === 4),
  );
  const without = await fireaxe.run(...HOLD, '--reason', 'cluster test', '--output', 'json');
  expect(without.stdout).toContain('"no-names"');

  const began = Date.now();
  await fireaxe.change([...HOLD, '--kit-services']);
  const seconds = Math.round((Date.now() - began) / 1000);
  const seen = await asked(1000, services);
  report('dns hold --kit-services', [
    `${services.length} services after ${seconds} s; 1,000 questions each: ${JSON.stringify(seen)}`,
  ]);
  expect(seen).toEqual(WORKERS.map(() => ({ right: 1000 })));

  await fireaxe.undo('--yes');
  expect(await asked(20, services)).toEqual(WORKERS.map(() => ({ SERVFAIL: 20 })));
});
