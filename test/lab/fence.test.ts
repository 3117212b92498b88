import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Lab } from './lab.ts';
import { v6 } from './machine.ts';
import { give, type Order, orderText, probed } from './orders.ts';
import { clientAt, clientScript, proxyCommand, quietly, serverScript, unit } from './streams.ts';

let lab: Lab;
const node = process.execPath;
const cp = () => lab.at('cp1');
const sh = async (command: string, at = 'cp1') => (await lab.at(at).sh(command)).stdout.trim();
const state = async (at: string, file = '/tmp/v4') => (await sh(`cut -d' ' -f1 ${file}`, at)) || 'none';
const ruleset = () => sh('nft list ruleset; ip6tables-save 2>/dev/null | grep -v "^#"');
const fence = (params: Record<string, unknown>, order: Order) => give(lab, 'cp1', 'fence', params, order);
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function until(what: () => Promise<string>, value: string, ms: number): Promise<number> {
  const began = Date.now();
  for (;;) {
    const now = await what();
    if (now === value) return Date.now() - began;
    if (Date.now() - began > ms) throw new Error(`still ${now}, not ${value}, after ${ms} ms`);
    await pause(100);
  }
}

// Rules of others: the shapes of kube-proxy, Calico and Cilium.
const OTHERS = `
table ip kube-proxy {
  map service-ips { type ipv4_addr . inet_proto . inet_service : verdict; elements = { 10.96.0.1 . tcp . 443 : drop } }
  chain services { }
  chain nat-prerouting { type nat hook prerouting priority dstnat; policy accept; jump services; }
}
table inet calico { chain cali-INPUT { type filter hook input priority 0; policy accept; meta mark & 0x10000 == 0x10000 accept; counter; } }
table inet cilium { chain CILIUM_INPUT { type filter hook input priority 0; policy accept; ct mark 0x200 counter accept comment "cilium"; } }
`;

beforeAll(async () => {
  const files = {
    '/opt/server.mjs': serverScript,
    '/opt/client.mjs': clientScript,
    '/etc/systemd/system/api.service': unit(`${node} /opt/server.mjs`),
    '/opt/others.nft': OTHERS,
  };
  lab = await Lab.up([
    { name: 'cp1', files },
    { name: 'cp2', files },
    { name: 'w1', files },
    { name: 'w2', files },
  ]);
  await sh('systemctl start api; nft -f /opt/others.nft; ip6tables -A INPUT -p tcp --dport 9 -j ACCEPT');
  const { address } = cp().spec;
  for (const at of ['cp2', 'w1', 'w2']) {
    await sh(
      `systemd-run --unit=c4 ${node} /opt/client.mjs ${address} /tmp/v4; systemd-run --unit=c6 ${node} /opt/client.mjs ${v6(address)} /tmp/v6`,
      at,
    );
  }
  await sh(`systemd-run --unit=c4 ${node} /opt/client.mjs 127.0.0.1 /tmp/v4`);
  // Its own client by an address that the fleet does not know, as a balancer moves about; the service address, translated here.
  await sh(
    `ip addr add 192.0.2.77/32 dev host0; systemd-run --unit=cvip ${node} /opt/client.mjs 192.0.2.77 /tmp/vip`,
  );
  await sh(
    `nft 'add table ip services; add chain ip services in { type nat hook prerouting priority -100; }; add rule ip services in ip daddr 10.96.0.1 tcp dport 443 dnat to ${address}:6443'`,
  );
  await sh(
    `ip route add 10.96.0.1/32 via ${address}; sed 's/port: 6443/port: 443/' /opt/client.mjs >/opt/service.mjs; systemd-run --unit=csvc ${node} /opt/service.mjs 10.96.0.1 /tmp/svc`,
    'w2',
  );
  await until(() => state('cp1', '/tmp/vip'), 'up', 20_000);
  await until(() => state('w2', '/tmp/svc'), 'up', 20_000);
  for (const at of ['cp1', 'cp2', 'w1', 'w2']) await until(() => state(at), 'up', 20_000);
});
afterAll(() => lab?.down());

