import { existsSync } from 'node:fs';
import { afterEach, describe, expect } from 'vitest';
import { readCluster } from '../../src/probe/read.ts';
import type { Vitals } from '../../src/probe/types.ts';
import { readVitals } from '../../src/probe/vitals.ts';
import { type ApiStandIn, apiStandIn } from '../node/control-plane/api-server.ts';
import { context, type Sandbox, SHELLS, target } from '../node/sandbox.ts';
import { test } from '../node/sandbox-test.ts';

let api: ApiStandIn | undefined;
afterEach(async () => {
  await api?.close();
  api = undefined;
});

async function read(box: Sandbox, shell: string[], apiserverPort = 6443): Promise<Vitals | undefined> {
  const { servers } = await readCluster(
    {
      now: () => new Date(),
      context: context([], { apiserverPort }),
      vitals: true,
      async reach([host], script) {
        const ran = await box.run(script.textFor(host!, 'ssh'), shell);
        expect(ran.stderr).toBe('');
        const common = { stderr: '', truncated: false, startedAt: '', endedAt: '' };
        return [{ target: 'cp1', state: 'ok', stdout: ran.stdout, ...common, result: ran.result! }];
      },
    },
    [target({ name: 'cp1', roles: ['control-plane'] })],
  );
  return servers[0]!.vitals;
}

const METRICS = `etcd_server_has_leader 1
etcd_server_is_leader 1
etcd_network_known_peers{Local="a",Remote="a"} 1
etcd_network_known_peers{Local="a",Remote="b"} 1
etcd_network_known_peers{Local="a",Remote="c"} 1
etcd_network_known_peers{Local="a",Remote="gone"} 0
etcd_network_active_peers{Local="a",Remote="b"} 2
etcd_network_active_peers{Local="a",Remote="c"} 0
etcd_disk_wal_fsync_duration_seconds_bucket{le="0.001"} 600
etcd_disk_wal_fsync_duration_seconds_bucket{le="0.002"} 980
etcd_disk_wal_fsync_duration_seconds_bucket{le="0.004"} 985
etcd_disk_wal_fsync_duration_seconds_bucket{le="0.008"} SLOW
etcd_disk_wal_fsync_duration_seconds_bucket{le="+Inf"} 1000
etcd_disk_wal_fsync_duration_seconds_count 1000
`;

/** A host without credentials whose API server does not answer, and whose etcd does. */
function etcd(box: Sandbox, metrics: string): void {
  box.file('metrics', metrics);
  box.tool(
    'curl',
    `case $* in *metrics*) cat "$SANDBOX/metrics" ;; *2381*) echo '{"health":"true"}' ;; *) exit 7 ;; esac`,
  );
}

/** An API server's process, as /proc shows it. */
function server(box: Sandbox, group: string): void {
  box.tool('curl', 'exit 7');
  box.file('/proc/uptime', '1000.00 0.00\n');
  box.file('/proc/77/comm', 'kube-apiserver\n');
  box.file('/proc/77/cgroup', group);
  box.file('/proc/77/stat', `77 (kube-apiserver) S 1 1 1 0 -1 0 0 0 0 0 1 1 0 0 20 0 1 0 40000 0 0\n`);
  box.file('/proc/77/status', 'Name:\tkube-apiserver\nVmRSS:\t 1048576 kB\n');
  box.file('/proc/meminfo', 'MemTotal:        8388608 kB\nMemFree: 1 kB\n');
}

const UID = '8a3c0ffee8a3c0ffee8a3c0ffee8a3c0';
const POD = `/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod${UID}.slice`;
const SCOPE = `${POD}/cri-containerd-a.scope`;
const GIB = 1024 ** 3;

