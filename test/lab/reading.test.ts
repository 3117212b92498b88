import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Status } from '../../src/status/types.ts';
import type { Who } from '../../src/who/types.ts';
import { CommandLine } from '../cli/command-line.ts';
import { apiHost, clientOf, dnsServer, kubeconfig, proxyTo } from './api-host.ts';
import { writeKit } from './kit.ts';
import { Lab } from './lab.ts';

// Unusual machines, as status and who find them: cp1's API server listens at the machine's own address and its credentials
// have expired; cp2's stands behind a proxy; cp3's has another port than the kit says.
let lab: Lab;
let fireaxe: CommandLine;
let kit: string;
const sh = async (at: string, command: string) => (await lab.at(at).sh(command)).stdout.trim();
const EXPIRED = '2026-01-02';

beforeAll(async () => {
  fireaxe = new CommandLine();
  lab = await Lab.up((net) => {
    const kubelet = `kind: KubeletConfiguration\nclusterDNS:\n- ${net}.11\nclusterDomain: cluster.local\n`;
    return [
      {
        name: 'cp1',
        files: {
          ...apiHost(`${net}.11`, 6443, [`${net}.11`]),
          ...dnsServer(`${net}.11`),
          '/etc/kubernetes/admin.conf': kubeconfig(new Date(`${EXPIRED}T12:00:00Z`)),
        },
      },
      { name: 'cp2', files: { ...apiHost('127.0.0.1', 7443, ['127.0.0.1']), ...proxyTo(6443, 7443) } },
      { name: 'cp3', files: apiHost('0.0.0.0', 9443, [`${net}.13`]) },
      {
        name: 'w1',
        files: { '/var/lib/kubelet/config.yaml': kubelet, ...clientOf(`${net}.11`, 6443, 30) },
      },
      {
        name: 'w2',
        files: {
          '/var/lib/kubelet/config.yaml': kubelet,
          '/usr/local/bin/sudo': '#!/bin/sh\nsleep "$(cat /opt/slow)"\nexec /usr/bin/sudo "$@"\n',
          '/opt/slow': '1.5\n',
        },
      },
    ];
  });
  await Promise.all([
    sh('cp1', 'systemctl start api dns'),
    sh('cp2', 'systemctl start api proxy'),
    sh('cp3', 'systemctl start api'),
    sh(
      'w2',
      "chmod +x /usr/local/bin/sudo; useradd -m -s /bin/bash op; cp -r /root/.ssh /home/op; chown -R op: /home/op; echo 'op ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/op",
    ),
  ]);
  await sh('w1', 'sleep 2; systemctl start client');
  kit = writeKit(lab).path;
  await sh(
    'cp1',
    "until [ $(ss -Htn state established '( sport = :6443 )' | wc -l) = 30 ]; do sleep 0.5; done",
  );
});
afterAll(() => {
  fireaxe?.close();
  lab?.down();
});

function status(words: string[] = [], at = kit): { status: Status; ms: number } {
  const began = Date.now();
  const { stdout, stderr } = fireaxe.run(['status', '--output', 'json', ...words], { kit: at });
  expect(stderr).not.toMatch(/^Error/m);
  return { status: JSON.parse(stdout).status, ms: Date.now() - began };
}

describe('an unusual API host', () => {
  test('one address, a proxy, another port: each is asked where it answers, or the port is named', () => {
    const { servers } = status().status;
    const [cp1, cp2, cp3] = servers.servers;
    expect([cp1!.readyz, cp2!.readyz, cp3!.readyz]).toEqual(['ok', 'ok', 'no-answer']);
    expect(cp1!.address).toBe(lab.at('cp1').spec.address);
    expect(cp3!.note).toContain('listens on port 9443');
    expect(servers.answering).toBe(2);
  });

  test('by a kit that names the port, that server answers, too', () => {
    const other = writeKit(lab, {}, {}, { kubernetes: { apiserverPort: 9443 } }).path;
    const { servers } = status([], other).status;
    expect(servers.servers.map(({ readyz }) => readyz)).toEqual(['no-answer', 'no-answer', 'ok']);
  });

  test('expired or missing credentials: health is read without them, and the reason is said', () => {
    const { servers, expiring } = status().status;
    const [cp1, cp2] = servers.servers;
    expect(cp1!.note).toContain('without credentials');
    expect(cp2!.note).toContain('no admin credentials here');
    const days = expiring.map(({ what, nodes, days }) => [what, nodes, days < 0]);
    expect(days).toContainEqual(['the certificate in /etc/kubernetes/admin.conf', ['cp1'], true]);
    // The servers' own certificates have ten days.
    expect(days).toContainEqual(["the API server's certificate", ['cp1', 'cp2'], false]);
  });

  test('what can be known of the process: since when, how often restarted, its memory', async () => {
    await sh('cp1', 'systemctl kill -s KILL api; sleep 1.5');
    const restarts = Number(await sh('cp1', 'systemctl show -p NRestarts --value api'));
    const { vitals } = status().status.servers.servers[0]!;
    expect(restarts).toBeGreaterThan(0);
    expect(vitals).toMatchObject({ restarts, memoryUsed: expect.any(Number) });
    expect(Math.abs(Date.now() - Date.parse(vitals!.since!))).toBeLessThan(60_000);
    await sh('w1', 'systemctl restart client');
  });

  test('who names the client of a server that is bound to one address', () => {
    const { stdout } = fireaxe.run(['who', '--output', 'json'], { kit });
    const { offenders, nodes } = JSON.parse(stdout).who as Who;
    expect(offenders[0]).toMatchObject({ name: 'telemetryd', nodes: ['w1'], connections: 30 });
    expect(nodes.find(({ node }) => node === 'cp1')!.served).toMatchObject({ connections: 30 });
  });
});

