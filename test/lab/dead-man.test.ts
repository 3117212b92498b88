import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { quote } from '../../src/base/quote.ts';
import { CommandLine } from '../cli/command-line.ts';
import { until } from './kills.ts';
import { writeKit } from './kit.ts';
import { Lab } from './lab.ts';
import { give, type Order } from './orders.ts';

// The promise: a change that could cut us off, and that nobody keeps, is reverted by the node itself within T + 5 s;
// after a reboot it is not there.
const T = 12;
const LATEST = T + 5;
/** Two of each kind take the cases in turn. */
const NFT = ['cp1', 'cp3'];
const IPTABLES = ['cp2', 'cp4'];
/** As long as a case is watched once its changes stand. */
const WATCHED = T + 6;

let lab: Lab;
let fireaxe: CommandLine;
let kit: string;
const sh = async (at: string, command: string) => (await lab.at(at).sh(command)).stdout.trim();
const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

/** What stands, a word each: by a process of its own, as units are stopped here, and under another name than sleep. */
const SAMPLE = `stands() { nft list tables 2>/dev/null | grep -o 'fireaxe.*' || iptables-save | sed -n 's/.* -j \\(FIREAXE[A-Z-]*\\)$/\\1/p'; }
while [ ! -e /tmp/seen.stop ]; do read -r up _ </proc/uptime; echo "$up" $(stands); /opt/hold 0.2; done >/tmp/seen
: >/tmp/seen.done
`;
/** A clock that is stepped a day to and fro all the while; a container cannot set the kernel's. */
const DATE = `#!/bin/sh
read -r up _ </proc/uptime
by='1 day'
[ $((\${up%.*} % 2)) -eq 0 ] || by='1 day ago'
exec /usr/bin/date.real -d "$by" "$@"
`;

/**
 * Stands in for nft: the load that makes the fence also ends every way in, so that no keep can come before that. The other
 * half gives both back when the case is over.
 */
const CUTTING_NFT = `#!/bin/sh
/usr/sbin/nft.real "$@"
code=$?
[ -e /var/tmp/cut ] || ! /usr/sbin/nft.real list table inet fireaxe >/dev/null 2>&1 || {
  /usr/sbin/nft.real 'add table inet way; add chain inet way in { type filter hook input priority -300; }; add rule inet way in tcp dport 22 tcp flags & (syn | ack) == syn drop'
  : >/var/tmp/cut
}
exit $code
`;
const CUT = `until [ -e /var/tmp/cut ]; do /opt/hold 0.1; done
/opt/hold ${WATCHED - 3}; nft.real delete table inet way; mv /usr/sbin/nft.real /usr/sbin/nft
`;

beforeAll(async () => {
  fireaxe = new CommandLine();
  const files = {
    '/etc/systemd/system/other.service': '[Service]\nExecStart=/bin/sleep 1000000\n',
    '/opt/sample': SAMPLE,
    '/opt/date': DATE,
    '/opt/cutting-nft': CUTTING_NFT,
  };
  lab = await Lab.up([...NFT, ...IPTABLES].map((name) => ({ name, files })));
  kit = writeKit(lab).path;
  for (const at of [...NFT, ...IPTABLES]) {
    await sh(at, 'cp /bin/sleep /opt/hold; cp /usr/bin/date /usr/bin/date.real; chmod 755 /opt/date');
  }
  for (const at of IPTABLES) await sh(at, 'mv /usr/sbin/nft /usr/sbin/nft.off');
});
afterAll(() => {
  fireaxe?.close();
  lab?.down();
});

interface Change {
  action: 'fence' | 'cordon';
  params: Record<string, unknown>;
  /** Its table, or its chain. */
  seen: string;
}
const CORDON = { action: 'cordon', params: { port: '30000-32767' } } as const;
const BY_NFT: Change[] = [
  { action: 'fence', params: {}, seen: 'fireaxe' },
  { action: 'fence', params: { on: 'nodes', user: '65534' }, seen: 'fireaxe_clients' },
  { ...CORDON, seen: 'fireaxe_cordon' },
];
const BY_IPTABLES: Change[] = [
  { action: 'fence', params: {}, seen: 'FIREAXE' },
  { ...CORDON, seen: 'FIREAXE-CORDON' },
];

/** Their clock may be a day ahead. */
const order = (at: string, { action, params }: Change, of: Order) =>
  give(
    lab,
    at,
    action,
    { ...params, timer: `${T}s` },
    { ...of, notAfter: new Date(Date.now() + 2 * 86_400_000) },
  );

const sample = (at: string) => sh(at, 'rm -f /tmp/seen*; setsid sh /opt/sample </dev/null >/dev/null 2>&1 &');

/** How long each stood, in seconds; no number where it never stood or still does. */
async function stood(at: string, seen: string[]): Promise<Record<string, number>> {
  await pause(WATCHED * 1000);
  await sh(at, ': >/tmp/seen.stop; until [ -e /tmp/seen.done ]; do /opt/hold 0.1; done');
  const samples = (await sh(at, 'cat /tmp/seen')).split('\n').map((line) => line.split(' '));
  const times = seen.map((one) => {
    const first = samples.findIndex((words) => words.includes(one));
    const gone = samples.findIndex((words, i) => i > first && !words.includes(one));
    return [one, first < 0 || gone < 0 ? Number.NaN : Number(samples[gone]![0]) - Number(samples[first]![0])];
  });
  return Object.fromEntries(times);
}