describe.each(SHELLS.map((s) => [s[0]!, s] as const))('%s', (_name, shell) => {
  test.for(['awk', 'busybox awk'])(
    'etcd: leader, members, peers, and how long its fsyncs take, by %s',
    async (awk, { box }) => {
      box.tool('awk', `PATH=/usr/bin:/bin exec ${awk} "$@"`);
      etcd(box, METRICS.replace('SLOW', '996'));
      expect(await read(box, shell)).toEqual({
        ...{ clients: [], etcdLeads: true, etcdMembers: 3, etcdPeers: 1, etcdFsync: { ms: 8 } },
      });
      etcd(box, METRICS.replace('SLOW', '986').replace('is_leader 1', 'is_leader 0'));
      expect(await read(box, shell)).toMatchObject({ etcdLeads: false, etcdFsync: { ms: 8, over: true } });
    },
  );

  test('an etcd that tells little: nothing is made up', async ({ box }) => {
    etcd(box, 'etcd_server_has_leader 1\n');
    expect(await read(box, shell)).toBeUndefined();
  });

  test('a container in version 2: the lowest limit around it, its restarts by the names of its logs', async ({
    box,
  }) => {
    server(box, `0::${SCOPE}\n`);
    box.file(`/sys/fs/cgroup${SCOPE}/memory.max`, 'max\n');
    box.file(`/sys/fs/cgroup${POD}/memory.max`, `${2 * GIB}\n`);
    box.file('/sys/fs/cgroup/kubepods.slice/memory.max', `${6 * GIB}\n`);
    for (const log of ['3.log', '12.log', '12.log.20261129-1'])
      box.file(`/var/log/pods/kube-system_kube-apiserver-cp1_${UID}/kube-apiserver/${log}`, '');
    box.file('/var/log/pods/kube-system_kube-apiserver-cp1_0lder/kube-apiserver/40.log', '');
    const vitals = await read(box, shell);
    expect(vitals).toMatchObject({
      memoryUsed: GIB,
      memoryLimit: 2 * GIB,
      memoryOfMachine: 8 * GIB,
      restarts: 12,
    });
    const ago = Date.now() - Date.parse(vitals!.since!);
    expect(Math.abs(ago - 600_000)).toBeLessThan(15_000);
  });

  test.for([
    ['/system.slice/containerd.service/kubepods-burstable-pod1a.slice:cri-containerd:0123', 2 * GIB],
    ['kubepods-burstable-pod1a.slice:cri-containerd:0123', undefined],
  ] as const)('a group whose name has colons: %s', { timeout: 12_000 }, async ([path, limit], { box }) => {
    server(box, `3:cpu:/\n0::${path}\n`);
    if (limit) box.file(`/sys/fs/cgroup${path}/memory.max`, `${limit}\n`);
    const { memoryLimit, memoryOfMachine } = (await read(box, shell))!;
    expect({ memoryLimit, memoryOfMachine }).toEqual({ memoryLimit: limit, memoryOfMachine: 8 * GIB });
  });

  test('a unit in version 1: its limit, and its restarts by systemd', async ({ box }) => {
    server(
      box,
      '12:cpuset:/\n4:memory:/system.slice/kube-apiserver.service\n1:name=systemd:/system.slice/kube-apiserver.service\n',
    );
    const group = '/sys/fs/cgroup/memory/system.slice';
    box.file(`${group}/kube-apiserver.service/memory.limit_in_bytes`, `${3 * GIB}\n`);
    box.file(`${group}/memory.limit_in_bytes`, '9223372036854771712\n');
    box.tool('systemctl', '[ "$*" = "show -p NRestarts kube-apiserver.service" ] && echo NRestarts=4');
    expect(await read(box, shell)).toMatchObject({ memoryLimit: 3 * GIB, restarts: 4 });
  });

  test('no limit: the machine is the limit, and no number is made up', async ({ box }) => {
    server(box, '0::/init.scope\n');
    const { since: _, ...vitals } = (await read(box, shell))!;
    expect(vitals).toEqual({ clients: [], memoryUsed: GIB, memoryOfMachine: 8 * GIB });
  });

  const real = (name: string) => ['/usr/bin', '/bin'].map((dir) => `${dir}/${name}`).find(existsSync);
  test.for(['curl', 'openssl'].filter(real))(
    'the certificate that is served, and those of the kubeconfigs, by %s',
    async (tool, { box }) => {
      api = await apiStandIn('127.0.0.1');
      // Without credentials: health is asked by curl, which here is not the one that reads the certificate.
      box.tool(
        'curl',
        `case $* in *-skv*) [ ${tool} = curl ] || exit 1 ;; *2381*) exit 7 ;; esac\nexec ${real('curl')} "$@"`,
      );
      if (tool === 'openssl') box.tool('openssl', `exec ${real('openssl')} "$@"`);
      box.file('/etc/kubernetes/admin.conf', api.kubeconfig(new Date('2031-02-03T04:05:06Z')));
      box.tool('kubectl', `echo 'error: You must be logged in to the server (Unauthorized)' >&2; exit 1`);
      const vitals = await read(box, shell, api.port);
      expect(vitals!.clients).toEqual([
        { file: '/etc/kubernetes/admin.conf', until: '2031-02-03T04:05:06Z' },
      ]);
      const days = (Date.parse(vitals!.servedUntil!) - Date.now()) / 86_400_000;
      expect(Math.round(days)).toBe(365);
    },
  );
});

test('a line that is not in the form tells nothing', () => {
  const lines = [
    'vital served tomorrow',
    'vital restarts -1',
    'vital memoryUsed 1e9',
    'vital client 20310230040506 relative/path',
    'vital etcdLeads yes',
    'vital etcdFsync 8;id',
    'vital etcdMembers 3',
  ];
  expect(readVitals(lines.join('\n'))).toEqual({ clients: [], etcdMembers: 3 });
  expect(readVitals('some other line\n')).toBeUndefined();
});
