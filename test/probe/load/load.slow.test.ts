import { expect } from 'vitest';
import { readLoad } from '../../../src/probe/load/read.ts';
import { loadScript } from '../../../src/probe/load/script.ts';
import type { NodeLoad } from '../../../src/probe/load/types.ts';
import type { Outcome } from '../../../src/transport/types.ts';
import { context, fleetNode, type Sandbox, SHELLS, target } from '../../node/sandbox.ts';
import { test } from '../../node/sandbox-test.ts';

const each = test.for(SHELLS.map((shell) => [shell[0]!, shell] as const));
/** When it is asked, not when this file began: a busy machine is some 20 seconds later at its last test. */
const now = () => Math.floor(Date.now() / 1000);

interface Container {
  pod: string;
  attempt?: number;
  state?: string;
  /** Seconds ago. */
  age?: number;
}

/**
 * As `crictl ps -a -o json` of v1.34 prints it. The encoder (protojson) writes one space after a colon in about half of all builds,
 * two in the others.
 */
function containers(all: Container[], space = ' '): string {
  const list = all.map(({ pod, attempt = 0, state = 'RUNNING', age = 600 }, i) => ({
    id: `c${i}`,
    podSandboxId: pod,
    metadata: { attempt, name: 'main' },
    image: { annotations: {}, image: 'sha256:1', runtimeHandler: '', userSpecifiedImage: '' },
    imageRef: 'sha256:1',
    state: `CONTAINER_${state}`,
    createdAt: `${now() - age}123456789`,
    annotations: { state: 'CONTAINER_RUNNING', attempt: '7', podSandboxId: 'p9' },
    labels: {},
  }));
  const order = (_key: string, value: unknown) =>
    value !== null && typeof value === 'object' && 'metadata' in value
      ? Object.fromEntries(Object.entries(value))
      : value;
  return JSON.stringify({ containers: list }, order, 2).replace(/^( *"\w+":) /gm, `$1${space}`);
}

function runtime(box: Sandbox, pods: string[], all: Container[], space?: string): void {
  box.file('containers.json', `${containers(all, space)}\n`);
  box.file('pods.txt', pods.map((pod) => `${pod}\n`).join(''));
  box.tool(
    'crictl',
    'case " $* " in *" pods "*) cat "$SANDBOX/pods.txt" ;; *) cat "$SANDBOX/containers.json" ;; esac',
  );
}

/** Lines `AGE TEXT` as journalctl -o short-unix prints them; the last of them may be cut, with a status of its own. */
function log(box: Sandbox, lines: [number, string][], status = 0): void {
  const at = now();
  const text = (order: 1 | -1) =>
    [...lines]
      .sort(([a], [b]) => order * (b - a))
      .map(([age, text]) => `${at - age}.123456 w1 containerd[7]: ${text}\n`)
      .join('');
  box.file('log', text(1));
  box.file('log-r', text(-1));
  box.tool(
    'journalctl',
    `case " $* " in *" -r "*) cat "$SANDBOX/log-r" ;; *) cat "$SANDBOX/log" ;; esac\nexit ${status}`,
  );
}

async function read(box: Sandbox, shell: string[], before?: NodeLoad): Promise<NodeLoad> {
  const script = loadScript(context([fleetNode()]), new Date());
  const ran = await box.run(script.textFor(target(), 'ssh'), shell);
  expect(ran.result, ran.stderr).toBeDefined();
  return readLoad('n1', { ...ran, target: 'n1', state: 'ok' } as unknown as Outcome, before);
}

each(
  '%s: pods of which nothing runs wait; later attempts of this minute are restarts',
  async ([, shell], { box }) => {
    runtime(
      box,
      ['p1', 'p2', 'p3', 'p4'],
      [
        { pod: 'p1' },
        { pod: 'p2', state: 'EXITED', attempt: 4, age: 30 },
        { pod: 'p4', attempt: 2, age: 20 },
        { pod: 'p4', attempt: 1, age: 300, state: 'EXITED' },
        { pod: 'p4', attempt: 0, age: 10 },
      ],
    );
    expect(await read(box, shell)).toMatchObject({ runtime: 'ok', waiting: 2, restarts: 2 });
  },
);

