import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { errorShare, readCluster } from '../../src/probe/read.ts';
import { probeScript } from '../../src/probe/script.ts';
import type { ServerReading } from '../../src/probe/types.ts';
import type { Outcome } from '../../src/transport/types.ts';
import { context, Sandbox, SHELLS, target } from '../node/sandbox.ts';

let box: Sandbox;
beforeEach(() => {
  box = new Sandbox();
});
afterEach(() => box.remove());

const METRICS = `# HELP x
apiserver_current_inflight_requests{request_kind="mutating"} 7
apiserver_current_inflight_requests{request_kind="readOnly"} 90
apiserver_request_total{code="200",verb="GET"} 1.5e+03
apiserver_request_total{code="429",verb="LIST"} 400
apiserver_request_total{code="503",verb="LIST"} 100
apiserver_flowcontrol_rejected_requests_total{reason="queue-full"} 33
process_resident_memory_bytes 2.147483648e+09
process_start_time_seconds 1.7e+09
`;

/** A kubectl whose server answers what the case says. */
function kubectl(cases: string): void {
  box.file('/etc/kubernetes/admin.conf', 'x');
  box.file('metrics', METRICS);
  box.tool('kubectl', `for path; do :; done\ncase $path in\n${cases}\nesac`);
}

/** A node's lease as the API tells it, renewed so many seconds ago. */
function lease(node: string, ago: number, seconds = 40): string {
  const renewTime = new Date(Date.now() - ago * 1000).toISOString().replace('Z', '000Z');
  return JSON.stringify({
    metadata: {
      name: node,
      managedFields: [{ fieldsV1: { 'f:spec': { 'f:leaseDurationSeconds': {}, 'f:renewTime': {} } } }],
    },
    spec: { holderIdentity: node, leaseDurationSeconds: seconds, acquireTime: null, renewTime },
  });
}

async function read(shell: string[], more: { leases?: boolean } = {}) {
  const host = target({ name: 'cp1', roles: ['control-plane'] });
  const where = context([]);
  return readCluster(
    {
      now: () => new Date(),
      context: where,
      ...more,
      reach: async (targets, script) => {
        const ran = await box.run(script.textFor(targets[0]!, 'ssh'), shell);
        return [
          {
            target: 'cp1',
            state: 'ok',
            stdout: '',
            stderr: ran.stderr,
            truncated: false,
            startedAt: '',
            endedAt: '',
            ...(ran.result && { result: ran.result }),
          },
        ];
      },
    },
    [host],
  );
}

