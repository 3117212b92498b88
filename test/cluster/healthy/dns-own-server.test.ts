import { afterEach, beforeEach, expect, test } from 'vitest';
import { CoreDns, startApi, stopApi } from '../coredns.ts';
import { Fireaxe } from '../fireaxe.ts';
import { here } from '../here.ts';
import { WORKERS } from '../layout.ts';
import { eventually } from '../patience.ts';
import { report } from '../report.ts';
import { settled } from '../well.ts';

const cluster = here();
const fireaxe = new Fireaxe(cluster);
const dns = new CoreDns(cluster);
const onWorkers = <T>(read: (at: string) => Promise<T>) => Promise.all(WORKERS.map(read));
const asked = (count: number, names: string[]) => onWorkers((at) => dns.lookUp(at, count, names));

/** Where a server of a hold's own would leave something. */
const picture = (at: string) =>
  cluster.sh(
    at,
    `ip -o addr show dev lo; nft list tables | grep fireaxe; iptables-save | grep -i fireaxe
    ls -l /etc/kubernetes/manifests; ls -d /run/fireaxe/dns-hold; systemctl list-units --all --plain --no-legend 'fireaxe*'
    pgrep -x coredns; crictl pods --name fireaxe-dns-hold -q; echo read`,
  );

beforeEach(async () => {
  await settled(cluster);
  await dns.start();
  await dns.proxy('w2', 'nftables');
});

afterEach(async () => {
  await startApi(cluster);
  await fireaxe.restore();
  await settled(cluster);
  await dns.proxy('w2', 'iptables');
  await dns.stop();
});

test('where no CoreDNS lives, each node answers its pods by a server of its own, and nothing of it stays', async () => {
  const services = await dns.services();
  await stopApi(cluster);
  // A kubelet that runs since before would start its pod again.
  const end = 'systemctl restart kubelet && crictl pods --label k8s-app=kube-dns -q | xargs crictl rmp -f';
  await onWorkers((at) => cluster.sh(at, end, 60_000));
  expect(await onWorkers((at) => cluster.sh(at, 'pgrep -x coredns'))).toEqual(WORKERS.map(() => ''));
  expect(await asked(20, services)).toEqual(WORKERS.map(() => ({ 'no answer': 20 })));
  const before = await onWorkers(picture);

  const began = Date.now();
  await fireaxe.change(['dns', 'hold', '-l', 'role=worker', '--own-server', '--yes']);
  const seconds = Math.round((Date.now() - began) / 1000);
  const seen = await asked(1000, services);
  report('dns hold --own-server', [
    `${services.length} services after ${seconds} s; 1,000 questions each: ${JSON.stringify(seen)}`,
  ]);
  expect(seen).toEqual(WORKERS.map(() => ({ right: 1000 })));

  await fireaxe.undo('--yes');
  expect(await asked(20, services)).toEqual(WORKERS.map(() => ({ 'no answer': 20 })));
  // The kubelet may take its time to forget the pod.
  await eventually('the nodes are as before', async () => {
    expect(await onWorkers(picture)).toEqual(before);
    return true;
  });
});