each("%s: the runtime's list is read with any space after its colons", async ([, shell], { box }) => {
  for (const space of ['', ' ', '  ']) {
    runtime(
      box,
      ['p1', 'p2'],
      [
        { pod: 'p1', attempt: 3, age: 5 },
        { pod: 'p2', state: 'EXITED' },
      ],
      space,
    );
    expect(await read(box, shell), `"${space}"`).toMatchObject({ waiting: 1, restarts: 1 });
  }
});

each('%s: a runtime that fails, or whose list ends early, does not answer', async ([, shell], { box }) => {
  runtime(box, ['p1'], [{ pod: 'p1' }]);
  box.file('containers.json', containers([{ pod: 'p1' }]).slice(0, -2));
  const cut = await read(box, shell);
  expect(cut).toMatchObject({ runtime: 'no-answer' });
  expect(cut.waiting).toBeUndefined();
  box.tool('crictl', 'exit 1');
  expect(await read(box, shell)).toMatchObject({ reached: true, runtime: 'no-answer' });
});

each(
  "%s: containerd's log tells pulls under way, and those that failed in the last minute",
  async ([, shell], { box }) => {
    const image = (name: string, rest = '') => `time="x" level=info msg="PullImage \\"${name}\\"${rest}"`;
    log(box, [
      [400, image('reg/slow:1')],
      [300, image('reg/done:1')],
      [200, image('reg/done:1', ' returns image reference \\"sha256:1\\"')],
      [120, `${image('reg/old:1', ' failed')} error="429 Too Many Requests"`],
      [50, image('reg/a:1')],
      [40, `${image('reg/a:1', ' failed')} error="unexpected status: 429 Too Many Requests"`],
      [
        41,
        'E0101 log.go:32] "PullImage from image service failed" err="429 Too Many Requests" image="reg/a:1"',
      ],
      [30, image('reg/b:1')],
      [20, `${image('reg/b:1', ' failed')} error="dial tcp: i/o timeout"`],
      [15, `${image('reg/c:1', ' failed')} error="not found"`],
      [10, image('reg/new@sha256:2')],
    ]);
    expect(await read(box, shell)).toMatchObject({ pulls: 2, failed: 3, throttled: 1, timeouts: 1 });
  },
);

const crio = (what: string, id: string) =>
  `time="x" level=info msg="${what}" id=${id} name=/runtime.v1.ImageService/PullImage`;

each("%s: CRI-O's pulls are matched by their id", async ([, shell], { box }) => {
  log(box, [
    [50, crio('Pulling image: reg/a:1', 'one')],
    [40, crio('Pulling image: reg/b:1', 'two')],
    [30, crio('Pulled image: reg/a@sha256:1', 'one')],
  ]);
  expect(await read(box, shell)).toMatchObject({ pulls: 1, failed: 0 });
});

each('%s: a pod in ImagePullBackOff on CRI-O has no pull under way', async ([, shell], { box }) => {
  // CRI-O logs no failure; the kubelet tells it by the image.
  const tries: [number, string][] = [590, 430, 270, 110].flatMap((age, i) => [
    [age, crio('Pulling image: reg/gone:1', `id${i}`)],
    [age - 1, 'E0101 log.go:32] "PullImage from image service failed" err="not found" image="reg/gone:1"'],
  ]);
  log(box, [...tries, [20, crio('Pulling image: reg/new:1', 'new')]]);
  expect(await read(box, shell)).toMatchObject({ pulls: 1, failed: 0 });
  // Without the kubelet's lines, it is one pull, however often it is tried.
  log(
    box,
    tries.filter(([, text]) => !text.startsWith('E')),
  );
  expect(await read(box, shell)).toMatchObject({ pulls: 1 });
});

each('%s: a log that is not read in time is told, and its newest lines count', async ([, shell], { box }) => {
  // As `timeout` leaves a journalctl that it ended.
  log(box, [[20, crio('Pulling image: reg/new:1', 'new')]], 124);
  expect(await read(box, shell)).toMatchObject({ log: 'no-answer', pulls: 1 });
  log(box, [], 124);
  const none = await read(box, shell);
  expect(none).toMatchObject({ log: 'no-answer' });
  expect(none.unread.pulls).toBeUndefined();
  expect(none.pulls).toBeUndefined();
  log(box, [], 1);
  expect((await read(box, shell)).unread.pulls).toBe('no log of the runtime');
});