describe.each(SHELLS.map((s) => [s.join(' '), s] as const))('%s', (_name, shell) => {
  test.each(['awk', 'busybox awk'])('how many leases are fresh by their own time, by %s', async (awk) => {
    const items = [
      lease('a', 5),
      lease('b', 35),
      lease('c', 120),
      lease('d', 7, 5),
      '{"spec":{"leaseDurationSeconds":40}}',
    ];
    box.file('leases', `{"kind":"LeaseList","items":[${items.join(',')}]}`);
    box.tool('awk', `PATH=/usr/bin:/bin exec ${awk} "$@"`);
    kubectl('*leases*) cat "$SANDBOX/leases" ;;\n*metrics) cat "$SANDBOX/metrics" ;;\n*) echo ok ;;');
    expect((await read(shell, { leases: true })).leases).toEqual({ fresh: 2, of: 5 });
    expect((await read(shell)).leases).toBeUndefined();
    kubectl('*leases*) echo "Error from server (Forbidden)" >&2; exit 1 ;;\n*) echo ok ;;');
    expect(await read(shell, { leases: true })).toMatchObject({
      leasesUnread: 'these credentials may not list leases',
    });
  });

  test('counts stay in the result however much is in force and failing', async () => {
    const long = 'r'.repeat(80);
    for (const [top, step] of [
      ['fireaxe', 'a'],
      ['fireaxe_cordon', 'b'],
    ]) {
      box.file(`/run/fireaxe/${top}.top`, `${box.root}/run/fireaxe/${long}/${step}\n`);
      box.file(`/run/fireaxe/${long}/${step}/stands`, '');
      box.file(`/run/fireaxe/${long}/${step}/intent`, 'n 1790000000\n');
    }
    for (const name of ['kube-controller-manager', 'kube-scheduler', 'cluster-autoscaler']) {
      box.file(`/etc/kubernetes/fireaxe-paused/.${name}.yaml.note`, `${long}/c\n`);
      box.file(`/etc/kubernetes/fireaxe-paused/${name}.yaml`, '');
    }
    box.tool(
      'nft',
      `[ "$*" != 'list tables' ] || printf 'table inet fireaxe\\ntable inet fireaxe_cordon\\n'`,
    );
    box.tool('ss', 'echo a');
    box.tool('curl', `echo '{"health":"false","reason":"${'slow disk '.repeat(30)}"}'`);
    box.file('leases', `{"items":[${lease('a', 5)},${lease('b', 90)}]}`);
    const failing = Array.from({ length: 12 }, (_, i) => `[-]poststarthook/some-controller-${i} failed`);
    kubectl(
      `*leases*) cat "$SANDBOX/leases" ;;\n*metrics) cat "$SANDBOX/metrics" ;;\n*readyz*) echo '${failing.join('\\n')}' >&2; exit 1 ;;\n*) echo ok ;;`,
    );
    const reading = await read(shell, { leases: true });
    expect(reading.leases).toEqual({ fresh: 1, of: 2 });
    expect(reading.servers[0]).toMatchObject({
      readyz: 'failing',
      requests: 2000,
      etcd: 'failing',
      connections: 1,
    });
    const kinds = new Set(reading.servers[0]!.inForce?.map(({ kind }) => kind));
    expect([...kinds]).toEqual(['fenced', 'cordoned', 'paused']);
    expect(reading.servers[0]!.failing).not.toEqual([]);
  });

  test('a well server', async () => {
    kubectl(
      '*metrics) cat "$SANDBOX/metrics" ;;\n*readyz*) echo "[+]ping ok"; echo "readyz check passed" ;;\n*) echo ok ;;',
    );
    box.tool('ss', 'echo a; echo b; echo c');
    box.tool('curl', `echo '{"health":"true"}'`);
    const reading = await read(shell);
    expect(reading).toMatchObject({ answering: 1, of: 1 });
    expect(reading.servers[0]).toMatchObject({
      reached: true,
      livez: 'ok',
      readyz: 'ok',
      failing: [],
      inflight: 97,
      memoryBytes: 2147483648,
      requests: 2000,
      errors: 500,
      rejected: 33,
      startedAt: 1700000000,
      etcd: 'ok',
      connections: 3,
    });
  });

  test('a failing one names its checks; a dead one does not answer', async () => {
    kubectl(
      `*readyz*) printf 'Error from server (InternalError): an error on the server ("[+]ping ok\\n[-]etcd failed: reason withheld\\n[-]informer-sync failed: reason withheld\\nreadyz check failed") has prevented the request from succeeding\\n' >&2; exit 1 ;;\n*metrics) exit 1 ;;\n*) echo ok ;;`,
    );
    expect((await read(shell)).servers[0]).toMatchObject({
      readyz: 'failing',
      failing: ['etcd', 'informer-sync'],
    });
    kubectl(
      '*) echo "The connection to the server 127.0.0.1:6443 was refused - did you specify the right host or port? dial tcp: connect: connection refused" >&2; exit 1 ;;',
    );
    const dead = await read(shell);
    expect(dead).toMatchObject({ answering: 0 });
    expect(dead.servers[0]).toMatchObject({ reached: true, livez: 'no-answer', readyz: 'no-answer' });
  });

  test('credentials that are not taken: asked without, and said why nothing is counted', async () => {
    kubectl('*) echo "error: You must be logged in to the server (Unauthorized)" >&2; exit 1 ;;');
    box.tool('curl', `case "$*" in *livez*|*readyz*) printf ok200 ;; *) printf '{"health":"true"}' ;; esac`);
    const reading = await read(shell);
    expect(reading).toMatchObject({ answering: 1, unmeasured: expect.stringContaining('401 Unauthorized') });
    expect(reading.servers[0]).toMatchObject({
      readyz: 'ok',
      note: 'asked without credentials: /etc/kubernetes/admin.conf: 401 Unauthorized',
    });
    box.tool(
      'curl',
      `case "$*" in *livez*|*readyz*) printf '{}401' ;; *) printf '{"health":"true"}' ;; esac`,
    );
    expect(await read(shell)).toMatchObject({
      answering: 0,
      servers: [{ reached: true, livez: 'denied', readyz: 'denied', etcd: 'ok' }],
    });
  });

  test('standard error does not become part of an answer', async () => {
    kubectl(
      '*metrics) echo warning >&2; cat "$SANDBOX/metrics" ;;\n*) echo warning >&2; echo ok; echo "[-]etcd is a word of the wrapper" >&2 ;;',
    );
    expect((await read(shell)).servers[0]).toMatchObject({ readyz: 'ok', requests: 2000 });
    box.tool('kubectl', 'exit 1');
    // Without credentials, by curl.
    rmSync(join(box.root, 'etc/kubernetes/admin.conf'));
    box.tool('curl', `echo 'ld.so: cannot be preloaded' >&2; printf ok200; echo bye >&2`);
    expect((await read(shell)).servers[0]).toMatchObject({ livez: 'ok', readyz: 'ok' });
  });
});

