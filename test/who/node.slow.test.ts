import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import type { Target } from '../../src/kit/types.ts';
import { readWho } from '../../src/who/read.ts';
import { context, fleetNode, type Sandbox, SHELLS, target } from '../node/sandbox.ts';
import { test } from '../node/sandbox-test.ts';

const PLANES = [fleetNode({ name: 'cp1', roles: ['control-plane'], address: '10.0.0.1' }), fleetNode()];
const WORKER = target();
const SERVER = target({ name: 'cp1', roles: ['control-plane'], address: '10.0.0.1' });

/** A process as /proc shows it; `age` in seconds before 1000 s of uptime. */
function process(box: Sandbox, pid: number, comm: string, cgroup: string, age: number, cpu = 0): void {
  box.file(`/proc/${pid}/comm`, `${comm}\n`);
  box.file(`/proc/${pid}/cgroup`, `${cgroup}\n`);
  const middle = `S 1 1 1 0 -1 0 0 0 0 0 ${cpu * 60} ${cpu * 40} 0 0 20 0 1 0 ${(1000 - age) * 100}`;
  box.file(`/proc/${pid}/stat`, `${pid} (${comm}) ${middle} 0 0\n`);
}

const realAwk = execFileSync('sh', ['-c', 'command -v awk'], { encoding: 'utf8' }).trim();
const UID = '0aa5d3b6-93a5-4a5c-8b9c-0f7f2b0c1d2e';

function machine(box: Sandbox): void {
  box.file('/proc/uptime', '1000.00 0.00\n');
  process(box, 11, 'kubelet', '0::/system.slice/kubelet.service', 900, 30);
  const slice = `kubepods-besteffort-pod${UID.replaceAll('-', '_')}.slice`;
  process(
    box,
    12,
    'telemetryd',
    `0::/kubepods.slice/kubepods-besteffort.slice/${slice}/cri-containerd-a.scope`,
    60,
    5,
  );
  process(box, 13, 'telemetryd', '0::/user.slice/user-0.slice/session-1.scope', 10);
  process(box, 14, 'a b) c', '4:freezer:/x\n1:name=systemd:/machine.slice/odd.service', 5);
  box.file(`/proc/12/environ`, 'A=1\0KUBERNETES_SERVICE_HOST=10.96.0.1\0TOKEN=secret\0');
  box.file(`/var/log/pods/telemetry_telemetry-agent-x7k2p_${UID}/agent/0.log`, '');
  box.file('/etc/kubernetes/kubelet.conf', '    server: https://10.0.0.100:8443\n');
}

/** What ss says at the first and at the second moment. */
function connections(box: Sandbox, first: string[], second: string[]): void {
  box.file('first', `${first.join('\n')}\n`);
  box.file('second', `${second.join('\n')}\n`);
  box.tool(
    'ss',
    'if [ -e "$SANDBOX/asked" ]; then cat "$SANDBOX/second"; else : >"$SANDBOX/asked"; cat "$SANDBOX/first"; fi',
  );
}

const socket = (port: number, pid: number, comm: string, state = 'ESTAB') =>
  `${state} 0 0 10.0.0.11:${port} 10.96.0.1:443 users:(("${comm}",pid=${pid},fd=${port}))`;
const info = (sent: number, received: number) =>
  `\t cubic wscale:7,7 rto:204 bytes_sent:${sent} bytes_acked:${sent} bytes_received:${received} segs_out:3 segs_in:4`;

async function read(box: Sandbox, shell: string[], at: Target) {
  const who = await readWho(
    {
      now: () => new Date(),
      context: context(PLANES),
      deadlineMs: 20_000,
      async reach(targets, script) {
        const ran = await box.run(script.textFor(targets[0]!, 'ssh'), shell);
        const quiet = { stdout: '', stderr: ran.stderr, truncated: false, startedAt: '', endedAt: '' };
        const state = ran.result?.state === 'failed' ? 'failed' : 'ok';
        return [{ target: at.name, state, ...quiet, ...(ran.result && { result: ran.result }) }];
      },
    },
    [at],
  );
  return { who, node: who.nodes[0]! };
}