each('%s: of a log that is too long, the newest lines count', async ([, shell], { box }) => {
  const noise = Array.from({ length: 8000 }, (): [number, string] => [
    300,
    'level=info msg="RemoveContainer"',
  ]);
  log(box, [
    ...noise,
    [400, crio('Pulling image: reg/old:1', 'old')],
    [20, crio('Pulling image: reg/new:1', 'new')],
  ]);
  const long = await read(box, shell);
  expect(long).toMatchObject({ pulls: 1 });
  expect(long.log).toBeUndefined();
});

each('%s: the uplink is measured between two readings, conntrack at once', async ([, shell], { box }) => {
  box.file('/proc/net/route', 'Iface Destination Gateway\neth1 000A000A 0\neth0 00000000 0100000A\n');
  const at = (uptime: string, received: number, sent: number) => {
    box.file('/proc/uptime', `${uptime} 1.00\n`);
    const rest = '1 0 0 0 0 0 0';
    box.file(
      '/proc/net/dev',
      `Inter-| Receive\n  lo: 9 ${rest} 9 ${rest}\n  eth0:${received} ${rest} ${sent} ${rest}\n`,
    );
  };
  box.file('/sys/class/net/eth0/speed', '10000\n');
  box.file('/proc/sys/net/netfilter/nf_conntrack_count', '750\n');
  box.file('/proc/sys/net/netfilter/nf_conntrack_max', '1000\n');
  at('100.00', 1_000_000, 5);
  const first = await read(box, shell);
  expect(first).toMatchObject({ speedMbit: 10_000, conntrackPercent: 75 });
  expect(first.uplinkMbit).toBeUndefined();
  at('104.00', 501_000_000, 9);
  expect((await read(box, shell, first)).uplinkMbit).toBe(1000);
  // After a reboot the counters begin again.
  at('9.00', 1, 1);
  expect((await read(box, shell, first)).uplinkMbit).toBeUndefined();
});

each(
  "%s: without a log, the kubelet's counter tells the failed pulls; its health is its own",
  async ([, shell], { box }) => {
    const metrics = (errors: number) =>
      `kubelet_runtime_operations_total{operation_type="pull_image"} 9
kubelet_runtime_operations_errors_total{operation_type="pull_image"} ${errors}
kubelet_runtime_operations_errors_total{operation_type="version"} 77`;
    const answer = (health: string, errors: number) => {
      box.file('metrics', metrics(errors));
      box.tool(
        'curl',
        `case $* in *10248*) ${health} ;; *10255*) cat "$SANDBOX/metrics" ;; *) exit 7 ;; esac`,
      );
    };
    box.file('/proc/uptime', '100.00 1.00\n');
    answer('echo ok', 10);
    const first = await read(box, shell);
    expect(first).toMatchObject({ kubelet: 'ok', counters: { pullErrors: 10 } });
    box.file('/proc/uptime', '130.00 1.00\n');
    answer('exit 22', 14);
    expect(await read(box, shell, first)).toMatchObject({ kubelet: 'failing', failed: 8 });
    answer('exit 7', 14);
    expect(await read(box, shell, first)).toMatchObject({ kubelet: 'no-answer' });
    // It listens, and does not answer in time: it hangs.
    answer('exit 28', 14);
    expect(await read(box, shell, first)).toMatchObject({ kubelet: 'failing' });
  },
);

each('%s: what cannot be read is named with its reason', async ([, shell], { box }) => {
  expect((await read(box, shell)).unread).toEqual({
    kubelet: 'no curl',
    uplink: 'no default route by IPv4',
    conntrack: 'not tracked here',
    waiting: 'no crictl',
    restarts: 'no crictl',
    pulls: 'no journalctl',
  });
});

test('a node that was not reached keeps its counters and its reason', () => {
  const before = { node: 'n1', reached: true, unread: {}, counters: { at: 1, received: 2, sent: 3 } };
  const outcome = {
    state: 'unreachable',
    reason: { code: 'no-route', message: 'no route' },
  } as unknown as Outcome;
  expect(readLoad('n1', outcome, before)).toEqual({
    node: 'n1',
    reached: false,
    outcome: 'unreachable',
    note: 'no route',
    unread: {},
    counters: before.counters,
  });
});