/** One after another on each machine, side by side on all. */
const last: Record<string, Promise<unknown>> = {};
function inTurn<R>(at: string, work: () => Promise<R>): Promise<R> {
  const done = (last[at] ?? Promise.resolve()).then(work);
  last[at] = done.catch(() => {});
  return done;
}

const forever = (commands: string) => `while :; do ${commands}; done`;
const HAZARDS: { name: string; does: string; earliest?: number }[] = [
  {
    name: 'systemd is reloaded and re-executed, and other units are stopped, all the while',
    does: forever(
      'systemctl daemon-reload; systemctl restart other; systemctl stop other; /opt/hold 0.5; systemctl daemon-reexec; /opt/hold 0.5',
    ),
  },
  {
    name: 'our own process is killed, and systemd reloaded all the while',
    does: `pkill -KILL -f '^/bin/sh -c .*/run/fireaxe/.*/revert'; ${forever('systemctl daemon-reload; /opt/hold 1; systemctl daemon-reexec; /opt/hold 1')}`,
  },
  {
    name: 'our own units are stopped all the while',
    does: `systemctl isolate multi-user.target; ${forever("systemctl stop 'fireaxe-*'; systemctl daemon-reload; /opt/hold 0.2")}`,
  },
  {
    name: 'every sleep is killed: rather too early than not at all',
    does: 'pkill -KILL -x sleep',
    earliest: -1,
  },
  {
    name: '/run is full',
    does: 'mount -o remount,size=20m /run; dd if=/dev/zero of=/run/filler bs=4k; /opt/hold 60',
  },
  { name: '/run is read-only', does: 'mount --bind /run /run; mount -o remount,bind,ro /run; /opt/hold 60' },
  {
    name: '/run/fireaxe is removed, and systemd reloaded all the while',
    does: `rm -rf /run/fireaxe; ${forever('systemctl daemon-reload; /opt/hold 1')}`,
  },
];
const HEALS = `cp /usr/bin/date.real /usr/bin/date; umount /run 2>/dev/null; mount -o remount,size=200m /run; rm -rf /run/filler /run/fireaxe; systemctl daemon-reload
for t in iptables ip6tables; do for i in filter mangle; do $t -t $i -F; $t -t $i -X; done; done`;

describe.concurrent('nobody keeps it', () => {
  for (const [i, { name, does, earliest }] of HAZARDS.entries()) {
    for (const [kind, changes, machines] of [
      ['nft', BY_NFT, NFT],
      ['iptables', BY_IPTABLES, IPTABLES],
    ] as const) {
      const at = machines[i % 2]!;
      test(`${name} (${kind})`, { timeout: 900_000 }, ({ expect }) =>
        inTurn(at, async () => {
          await sh(at, 'cp /opt/date /usr/bin/date');
          await sample(at);
          for (const [n, change] of changes.entries()) {
            const { result } = await order(at, change, { op: 'apply', run: `h${i}-${n}` });
            expect(result).toMatchObject({ state: 'changed' });
          }
          // Out of the login's group, which ends with it; the time is that of one case.
          await sh(
            at,
            `setsid sh -c 'echo $$ >/sys/fs/cgroup/init.scope/cgroup.procs; exec timeout ${WATCHED} sh -c "$0"' ${quote(does)} </dev/null >/dev/null 2>&1 &`,
          );
          const times = await stood(
            at,
            changes.map(({ seen }) => seen),
          );
          await sh(at, HEALS);
          for (const { seen } of changes) {
            expect(times[seen], seen).toBeGreaterThan(earliest ?? T / 2);
            expect(times[seen], seen).toBeLessThan(LATEST);
          }
        }),
      );
    }
  }

  test.each(['SIGKILL', 'SIGSTOP'] as const)(
    'the client gets %s, and nobody comes in any more',
    { timeout: 900_000 },
    (signal) =>
      inTurn('cp3', async () => {
        await sample('cp3');
        await sh(
          'cp3',
          `rm -f /var/tmp/cut; mv /usr/sbin/nft /usr/sbin/nft.real; install -m 755 /opt/cutting-nft /usr/sbin/nft; setsid sh -c ${quote(CUT)} </dev/null >/dev/null 2>&1 &`,
        );
        const words = [
          'fence',
          '--nodes',
          'cp3',
          '--timer',
          `${T}s`,
          '--reason',
          'test',
          '--confirm',
          'lab 1',
        ];
        const { child } = fireaxe.start(words, kit);
        try {
          await until(() => expect(existsSync(join(lab.at('cp3').root, '/var/tmp/cut'))).toBe(true), 60_000);
          child.kill(signal);
          const times = await stood('cp3', ['fireaxe']);
          expect(times.fireaxe).toBeGreaterThan(T / 2);
          expect(times.fireaxe).toBeLessThan(LATEST);
        } finally {
          child.kill('SIGKILL');
        }
      }),
  );

  test('after a reboot nothing of it is there', { timeout: 900_000 }, ({ expect }) =>
    inTurn('cp3', async () => {
      for (const change of BY_NFT) {
        const apply = await order('cp3', change, { op: 'apply', run: `b-${change.seen}` });
        expect(apply.result).toMatchObject({ state: 'changed' });
      }
      await lab.at('cp3').reboot();
      const left = `nft list tables; ls /run/fireaxe; pgrep -f '[r]evert'; systemctl list-units --all --no-legend 'fireaxe*'`;
      expect(await sh('cp3', left)).toBe('');
    }),
  );
});