describe.concurrent.each(SHELLS.map((s) => [s[0]!, s] as const))('%s', (_name, shell) => {
  test.for(['awk', 'busybox awk'])(
    'counts connections, bytes, age and CPU by name, and by pod or unit, by %s',
    async (awk, { box }) => {
      machine(box);
      box.tool('awk', `exec ${awk === 'awk' ? realAwk : awk} "$@"`);
      const steady = [socket(1, 11, 'kubelet'), info(1000, 2000), socket(2, 12, 'telemetryd'), info(50, 70)];
      connections(
        box,
        [...steady, socket(9, 12, 'telemetryd'), info(1, 1)],
        [
          ...[socket(1, 11, 'kubelet'), info(1100, 2500), socket(2, 12, 'telemetryd'), info(60, 40_070)],
          ...[socket(3, 12, 'telemetryd'), info(5, 15), socket(4, 12, 'telemetryd', 'SYN-SENT'), '\t cubic'],
          ...[socket(5, 13, 'telemetryd'), info(0, 0), socket(6, 14, 'a b) c'), info(7, 8)],
          ...['TIME-WAIT 0 0 10.0.0.11:7 10.96.0.1:443 ', '\t'],
        ],
      );
      const { node } = await read(box, shell, WORKER);
      expect(node).toMatchObject({ reached: true, controlPlane: false, connections: 6, ended: 1 });
      const clients = new Map(node.clients.map((c) => [`${c.name} ${c.where.kind} ${c.where.id}`, c]));
      expect([...clients.keys()].sort()).toEqual([
        'a b) c unit odd.service',
        'kubelet unit kubelet.service',
        'telemetryd pod telemetry/telemetry-agent-x7k2p',
        'telemetryd process ',
      ]);
      // The one with most of everything comes first: what does not fit is left out.
      const pod = node.clients[0];
      expect(pod).toBe(clients.get('telemetryd pod telemetry/telemetry-agent-x7k2p'));
      const odd = clients.get('a b) c unit odd.service');
      const kubelet = clients.get('kubelet unit kubelet.service');
      expect(pod).toMatchObject({
        connections: 3,
        opened: 2,
        waiting: 1,
        sent: 66,
        received: 40_086,
        segments: 21,
      });
      expect(pod).toMatchObject({
        bytesPerSecond: 40_030,
        ageSeconds: 60,
        cpuSeconds: 5,
        processes: 1,
        named: 2,
      });
      expect(kubelet).toMatchObject({
        connections: 1,
        opened: 0,
        bytesPerSecond: 600,
        ageSeconds: 900,
        cpuSeconds: 30,
      });
      expect(odd).toMatchObject({ ageSeconds: 5, sent: 7, received: 8 });
    },
  );

  test('asks for the addresses of the control plane, the service and the kubelet, and shows nothing else of an environment', async ({
    box,
  }) => {
    machine(box);
    connections(box, [], []);
    box.tool('ss', 'printf "%s\\n" "$*" >>"$SANDBOX/filters"');
    const { node } = await read(box, shell, WORKER);
    const filter = (await box.run('cat "$SANDBOX/filters"', shell)).stdout;
    for (const address of ['10.0.0.1', '10.96.0.1', '10.0.0.100'])
      expect(filter).toContain(`dst ${address} or`);
    for (const port of [443, 6443, 8443]) expect(filter).toContain(`dport = :${port}`);
    expect(filter).not.toContain('127.0.0.1');
    expect(JSON.stringify(node)).not.toContain('secret');
    expect(node).toMatchObject({ reached: true, connections: 0 });
    // Nothing talks: the newest pod is told for its age.
    expect(node.clients).toMatchObject([
      { name: 'telemetryd', connections: 0, ageSeconds: 60, cpuSeconds: 5 },
    ]);
  });

  test("names a pod's labels where the runtime tells them", async ({ box }) => {
    machine(box);
    connections(box, [], [socket(2, 12, 'telemetryd'), info(50, 70)]);
    box.tool(
      'crictl',
      'case $* in *inspectp*) echo "app=telemetry-agent io.kubernetes.pod.uid=1 tier=x " ;; *) echo abc ;; esac',
    );
    const named = await read(box, shell, WORKER);
    expect(named.node.clients[0]!.labels).toEqual({ app: 'telemetry-agent', tier: 'x' });
    expect(named.who.offenders[0]).toMatchObject({
      where: [{ kind: 'pod', id: 'telemetry/telemetry-agent' }],
    });
  });

  // Busybox runs its own nsenter, whatever stands in PATH.
  if (shell[0] !== 'busybox')
    test('a pod with a network of its own: its sockets by their inodes, and its failed attempts', async ({
      box,
    }) => {
      machine(box);
      process(box, 15, 'pause', '0::/kubepods.slice/x', 60);
      const spaces = { self: 1, 11: 1, 12: 2, 13: 1, 14: 1, 15: 2 };
      for (const [pid, space] of Object.entries(spaces)) {
        mkdirSync(join(box.root, `proc/${pid}/ns`), { recursive: true });
        symlinkSync(`net:[${space}]`, join(box.root, `proc/${pid}/ns/net`));
        mkdirSync(join(box.root, `proc/${pid}/fd`), { recursive: true });
      }
      symlinkSync('socket:[77]', join(box.root, 'proc/12/fd/3'));
      box.tool('ss', ':');
      const snmp = (failed: number) =>
        [
          'Tcp: RtoAlgorithm RtoMin RtoMax MaxConn ActiveOpens PassiveOpens AttemptFails',
          `Tcp: 1 200 120000 -1 9 0 ${failed}`,
          '',
        ].join('\n');
      for (const pid of [12, 15]) box.file(`/proc/${pid}/net/snmp`, snmp(100));
      box.file('after', snmp(107));
      box.tool(
        'nsenter',
        [
          "echo 'ESTAB 0 0 10.244.0.5:1 10.96.0.1:443 ino:77 sk:1 cgroup:/x <->'",
          "echo ' cubic bytes_sent:1 bytes_received:2 segs_out:3'",
        ]
          .concat(['for pid in 12 15; do cp "$SANDBOX/after" "$SANDBOX/proc/$pid/net/snmp"; done'])
          .join('\n'),
      );
      const { node, who } = await read(box, shell, WORKER);
      expect(node.clients).toMatchObject([
        {
          name: 'telemetryd',
          where: { kind: 'pod' },
          connections: 1,
          opened: 0,
          sent: 1,
          received: 2,
          failed: 7,
          processes: 1,
        },
      ]);
      expect(who.offenders[0]!.reasons).toEqual([
        '7 attempts to connect failed on each node while it was read',
      ]);
    });

  test('a node without ss is not an empty answer', async ({ box }) => {
    machine(box);
    const { node } = await read(box, shell, WORKER);
    expect(node).toMatchObject({ reached: false, note: expect.stringContaining('ss is not on this node') });
  });

  test('an API host tells its peers, users, rejected flow schemas and the audit log', async ({ box }) => {
    machine(box);
    box.tool(
      'ss',
      `case $* in
      *sport*) printf '%s\\n' 'ESTAB 0 0 10.0.0.1:6443 10.0.0.11:5' '\t bytes_acked:500 x' 'ESTAB 0 0 [::ffff:10.0.0.1]:6443 [::ffff:10.0.0.11]:6' '\t bytes_acked:5 x' 'ESTAB 0 0 10.0.0.1:6443 10.0.0.12:6' '\t x' ;;
      esac`,
    );
    box.file('/etc/kubernetes/admin.conf', 'x');
    box.file('queued', QUEUED);
    box.file('metrics', METRICS);
    box.tool(
      'kubectl',
      'for path; do :; done\ncase $path in\n*dump_requests*) cat "$SANDBOX/queued" ;;\n/metrics) cat "$SANDBOX/metrics" ;;\n*) echo ok ;;\nesac',
    );
    box.file('/proc/20/cmdline', 'kube-apiserver\0--audit-log-path=/var/log/audit.log\0');
    const entry = (user: string) =>
      `{"kind":"Event","verb":"list","user":{"username":"${user}","groups":[]},"userAgent":"agent/v1 (linux)"}\n`;
    box.file('/var/log/audit.log', entry('system:serviceaccount:a:b').repeat(9) + entry('system:node:n1'));
    const { node } = await read(box, shell, SERVER);
    expect(node.served).toEqual({
      answers: true,
      connections: 3,
      addresses: 2,
      peers: [
        { name: '10.0.0.11', count: 2, bytes: 505 },
        { name: '10.0.0.12', count: 1, bytes: 0 },
      ],
      users: [
        { name: 'system:serviceaccount:a:b', count: 2 },
        { name: 'system:node:n1', count: 1 },
      ],
      rejected: [{ name: 'service-accounts', count: 30 }],
      requests: [{ name: 'LIST pods', count: 90 }],
      audit: [
        { name: 'system:serviceaccount:a:b agent/v1 (linux)', count: 90 },
        { name: 'system:node:n1 agent/v1 (linux)', count: 10 },
      ],
    });
  });

  test('an API host whose server answers nothing says so, and still tells its peers', async ({ box }) => {
    machine(box);
    connections(box, [], []);
    box.file('/etc/kubernetes/admin.conf', 'x');
    box.tool('kubectl', 'echo "The connection to the server 127.0.0.1:6443 was refused" >&2; exit 1');
    const { node } = await read(box, shell, SERVER);
    expect(node).toMatchObject({ reached: true, note: expect.stringContaining('was refused') });
    expect(node.served).toMatchObject({ answers: false, connections: 0, users: [] });
  });
});