test("DNS is asked from the workers, by the kubelet's configuration", () => {
  const { address } = lab.at('cp1').spec;
  expect(status().status.dns).toMatchObject({
    addresses: [{ address, kind: 'service', asked: 2, answered: 2, fresh: 2, codes: {} }],
    percent: 100,
  });
});

describe('a slow way in', () => {
  /** A login that needs sudo, on w2 alone. */
  function slow(seconds: number) {
    writeFileSync(join(lab.at('w2').root, 'opt/slow'), `${seconds}\n`);
    return writeKit(lab, { user: 'op' }).path;
  }

  test('a sudo of 1.5 s is waited for', () => {
    const { status: told } = status(['--nodes', 'w2'], slow(1.5));
    expect(told.who.nodes.find(({ node }) => node === 'w2')!.reached).toBe(true);
  });

  test('a sudo that hangs costs the deadline, and is told', async () => {
    const { status: told, ms } = status(['--nodes', 'w2'], slow(60));
    expect(ms).toBeLessThan(15_000);
    expect(told.who.nodes.find(({ node }) => node === 'w2')!.reached).toBe(false);
    // It is still at it.
    await sh('w2', "pkill -f '[l]ocal/bin/sudo'; pkill -x sleep");
  });
});

test('status --watch keeps its connections where new ones are limited', async () => {
  const logins = () => sh('w1', "journalctl -u ssh -b -o cat | grep -c 'Accepted publickey'");
  await sh(
    'w1',
    "nft 'table inet few { chain in { type filter hook input priority 0; tcp dport 22 ct state new limit rate over 4/minute burst 4 packets drop; }; }'",
  );
  const before = Number(await logins());
  const watch = fireaxe.start(['status', '--watch', '1s', '--output', 'ndjson'], kit);
  await watch.saying(/("verdict"[\s\S]*){5}/);
  watch.child.kill('SIGINT');
  const { stdout } = await watch.ended;
  await sh('w1', 'true; nft delete table inet few');
  const readings = stdout.split('\n').flatMap((line) => {
    const event = line.startsWith('{') ? JSON.parse(line) : {};
    return event.status ? [event.status as Status] : [];
  });
  for (const { who } of readings) expect(who.nodes.find(({ node }) => node === 'w1')!.reached).toBe(true);
  // One by the watch, one by each question of this test.
  expect(Number(await logins()) - before).toBeLessThanOrEqual(4);
});

test('reading changes nothing: processes, files under /etc and /run, rules', async () => {
  const picture = (at: string) =>
    sh(
      at,
      `nft list ruleset; iptables-save 2>/dev/null | grep -v '^#'
      find /etc /run /opt -xdev ! -path '/run/log/*' ! -path '/run/systemd/*' ! -path '/run/user*' ! -path '/run/motd*' ! -path '/run/sudo*' '(' -type d -printf '%p %m\\n' -o -printf '%p %y %m %U:%G %s %T@ %i\\n' ')' | sort
      ps -eo pid=,lstart=,args= | grep -vE 'sshd|systemd|ps -eo|grep|sort|\\(sd-pam\\)|bash|sh -c'`,
    );
  const all = async () => {
    const machines = [...lab.machines.keys()];
    const texts = await Promise.all(machines.map(picture));
    return texts.flatMap((text, n) => text.split('\n').map((line) => `${machines[n]}: ${line}`));
  };
  /** Lines of the first that the second has not. */
  const less = (some: string[], others: string[]) => some.filter((line) => !others.includes(line));
  const before = await all();
  for (const words of [
    ['status', '--sample', 'all'],
    ['who', '--sample', 'all'],
    ['probe'],
    ['look', '--all', '--', 'cat /proc/loadavg'],
    ['runs', '--on-nodes'],
  ]) {
    const { code, stderr } = fireaxe.run(words, { kit });
    expect([0, 3], stderr).toContain(code);
  }
  const after = await all();
  const changes = [
    ...less(before, after).map((line) => `gone: ${line}`),
    ...less(after, before).map((line) => `new: ${line}`),
  ];
  expect(changes, changes.join('\n')).toEqual([]);
  expect(after).toEqual(before);
});