/** The server's side of a machine's connections. */
const served = (at: string) => {
  const { address } = lab.at(at).spec;
  return sh(
    `ss -Htn state established '( sport = :6443 ) and ( dst ${address} or dst [${v6(address)}] )' | wc -l`,
  );
};
/** Two more streams of a machine, on which nobody says anything; `all` it has then. */
const quiet = async (at: string, all: string) => {
  const { address } = cp().spec;
  await sh(`systemd-run --quiet --collect ${quietly(address, v6(address))}`, at);
  await until(() => served(at), all, 5000);
};

/** Networks too: ss spells those of IPv6 in its own way. */
const allow = () => ({ allow: [v6(lab.at('cp2').spec.address), '198.18.0.0/24', 'fd00:77::/64'] });

describe('fence by nft', () => {
  test('check changes nothing; the fenced end within 2 s on both sides, the allowed notice nothing; already; undo is exact', async () => {
    const before = await ruleset();
    const check = await fence({ timer: '60s', ...allow() }, { op: 'check', run: 'f1' });
    expect(check.result).toMatchObject({ state: 'would', before: { table: 'absent' } });
    expect(await ruleset()).toBe(before);
    expect(await sh('ls /run/fireaxe 2>/dev/null; systemctl list-timers --all --no-legend "fireaxe*"')).toBe(
      '',
    );

    await quiet('w2', '5');
    const kept = await sh('cat /tmp/v4', 'cp2');
    const own = await sh('cat /tmp/v4 /tmp/vip');
    const began = Date.now();
    const apply = await fence({ timer: '60s', ...allow() }, { op: 'apply', run: 'f1' });
    expect(apply.result).toMatchObject({
      state: 'changed',
      before: { table: 'absent' },
      data: { left: '0' },
    });
    expect(await served('w2')).toBe('0');
    for (const at of ['w1', 'w2']) {
      await until(() => state(at), 'ECONNREFUSED', 2500);
      await until(() => state(at, '/tmp/v6'), 'ECONNREFUSED', 2500);
    }
    await until(() => state('w2', '/tmp/svc'), 'ECONNREFUSED', 2500);
    expect(Date.now() - began).toBeLessThan(6000);
    expect((await probed(lab, 'cp1')).fenced).toMatch(/^f1\/s1 \d{10} \d+$/);
    expect(
      await sh(`ss -Htn state established '( sport = :6443 )' | grep -c -e ${lab.at('w1').spec.address}`),
    ).toBe('0');
    expect(await sh('cat /tmp/v4', 'cp2')).toBe(kept);
    expect(await sh('cat /tmp/v4 /tmp/vip')).toBe(own);
    expect([await state('cp1'), await state('cp2'), await state('cp2', '/tmp/v6')]).toEqual([
      'up',
      'up',
      'up',
    ]);

    const verify = await fence({ timer: '60s', ...allow() }, { op: 'verify', run: 'f1' });
    expect(verify.result).toMatchObject({ state: 'ok', data: { armed: 'yes', left: '0' } });
    expect(Number(verify.result?.data?.['rejected'])).toBeGreaterThan(0);
    const keep = await fence({ timer: '60s', ...allow() }, { op: 'keep', run: 'f1' });
    expect(keep.result).toMatchObject({ state: 'changed' });
    expect((await fence({ timer: '60s', ...allow() }, { op: 'keep', run: 'f1' })).result).toMatchObject({
      state: 'already',
    });
    expect(await sh('systemctl list-timers --all --no-legend "fireaxe*"')).toBe('');
    expect((await probed(lab, 'cp1')).fenced).toMatch(/^f1\/s1 \d{10} kept$/);
    const fenced = await ruleset();
    const again = await fence({ timer: '60s', ...allow() }, { op: 'apply', run: 'f2' });
    expect(again.result).toMatchObject({ state: 'already', before: { table: 'present' } });
    await fence({ timer: '60s', ...allow() }, { op: 'undo', run: 'f2', before: again.result!.before! });
    expect(await sh('nft list table inet fireaxe >/dev/null && echo there')).toBe('there');
    expect(fenced).toContain('table inet fireaxe');

    const undo = await fence(
      { timer: '60s', ...allow() },
      { op: 'undo', run: 'f1', before: apply.result!.before! },
    );
    expect(undo.result).toMatchObject({ state: 'changed' });
    expect(await ruleset()).toBe(before);
    for (const at of ['w1', 'w2']) await until(() => state(at), 'up', 5000);
  });

  test('a fence over a fence: undo brings the former one back', async () => {
    const first = await fence({ timer: '60s', rate: 7 }, { op: 'apply', run: 'g1' });
    await fence({ timer: '60s', rate: 7 }, { op: 'keep', run: 'g1' });
    const former = (await sh('nft list table inet fireaxe')).replace(/packets \d+ bytes \d+/, '');
    const second = await fence({ timer: '60s', rate: 9 }, { op: 'apply', run: 'g2' });
    expect(second.result).toMatchObject({ state: 'changed', before: { table: 'present' } });
    await fence({ timer: '60s', rate: 9 }, { op: 'undo', run: 'g2', before: second.result!.before! });
    expect((await sh('nft list table inet fireaxe')).replace(/packets \d+ bytes \d+/, '')).toBe(former);
    await fence({ timer: '60s', rate: 7 }, { op: 'undo', run: 'g1', before: first.result!.before! });
    expect(await sh('nft list tables')).not.toContain('fireaxe');
  });

  test('a second order over one that nobody kept goes back to before both', async () => {
    const before = await ruleset();
    await fence({ timer: '15s', rate: 3 }, { op: 'apply', run: 'h1' });
    const second = await fence({ timer: '10s', rate: 4 }, { op: 'apply', run: 'h2' });
    expect(second.result?.state).toBe('changed');
    expect(await sh('systemctl list-timers --all --no-legend "fireaxe*" | wc -l')).toBe('1');
    await until(ruleset, before, 15_000);
    await sh('sleep 6');
    expect(await ruleset()).toBe(before);
  });

  test('the timer runs before the rules load: killed between the two, the node is as before', async () => {
    const before = await ruleset();
    const text = orderText(lab, 'cp1', 'fence', { timer: '10s' }, { op: 'apply', run: 'k1' });
    await cp().run(text.replace('nft_load rules.nft', () => 'kill -9 $$'));
    expect(await sh('systemctl list-timers --all --no-legend "fireaxe*" | wc -l')).toBe('1');
    expect(await ruleset()).toBe(before);
    expect((await fence({ timer: '10s' }, { op: 'receipt', run: 'k1' })).result).toMatchObject({
      state: 'interrupted',
    });
    // Killed right after the load: the timer puts it right.
    const loaded = orderText(lab, 'cp1', 'fence', { timer: '10s' }, { op: 'apply', run: 'k2' });
    await cp().run(loaded.replace('nft_load rules.nft', (load) => `${load}; kill -9 $$`));
    expect(await ruleset()).not.toBe(before);
    await until(ruleset, before, 15_000);
    expect(await ruleset()).toBe(before);
  });

  test('nobody keeps it: gone within T + 5 s, without the client, without the link, with systemd made anew meanwhile', async () => {
    const before = await ruleset();
    // Monotonic, and no time of a calendar: a clock that is set changes nothing.
    cp().put(
      '/opt/link',
      `systemctl show --value -p TimersMonotonic -p TimersCalendar 'fireaxe-fence-l1-*.timer' >/tmp/timer
read -r up _ </proc/uptime; end=$((\${up%.*} + 16)); ip link set host0 down; systemctl daemon-reload; systemctl daemon-reexec
while read -r up _ </proc/uptime && [ \${up%.*} -lt $end ]; do echo "$up $(nft list tables | grep -c 'inet fireaxe$')"; sleep 0.25; done >/tmp/seen
ip link set host0 up; networkctl reconfigure host0
`,
    );
    const text = orderText(lab, 'cp1', 'fence', { timer: '10s' }, { op: 'apply', run: 'l1' });
    const down = 'systemd-run --quiet --unit=link-down sh /opt/link';
    const order = await cp().run(
      text.replace('\nfx_main\n', () => `\nfx_print() { ${down}; sleep 1; }\nfx_main\n`),
      {
        timeoutMs: 12_000,
      },
    );
    expect(order.result).toBeUndefined();
    await until(async () => (await sh('systemctl is-active link-down')) || 'away', 'inactive', 40_000);
    expect(await sh('cat /tmp/timer')).toMatch(/^\{ OnStartupUSec=[^\n]*$/);
    const seen = (await sh('cat /tmp/seen')).split('\n').map((line) => line.split(' ').map(Number));
    const [began, there] = seen[0]!;
    expect(there).toBe(1);
    const gone = seen.find(([, there]) => there === 0)![0]! - began!;
    expect(gone).toBeGreaterThan(5);
    expect(gone).toBeLessThan(15);
    await until(ruleset, before, 5000);
    expect((await fence({ timer: '10s' }, { op: 'keep', run: 'l1' })).result).toMatchObject({
      state: 'failed',
      code: 'fired',
    });
    expect((await fence({ timer: '10s' }, { op: 'verify', run: 'l1' })).result).toMatchObject({
      state: 'failed',
      code: 'gone',
    });
    expect((await fence({ timer: '10s' }, { op: 'receipt', run: 'l1' })).result).toMatchObject({
      data: { fired: '1' },
    });
  });

  test('rules that others load or flush meanwhile are theirs; the fence that they took is gone, and comes back by a new order', async () => {
    const params = { timer: '60s' };
    const apply = await fence(params, { op: 'apply', run: 'm1' });
    await sh('nft add table inet later; nft add chain inet later c');
    await fence(params, { op: 'undo', run: 'm1', before: apply.result!.before! });
    const before = await ruleset();
    expect(before).toContain('table inet later');
    const flushed = await fence(params, { op: 'apply', run: 'm2' });
    await sh('nft list ruleset >/tmp/all; nft flush ruleset');
    expect((await fence(params, { op: 'verify', run: 'm2' })).result).toMatchObject({ code: 'gone' });
    const again = await fence(params, { op: 'apply', run: 'm3' });
    expect(again.result).toMatchObject({ state: 'changed', before: { table: 'absent' } });
    expect((await fence(params, { op: 'verify', run: 'm3' })).result).toMatchObject({ state: 'ok' });
    await sh('nft flush ruleset');
    for (const [run, ran] of Object.entries({ m2: flushed, m3: again })) {
      const undo = await fence(params, { op: 'undo', run, before: ran.result!.before! });
      expect(undo.result).toMatchObject({ state: 'already' });
    }
    expect(await sh('systemctl list-timers --all --no-legend "fireaxe*"')).toBe('');
    expect(await sh('nft list ruleset')).toBe('');
    await sh('nft -f /tmp/all; nft delete table inet fireaxe; nft delete table inet later');
  });

  test('no ss, then one that refuses: said, and the server learns of the end by resets', async () => {
    await sh('mv /usr/bin/ss /usr/bin/ss.off');
    const apply = await fence({ timer: '60s' }, { op: 'apply', run: 's1' });
    expect(apply.result).toMatchObject({ state: 'changed', note: expect.stringContaining('no ss here') });
    await until(() => state('w1'), 'ECONNREFUSED', 2500);
    const peer = lab.at('w1').spec.address;
    await until(() => sh(`ss.off -Htn state established '( sport = :6443 )' | grep -c ${peer}`), '0', 2500);
    await fence({ timer: '60s' }, { op: 'undo', run: 's1', before: apply.result!.before! });
    await sh('printf "#!/bin/sh\\necho no netlink >&2; exit 1\\n" >/usr/bin/ss; chmod +x /usr/bin/ss');
    const second = await fence({ timer: '60s' }, { op: 'apply', run: 's2' });
    expect(second.result).toMatchObject({ state: 'changed', note: expect.stringContaining('no netlink') });
    expect(second.result?.data ?? {}).not.toHaveProperty('left');
    await fence({ timer: '60s' }, { op: 'undo', run: 's2', before: second.result!.before! });
    await sh('mv /usr/bin/ss.off /usr/bin/ss');
  });

  test('the operator keeps the API behind sudo, and a second one beside the first', async () => {
    // As sudo does: our environment is cleared, that of the process before us is not.
    const sudo = `timeout 50 env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin /bin/sh`;
    const rule = `ip saddr ${lab.net}.1 accept`;
    const apply = await fence({ timer: '60s' }, { op: 'apply', run: 'u1', shell: sudo });
    expect(await sh('nft list table inet fireaxe')).toContain(rule);
    await fence({ timer: '60s' }, { op: 'keep', run: 'u1' });
    const other = `env SSH_CONNECTION='192.0.2.200 40000 192.0.2.1 22' /bin/sh`;
    const second = await fence({ timer: '60s' }, { op: 'apply', run: 'u2', shell: other });
    expect(second.result).toMatchObject({ state: 'changed' });
    const both = await sh('nft list table inet fireaxe');
    for (const one of [rule, 'ip saddr 192.0.2.200 accept']) expect(both).toContain(one);
    await fence({ timer: '60s' }, { op: 'undo', run: 'u2', before: second.result!.before! });
    await fence({ timer: '60s' }, { op: 'undo', run: 'u1', before: apply.result!.before! });
    expect(await sh('nft list tables')).not.toContain('inet fireaxe');
  });

  test('a reboot forgets it', async () => {
    await fence({ timer: '300s' }, { op: 'apply', run: 'b1' });
    await cp().reboot();
    expect(await sh('nft list tables')).toBe('');
    expect((await fence({ timer: '300s' }, { op: 'receipt', run: 'b1' })).result).toMatchObject({
      state: 'absent',
    });
    const undo = await fence({ timer: '300s' }, { op: 'undo', run: 'b1', before: { table: 'absent' } });
    expect(undo.result).toMatchObject({ state: 'already' });
    await sh(`systemctl start api; systemd-run --unit=c4 ${node} /opt/client.mjs 127.0.0.1 /tmp/v4`);
    for (const at of ['w1', 'w2']) await until(() => state(at), 'up', 8000);
  });
});

describe('readmit', () => {
  test('in batches; a batch rolled back loses its streams; all leaves no rule', async () => {
    const apply = await fence({ timer: '120s' }, { op: 'apply', run: 'r0' });
    await fence({ timer: '120s' }, { op: 'keep', run: 'r0' });
    for (const at of ['w1', 'w2']) await until(() => state(at), 'ECONNREFUSED', 4000);
    const readmit = (params: Record<string, unknown>, order: Order) =>
      give(lab, 'cp1', 'readmit', params, order);

    const check = await readmit({ clients: 'w1' }, { op: 'check', run: 'r1' });
    expect(check.result).toMatchObject({ state: 'would', data: { clients: '1' } });
    const one = await readmit({ clients: 'w1' }, { op: 'apply', run: 'r1' });
    expect(one.result).toMatchObject({ state: 'changed', before: { added: '1' } });
    await until(() => state('w1'), 'up', 4000);
    expect(await state('w2')).toBe('ECONNREFUSED');
    expect((await readmit({ clients: 'w1' }, { op: 'apply', run: 'r1b' })).result).toMatchObject({
      state: 'already',
    });
    const both = await readmit({ clients: '100%' }, { op: 'apply', run: 'r2' });
    expect(both.result).toMatchObject({ state: 'changed', before: { added: '1' } });
    await until(() => state('w2'), 'up', 4000);
    // More than one filter of ss can hold.
    const crowd = Array.from({ length: 1200 }, (_, i) => `198.19.${i >> 8}.${i & 255}`).join(',');
    const many = await readmit({ clients: crowd }, { op: 'apply', run: 'r2b' });
    expect(many.result).toMatchObject({ state: 'changed', before: { added: '1200' } });

    // The second batch readmitted w2 only; after its undo w1 stays in. Over IPv6 w2 was not readmitted: one more stream.
    await quiet('w2', String(Number(await served('w2')) + 1));
    const kept = await sh('cat /tmp/v4', 'w1');
    await readmit({ clients: '100%' }, { op: 'undo', run: 'r2', before: both.result!.before! });
    expect(await served('w2')).toBe('0');
    await until(() => state('w2'), 'ECONNREFUSED', 3000);
    expect(await sh('cat /tmp/v4', 'w1')).toBe(kept);
    expect(
      await sh(`ss -Htn state established '( sport = :6443 )' | grep -c ${lab.at('w2').spec.address}`),
    ).toBe('0');

    const all = await readmit({ clients: 'all' }, { op: 'apply', run: 'r3' });
    expect(all.result).toMatchObject({ state: 'changed' });
    expect(await sh('nft list tables')).not.toContain('fireaxe');
    await until(() => state('w2'), 'up', 4000);
    expect((await readmit({ clients: 'all' }, { op: 'verify', run: 'r3' })).result).toMatchObject({
      state: 'ok',
    });
    expect((await readmit({ clients: 'all' }, { op: 'apply', run: 'r4' })).result).toMatchObject({
      state: 'already',
    });
    // The fence again, with all clients that it had readmitted; the connections of all others end.
    for (const at of ['w1', 'w2']) await until(() => state(at, '/tmp/v6'), 'up', 4000);
    await quiet('w2', '4');
    const in1 = await sh('cat /tmp/v4', 'w1');
    const again = await readmit({ clients: 'all' }, { op: 'undo', run: 'r3', before: all.result!.before! });
    expect(again.result).toMatchObject({ state: 'changed', data: { left: '0' } });
    expect(await served('w2')).toBe('0');
    await until(() => state('w2'), 'ECONNREFUSED', 2000);
    for (const at of ['w1', 'w2']) await until(() => state(at, '/tmp/v6'), 'ECONNREFUSED', 2000);
    expect(await sh('cat /tmp/v4', 'w1')).toBe(in1);
    await fence({ timer: '120s' }, { op: 'undo', run: 'r0', before: apply.result!.before! });
    expect(await sh('nft list tables')).not.toContain('fireaxe');
  });

  test('only the API is paced: all else of the readmitted goes on as before', async () => {
    const { address } = lab.at('w1').spec;
    const apply = await fence({ timer: '120s', rate: 1 }, { op: 'apply', run: 'p0' });
    const clients = `${address},${v6(address)}`;
    await give(lab, 'cp1', 'readmit', { clients }, { op: 'apply', run: 'p1' });
    // As an overlay network's packets are: many, one way, each with a port of its own.
    cp().put(
      '/opt/count.mjs',
      `import { createSocket } from 'node:dgram'; import { writeFileSync } from 'node:fs';
let n = 0; for (const type of ['udp4', 'udp6']) createSocket({ type, ipv6Only: type === 'udp6' }).on('message', () => writeFileSync('/tmp/datagrams', String(++n))).bind(8472);`,
    );
    await sh(
      `systemd-run --quiet --unit=count ${node} /opt/count.mjs; sleep 0.5; ip -6 neigh flush dev host0`,
    );
    const send = `for (const [type, to] of [['udp4', '${cp().spec.address}'], ['udp6', '${v6(cp().spec.address)}']]) for (let i = 0; i < 50; i++) { const s = require('dgram').createSocket(type); setTimeout(() => s.send('x', 8472, to, () => s.close()), 20 * i); }`;
    await sh(`ip -6 neigh flush dev host0; ${node} -e "${send}"`, 'w1');
    await until(() => sh('cat /tmp/datagrams'), '100', 4000);
    await sh('systemctl stop count');
    await fence({ timer: '120s' }, { op: 'undo', run: 'p0', before: apply.result!.before! });
  });
});

describe('clients that come by a proxy on the host', () => {
  const of = { clientPorts: [8443] };

  test('are found, and fenced when the kit names the port', async () => {
    const table = await ruleset();
    lab.at('w1').put('/opt/by-proxy.mjs', clientAt(8443));
    await sh(`systemd-run --quiet --unit=proxy ${proxyCommand(8443)}; sleep 1`);
    await sh(
      `systemd-run --quiet --unit=cproxy ${node} /opt/by-proxy.mjs ${cp().spec.address} /tmp/proxy`,
      'w1',
    );
    await until(() => state('w1', '/tmp/proxy'), 'up', 10_000);

    const blind = await fence({ timer: '60s' }, { op: 'check', run: 'px0' });
    expect(blind.result).toMatchObject({
      state: 'would',
      data: { proxies: expect.stringMatching(/^8443:/) },
      note: expect.stringMatching(
        /on port 8443, which is not fenced: add that port to kubernetes\.clientPorts/,
      ),
    });

    const apply = await fence({ timer: '60s' }, { op: 'apply', run: 'px1', ...of });
    expect(apply.result).toMatchObject({
      state: 'changed',
      data: { left: '0' },
      note: expect.stringContaining('fenced port 6443, 8443'),
    });
    expect(apply.result?.data).not.toHaveProperty('proxies');
    await until(() => state('w1', '/tmp/proxy'), 'ECONNREFUSED', 3000);
    expect((await fence({ timer: '60s' }, { op: 'verify', run: 'px1', ...of })).result?.state).toBe('ok');

    // By address, whichever port it comes by.
    const batch = { clients: lab.at('w1').spec.address };
    const order = { run: 'px2', ...of };
    await give(lab, 'cp1', 'readmit', batch, { ...order, op: 'apply' });
    await until(() => state('w1', '/tmp/proxy'), 'up', 5000);
    await give(lab, 'cp1', 'readmit', batch, { ...order, op: 'undo' });
    await until(() => state('w1', '/tmp/proxy'), 'ECONNREFUSED', 3000);

    await fence({ timer: '60s' }, { op: 'undo', run: 'px1', ...of, before: apply.result!.before! });
    await until(() => state('w1', '/tmp/proxy'), 'up', 5000);
    await sh('systemctl stop cproxy', 'w1');
    await sh('systemctl stop proxy');
    expect(await ruleset()).toBe(table);
  });
});

test('warnings of a loader on stderr do not count as a connection, nor as a rule of a restored table', async () => {
  const table = await ruleset();
  await sh('systemctl stop c4 c6', 'w1');
  await sh('systemctl stop c4 c6 csvc', 'w2');
  const { address } = lab.at('cp2').spec;
  const kept = { timer: '60s', allow: [address, v6(address)] };
  const first = await fence(kept, { op: 'apply', run: 'ld0' });
  await fence(kept, { op: 'keep', run: 'ld0' });
  const former = await ruleset();
  await sh('echo /usr/lib/libgone.so >/etc/ld.so.preload');
  const apply = await fence({ ...kept, rate: 7 }, { op: 'apply', run: 'ld1' });
  expect(apply.result).toMatchObject({ state: 'changed', data: { closed: '0', left: '0' } });
  expect(apply.result?.note).not.toMatch(/could not be closed/);
  const verify = await fence({ ...kept, rate: 7 }, { op: 'verify', run: 'ld1' });
  expect(verify.result).toMatchObject({ state: 'ok', data: { left: '0' } });
  await fence({ ...kept, rate: 7 }, { op: 'undo', run: 'ld1', before: apply.result!.before! });
  await sh('rm /etc/ld.so.preload');
  expect((await ruleset()).replace(/packets \d+ bytes \d+/, '')).toBe(
    former.replace(/packets \d+ bytes \d+/, ''),
  );
  await fence(kept, { op: 'undo', run: 'ld0', before: first.result!.before! });
  expect(await ruleset()).toBe(table);
});
