import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CoreDns, startApi, stopApi } from '../coredns.ts';
import { DNS_ADDRESS } from '../dns.ts';
import { Fireaxe } from '../fireaxe.ts';
import { full } from '../full.ts';
import { here } from '../here.ts';
import { WORKERS } from '../layout.ts';
import { eventually } from '../patience.ts';
import { settled } from '../well.ts';

const cluster = here();
const fireaxe = new Fireaxe(cluster);
const dns = new CoreDns(cluster);
const HOLD = ['dns', 'hold', '-l', 'role=worker', '--yes'];
/** Only the table of a hold has it. */
const MARK = 'hold.fireaxe.svc.cluster.local=192.0.2.1';

const onWorkers = <T>(read: (at: string) => Promise<T>) => Promise.all(WORKERS.map(read));
const asked = (count: number, names: string[]) => onWorkers((at) => dns.lookUp(at, count, names));
const right = (count: number) => WORKERS.map(() => ({ right: count }));

describe('dns hold', () => {
  beforeEach(async () => {
    await settled(cluster);
    // One worker of each mode: w1 keeps iptables.
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

  test('names answer again after CoreDNS restarted without the API, until it has it again', async () => {
    const services = await dns.services();
    expect(services).toContain(`kube-dns.kube-system.svc.cluster.local=${DNS_ADDRESS}`);
    expect(await asked(100, services)).toEqual(right(100));
    const volumes = await onWorkers((at) => dns.volume(at));

    await stopApi(cluster);
    // It answers from what it has watched, so a hold only watches it.
    expect(await asked(100, services)).toEqual(right(100));
    await dns.kill();
    await eventually('CoreDNS listens again', async () =>
      (await asked(4, services)).every(({ SERVFAIL }) => SERVFAIL === 4),
    );
    expect(await asked(100, services)).toEqual(WORKERS.map(() => ({ SERVFAIL: 100 })));

    const began = Date.now();
    await fireaxe.change(HOLD);
    console.log(`dns hold: ${services.length} services after ${Math.round((Date.now() - began) / 1000)} s`);
    expect(await asked(1000, services)).toEqual(right(1000));
    expect(await onWorkers((at) => dns.volume(at))).toEqual(volumes);

    if (full) {
      await dns.kill();
      await eventually('a CoreDNS that restarts answers by the table, too', async () =>
        (await asked(4, services)).every((one) => one.right === 4),
      );
    }

    await fireaxe.undo('--yes');
    expect(await asked(20, services)).toEqual(WORKERS.map(() => ({ SERVFAIL: 20 })));
    expect(await onWorkers((at) => dns.volume(at))).toEqual(volumes);

    await fireaxe.change([...HOLD, '--until-synced']);
    expect(await asked(20, [MARK])).toEqual(right(20));
    await startApi(cluster);
    await eventually(
      'CoreDNS answers by itself',
      async () => (await asked(4, [MARK])).every(({ NXDOMAIN }) => NXDOMAIN === 4),
      120_000,
    );
    expect(await asked(100, services)).toEqual(right(100));
    await eventually('the hold is over', async () =>
      (
        await onWorkers((at) => cluster.sh(at, 'ls -d /run/fireaxe/dns-hold; pgrep -f dns-hold/watch.sh'))
      ).every((left) => left === ''),
    );
    expect(await onWorkers((at) => dns.volume(at))).toEqual(volumes);
  });
});