const QUEUED = `PriorityLevelName, FlowSchemaName,   QueueIndex, RequestIndexInQueue, FlowDistingsher, ArriveTime, InitialSeats, UserName, Verb, APIPath
exempt,            <none>,           <none>,     <none>,              <none>,          <none>,     <none>,       <none>
workload-low,      service-accounts, 3,          -1,                  x,               2026,       1,            system:serviceaccount:a:b, list, /api/v1/pods
workload-low,      service-accounts, 3,          -1,                  x,               2026,       1,            system:serviceaccount:a:b, list, /api/v1/pods
workload-low,      admins,           -1,         -1,                  z,               2026,       1,            kubernetes-admin, get, /debug/api_priority_and_fairness/dump_requests
system,            system-nodes,     -1,         -1,                  y,               2026,       1,            system:node:n1, get, /api/v1/nodes/n1
`;
const METRICS = `# HELP x
apiserver_request_total{code="200",component="apiserver",resource="pods",verb="LIST"} 90
apiserver_request_total{code="200",component="apiserver",resource="nodes",verb="GET"} 10
apiserver_flowcontrol_rejected_requests_total{flow_schema="service-accounts",priority_level="workload-low",reason="queue-full"} 20
apiserver_flowcontrol_rejected_requests_total{flow_schema="service-accounts",priority_level="workload-low",reason="time-out"} 10
apiserver_flowcontrol_rejected_requests_total{flow_schema="system-nodes",priority_level="system",reason="time-out"} 0
`;