test('a host that was not reached', async () => {
  const lost: Outcome = {
    target: 'cp1',
    state: 'unreachable',
    stdout: '',
    stderr: '',
    truncated: false,
    startedAt: '',
    endedAt: '',
    reason: { code: 'refused', message: 'refused' },
  };
  const reading = await readCluster(
    { now: () => new Date(), context: context([]), reach: async () => [lost] },
    [target({ name: 'cp1', roles: ['control-plane'] }), target({ name: 'w1' })],
  );
  expect(reading).toMatchObject({
    answering: 0,
    of: 1,
    servers: [{ node: 'cp1', reached: false, note: 'refused' }],
  });
});

test('a host whose script ended at its deadline tells what it had read; without an answer it was not reached', async () => {
  const ended = (data: Record<string, string>): Outcome => ({
    ...{ target: 'cp1', state: 'timed-out', stdout: '', stderr: '', truncated: false },
    ...{ startedAt: '', endedAt: '' },
    result: {
      ...{ fireaxe: 1, op: 'check', state: 'failed', code: 'deadline' },
      ...{ data, note: 'ended at its deadline of 15s' },
    },
  });
  const read = async (data: Record<string, string>) => {
    const deps = { now: () => new Date(), context: context([]), reach: async () => [ended(data)] };
    return readCluster(deps, [target({ name: 'cp1', roles: ['control-plane'] })]);
  };
  expect(await read({ livez: 'ok', readyz: 'ok', requests: '7' })).toMatchObject({
    answering: 1,
    servers: [{ reached: true, readyz: 'ok', requests: 7, note: 'ended at its deadline of 15s' }],
  });
  expect((await read({ livez: 'ok' })).servers).toMatchObject([{ reached: true, readyz: 'no-answer' }]);
  expect((await read({})).servers).toMatchObject([{ reached: false, outcome: 'timed-out' }]);
});

test('the share of errors is of what came since; a restarted server counts from its start', () => {
  const at = (over: Partial<ServerReading>): ServerReading => ({
    node: 'a',
    reached: true,
    livez: 'ok',
    readyz: 'ok',
    failing: [],
    ...over,
  });
  const before = new Map([['a', at({ startedAt: 1, requests: 1000, errors: 500 })]]);
  expect(errorShare(before, [at({ startedAt: 1, requests: 1200, errors: 510 })])).toBe(5);
  expect(errorShare(before, [at({ startedAt: 2, requests: 100, errors: 50 })])).toBe(50);
  expect(errorShare(before, [at({ startedAt: 1, requests: 1000, errors: 500 })])).toBe(0);
  expect(errorShare(new Map(), [at({ startedAt: 1, requests: 1000, errors: 500 })])).toBeUndefined();
  expect(errorShare(before, [at({})])).toBeUndefined();
});

test('a reading that is missed in between loses no count, and does not count what was long before', async () => {
  const said = (data?: Record<string, string>): Outcome => ({
    target: 'cp1',
    state: data ? 'ok' : 'unreachable',
    stdout: '',
    stderr: '',
    truncated: false,
    startedAt: '',
    endedAt: '',
    ...(data && { result: { fireaxe: 1, op: 'check', state: 'ok', data } }),
  });
  const counts = (requests: number, errors: number) =>
    said({ readyz: 'ok', startedAt: '1', requests: String(requests), errors: String(errors) });
  const answers = [counts(1_000_000, 900_000), said(), counts(1_000_100, 900_001)];
  const counters = new Map();
  const deps = { now: () => new Date(), context: context([]), reach: async () => [answers.shift()!] };
  const hosts = [target({ name: 'cp1', roles: ['control-plane'] })];
  const shares = [];
  while (answers.length > 0) shares.push((await readCluster(deps, hosts, counters)).errorPercent);
  expect(shares).toEqual([undefined, undefined, 1]);
});

test('equal texts for equal hosts over SSM', () => {
  const script = probeScript(context([]), new Date());
  expect(script.textFor(target({ name: 'a' }), 'ssm')).toBe(
    script.textFor(target({ name: 'b', machineId: 'x' }), 'ssm'),
  );
});
