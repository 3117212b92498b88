import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { Lab } from './lab.ts';
import { v6 } from './machine.ts';
import { give, type Order, orderText, probed } from './orders.ts';
import { clientAt, clientScript, proxyCommand, quietly, serverScript, unit } from './streams.ts';

let lab: Lab;
const node = process.execPath;
const sh = async (command: string, at = 'cp1') => (await lab.at(at).sh(command)).stdout.trim();
const state = async (at: string, file = '/tmp/v4') => (await sh(`cut -d' ' -f1 ${file}`, at)) || 'none';
/** Both families of a machine's clients. */
const states = async (at: string) => [...new Set([await state(at), await state(at, '/tmp/v6')])].join(' ');
const served = (at: string) =>
  sh(
    `ss -Htn state established '( sport = :6443 ) and ( dst ${lab.at(at).spec.address} or dst [${v6(lab.at(at).spec.address)}] )' | wc -l`,
  );
/** Two more streams of w1, on which nobody says anything. */
const quiet = async () => {
  const { address } = lab.at('cp1').spec;
  await sh(`systemd-run --quiet --collect ${quietly(address, v6(address))}`, 'w1');
  await becomes(() => served('w1'), '4');
};
/** All tables of both families; counters apart. */
const rules = () =>
  sh(`{ iptables-save; ip6tables-save; } 2>/dev/null | sed -e '/^#/d' -e 's/ \\[[0-9:]*\\]$//'`);
const fence = (params: Record<string, unknown>, order: Order) =>
  give(lab, 'cp1', 'fence', { timer: '60s', allow: v6(lab.at('cp2').spec.address), ...params }, order);
const readmit = (clients: string, order: Order) => give(lab, 'cp1', 'readmit', { clients }, order);
const back = async (action: typeof fence, run: string, before?: Record<string, string>) =>
  (await action({}, { op: 'undo', run, ...(before && { before }) })).result;
const becomes = (what: () => Promise<string>, value: string, timeout = 5000) =>
  vi.waitFor(async () => expect(await what()).toBe(value), { timeout, interval: 100 });

// The shapes of kube-proxy, Calico and Cilium.
const OTHERS = `*nat
:KUBE-SERVICES - [0:0]
:KUBE-SVC-API - [0:0]
-A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
-A KUBE-SERVICES -p tcp -m tcp --dport 443 -m comment --comment "default/kubernetes:https" -j KUBE-SVC-API
-A KUBE-SVC-API -j RETURN
COMMIT
*filter
:KUBE-FIREWALL - [0:0]
:KUBE-NODEPORTS - [0:0]
:CILIUM_INPUT - [0:0]
:cali-INPUT - [0:0]
:cali-from-host - [0:0]
-A INPUT -m comment --comment "cali:Cz_u1IQiXIMmKD4c" -j cali-INPUT
-A INPUT -m comment --comment "kubernetes health check service ports" -j KUBE-NODEPORTS
-A INPUT -j KUBE-FIREWALL
-A INPUT -m comment --comment "cilium-feeder: CILIUM_INPUT" -j CILIUM_INPUT
-A CILIUM_INPUT -m mark --mark 0x200/0xf00 -m comment --comment "cilium: ACCEPT for proxy traffic" -j ACCEPT
-A KUBE-FIREWALL -m comment --comment "kubernetes firewall" -m mark --mark 0x8000/0x8000 -j DROP
-A cali-INPUT -m comment --comment "cali:i7okJZpS8VxaJB3n" -m mark --mark 0x10000/0x10000 -j ACCEPT
-A cali-INPUT -p tcp -m tcp --dport 7443 -j cali-from-host
-A cali-from-host -j DROP
COMMIT
*mangle
:KUBE-KUBELET-CANARY - [0:0]
:cali-PREROUTING - [0:0]
-A PREROUTING -m comment --comment "cali:6gwbT8clXdHdC1b1" -j cali-PREROUTING
-A cali-PREROUTING -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
COMMIT
`;

beforeAll(async () => {
  const files = {
    '/opt/server.mjs': serverScript,
    '/opt/client.mjs': clientScript,
    '/etc/systemd/system/api.service': unit(`${node} /opt/server.mjs`),
    '/opt/others': OTHERS,
  };
  lab = await Lab.up(['cp1', 'cp2', 'w1'].map((name) => ({ name, files })));
  await sh('mv /usr/sbin/nft /usr/sbin/nft.off; systemctl start api');
  const { address } = lab.at('cp1').spec;
  for (const at of ['cp1', 'cp2', 'w1']) {
    const [to4, to6] = at === 'cp1' ? ['127.0.0.1', '::1'] : [address, v6(address)];
    await sh(
      `systemd-run --unit=c4 ${node} /opt/client.mjs ${to4} /tmp/v4; systemd-run --unit=c6 ${node} /opt/client.mjs ${to6} /tmp/v6`,
      at,
    );
  }
  for (const at of ['cp1', 'cp2', 'w1']) await becomes(() => states(at), 'up', 20_000);
});
afterAll(() => lab?.down());

let before = '';

/** Other tests' rules would hold beside these: each kind is a firewall of its own in the kernel. */
const stand = async (kind: string) => {
  await sh(
    `for t in iptables ip6tables; do for i in nat filter mangle; do $t -t $i -F; $t -t $i -X; done; update-alternatives --set $t /usr/sbin/$t-${kind}; $t-restore </opt/others; done`,
  );
  before = await rules();
  expect(before).toContain('cali-INPUT');
};

describe.each(['legacy', 'nft'])('iptables-%s', (kind) => {
  beforeAll(() => stand(kind));
  beforeEach(() => becomes(() => states('w1'), 'up'));

  test('both families end on both sides, the allowed notice nothing, the rules of others hold; undo is exact', async () => {
    const run = `${kind}1`;
    expect((await fence({}, { op: 'check', run })).result).toMatchObject({
      state: 'would',
      before: { table: 'absent' },
      data: { clients: '2' },
    });
    expect(await rules()).toBe(before);
    await quiet();
    const noticed = async () => [
      await sh('cat /tmp/v4 /tmp/v6', 'cp2'),
      await sh('cat /tmp/v4 /tmp/v6', 'cp1'),
    ];
    const kept = await noticed();
    const apply = await fence({}, { op: 'apply', run });
    expect(apply.result).toMatchObject({ state: 'changed', data: { left: '0' } });
    expect(await served('w1')).toBe('0');
    await becomes(() => states('w1'), 'ECONNREFUSED', 2500);
    expect((await probed(lab, 'cp1')).fenced).toMatch(new RegExp(`^${run}/s1 \\d{10} \\d+$`));
    expect((await fence({}, { op: 'verify', run })).result).toMatchObject({
      state: 'ok',
      data: { armed: 'yes', left: '0' },
    });
    // What accepts before it lets its clients in: Calico puts its own first again.
    await sh('iptables -I INPUT 1 -p tcp --dport 9 -j ACCEPT');
    expect((await fence({}, { op: 'verify', run })).result).toMatchObject({
      state: 'ok',
      note: expect.stringContaining('come before the fence in INPUT of iptables'),
    });
    await sh('iptables -D INPUT 1');
    // In place, but its timer would take it away: a second order does not call that done.
    expect((await fence({}, { op: 'check', run: `${run}b` })).result).toMatchObject({ state: 'would' });
    expect((await fence({}, { op: 'keep', run })).result).toMatchObject({ state: 'changed' });
    const again = await fence({}, { op: 'apply', run: `${run}b` });
    expect(again.result).toMatchObject({ state: 'already', before: { table: 'present' } });
    expect(await noticed()).toEqual(kept);
    // A client that the fence lets in continues to the rules of others, which see it.
    const theirs = `cali-INPUT -p tcp --dport 6443 -s ${lab.at('cp2').spec.address} -m comment --comment seen`;
    await sh(`iptables -A ${theirs}`);
    await becomes(() => sh("iptables -nvxL cali-INPUT | awk '/seen/ { print ($1 > 0) }'"), '1');
    await sh(`iptables -D ${theirs}`);
    expect(await back(fence, run, apply.result!.before)).toMatchObject({ state: 'changed' });
    expect(await rules()).toBe(before);
  });

  test('fences every port of the API that the kit names', async () => {
    const run = `${kind}-ports`;
    const of = { clientPorts: [8443] };
    lab.at('w1').put('/opt/by-proxy.mjs', clientAt(8443));
    await sh(`systemd-run --quiet --unit=proxy-${kind} ${proxyCommand(8443)}; sleep 1`);
    const { address } = lab.at('cp1').spec;
    await sh(`systemd-run --quiet --unit=cpx-${kind} ${node} /opt/by-proxy.mjs ${address} /tmp/px`, 'w1');
    await becomes(() => state('w1', '/tmp/px'), 'up', 10_000);
    const apply = await fence({}, { op: 'apply', run, ...of });
    expect(apply.result).toMatchObject({ state: 'changed', data: { left: '0' } });
    await becomes(() => state('w1', '/tmp/px'), 'ECONNREFUSED');
    await becomes(() => states('w1'), 'ECONNREFUSED');
    expect((await fence({}, { op: 'verify', run, ...of })).result).toMatchObject({ state: 'ok' });
    await fence({}, { op: 'undo', run, ...of, before: apply.result!.before! });
    await becomes(() => state('w1', '/tmp/px'), 'up');
    expect(await rules()).toBe(before);
    await sh(`systemctl stop cpx-${kind}`, 'w1');
    await sh(`systemctl stop proxy-${kind}`);
  });
});

/** Whether new connections of w1 come in, of each family. */
const enters = async () => {
  const { address } = lab.at('cp1').spec;
  const tried = (to: string) =>
    `timeout 2 bash -c 'echo >/dev/tcp/${to}/6443' 2>/dev/null && echo in || echo out`;
  return await sh(`${tried(address)}; ${tried(v6(address))}`, 'w1');
};

describe.each(['legacy', 'nft'])('cordon by iptables-%s', (kind) => {
  const cordon = (order: Order) =>
    give(lab, 'cp1', 'cordon', { port: '6443,30000-32767', timer: kind === 'nft' ? '10s' : '60s' }, order);

  test('new connections of both families are dropped, running ones and local ones go on; back by undo or timer, exact', async () => {
    const run = `co-${kind}`;
    await stand(kind);
    await becomes(() => states('w1'), 'up');
    const running = await sh('cat /tmp/v4 /tmp/v6', 'w1');
    expect((await cordon({ op: 'check', run })).result).toMatchObject({ state: 'would' });
    expect(await rules()).toBe(before);
    const apply = await cordon({ op: 'apply', run });
    expect(apply.result).toMatchObject({
      state: 'changed',
      before: { table: 'absent' },
      note: expect.stringContaining('dropped by iptables'),
    });
    if (kind === 'legacy') {
      expect((await cordon({ op: 'keep', run })).result).toMatchObject({ state: 'changed' });
      expect(await enters()).toBe('out\nout');
      expect(await sh('for to in 127.0.0.1 ::1; do (echo >/dev/tcp/$to/6443) && echo in; done')).toBe(
        'in\nin',
      );
      expect(await sh('cat /tmp/v4 /tmp/v6', 'w1')).toBe(running);
      const { result } = await cordon({ op: 'verify', run });
      expect(result).toMatchObject({ state: 'ok', data: { armed: 'no' } });
      expect(Number(result?.data?.['refused'])).toBeGreaterThan(1);
      expect((await cordon({ op: 'apply', run: `${run}b` })).result).toMatchObject({ state: 'already' });
      await cordon({ op: 'undo', run, before: apply.result!.before! });
      expect(await rules()).toBe(before);
      expect(await enters()).toBe('in\nin');
    }
    await becomes(rules, before, 20_000);
    expect(await sh('cat /tmp/v4 /tmp/v6', 'w1')).toBe(running);
  });
});

describe('iptables', () => {
  const kind = 'i';
  beforeEach(() => becomes(() => states('w1'), 'up'));

  test('a fence over a fence: another list is another fence; undo brings the former back, and closes for it', async () => {
    const first = await fence({ rate: 7 }, { op: 'apply', run: `${kind}3` });
    await fence({}, { op: 'keep', run: `${kind}3` });
    const former = await rules();
    const wider = { allow: `${v6(lab.at('cp2').spec.address)},${lab.net}.0/24,fd00:f1::/64` };
    const second = await fence(wider, { op: 'apply', run: `${kind}4` });
    expect(second.result).toMatchObject({ state: 'changed', before: { table: 'present' } });
    await becomes(() => states('w1'), 'up');
    expect(await back(fence, `${kind}4`, second.result!.before)).toMatchObject({
      state: 'changed',
      data: { left: '0' },
    });
    expect(await rules()).toBe(former);
    await becomes(() => states('w1'), 'ECONNREFUSED', 2500);
    // A third that nobody keeps goes back to the one that was kept.
    await fence({ ...wider, timer: '10s' }, { op: 'apply', run: `${kind}5` });
    await becomes(rules, former, 15_000);
    await back(fence, `${kind}3`, first.result!.before);
    expect(await rules()).toBe(before);
  });

  test('an order over one that nobody kept: undo leaves no fence, and closes nobody', async () => {
    const streams = () => sh('cat /tmp/v4 /tmp/v6', 'cp2');
    const running = await streams();
    await fence({ rate: 7 }, { op: 'apply', run: `${kind}u1` });
    const second = await fence({}, { op: 'apply', run: `${kind}u2` });
    expect(second.result).toMatchObject({ state: 'changed', before: { table: 'present' } });
    const undo = await back(fence, `${kind}u2`, second.result!.before);
    expect(await rules()).not.toContain('FIREAXE');
    expect(await streams()).toBe(running);
    expect(undo).toMatchObject({ state: 'changed', note: expect.stringContaining('absent') });
    expect(await sh('systemctl list-timers --all --no-legend "fireaxe*"')).toBe('');
  });

  test('readmit: a batch, back again; all, and the fence again', async () => {
    const { address } = lab.at('w1').spec;
    const apply = await fence({}, { op: 'apply', run: `${kind}6` });
    await fence({}, { op: 'keep', run: `${kind}6` });
    await becomes(() => states('w1'), 'ECONNREFUSED', 2500);
    const fenced = await rules();
    const batch = await readmit(`${address},${v6(address)}`, { op: 'apply', run: `${kind}r` });
    expect(batch.result).toMatchObject({ state: 'changed', before: { added: '2' } });
    await becomes(() => states('w1'), 'up');
    expect((await readmit('w1', { op: 'apply', run: `${kind}s` })).result).toMatchObject({
      state: 'already',
    });
    await quiet();
    const undo = await readmit('w1', { op: 'undo', run: `${kind}r`, before: batch.result!.before! });
    expect(undo.result).toMatchObject({ state: 'changed' });
    expect(await served('w1')).toBe('0');
    await becomes(() => states('w1'), 'ECONNREFUSED', 2500);
    expect(await rules()).toBe(fenced);

    const all = await readmit('all', { op: 'apply', run: `${kind}t` });
    expect(all.result).toMatchObject({ state: 'changed', before: { fence: 'present', by: 'iptables' } });
    expect(await rules()).toBe(before);
    expect((await readmit('all', { op: 'verify', run: `${kind}t` })).result).toMatchObject({ state: 'ok' });
    await becomes(() => states('w1'), 'up');
    await quiet();
    const again = await readmit('all', { op: 'undo', run: `${kind}t`, before: all.result!.before! });
    expect(again.result).toMatchObject({ state: 'changed', data: { left: '0' } });
    expect(await served('w1')).toBe('0');
    expect(await rules()).toBe(fenced);
    await back(fence, `${kind}6`, apply.result!.before);
    expect(await rules()).toBe(before);
  });

  test('killed amid the load of its rules: its timer, there before them, takes them away', async () => {
    const params = { timer: '10s', allow: v6(lab.at('cp2').spec.address) };
    const text = orderText(lab, 'cp1', 'fence', params, { op: 'apply', run: `${kind}k` });
    await lab.at('cp1').run(text.replace('ipt_load "$IP_T"', (load) => `${load}; kill -9 $$`));
    expect(await rules()).not.toBe(before);
    expect(await sh('systemctl list-timers --no-legend "fireaxe*" | wc -l')).toBe('1');
    await becomes(rules, before, 15_000);
  });

  test('flushed by somebody else: gone, undo has nothing to do, the next order brings it back, until its timer', async () => {
    const apply = await fence({}, { op: 'apply', run: `${kind}7` });
    await sh(
      'for t in iptables ip6tables; do for i in nat filter mangle; do $t -t $i -F; $t -t $i -X; done; $t-restore </opt/others; done',
    );
    expect((await fence({}, { op: 'verify', run: `${kind}7` })).result).toMatchObject({ code: 'gone' });
    expect(await back(fence, `${kind}7`, apply.result!.before)).toMatchObject({ state: 'already' });
    // And that one nobody keeps: gone within T + 5 s.
    const next = await fence({ timer: '10s' }, { op: 'apply', run: `${kind}8` });
    expect(next.result).toMatchObject({ state: 'changed' });
    await becomes(() => states('w1'), 'ECONNREFUSED', 2500);
    await becomes(rules, before, 15_000);
    // The other timer waits a moment to see that the revert ended.
    await becomes(() => sh('systemctl list-timers --all --no-legend "fireaxe*"'), '', 5000);
  });
});

test('an nft that the kernel does not answer counts as missing; neither tool: refused', async () => {
  await sh(
    'printf "#!/bin/sh\\necho Operation not supported >&2; exit 1\\n" >/usr/sbin/nft; chmod +x /usr/sbin/nft',
  );
  const apply = await fence({}, { op: 'apply', run: 'dead1' });
  expect(apply.result).toMatchObject({ state: 'changed', note: expect.stringContaining('by iptables') });
  expect((await fence({}, { op: 'verify', run: 'dead1' })).result).toMatchObject({ state: 'ok' });
  // A tool that stopped working takes nothing back: what it made is still there.
  await sh(
    'mv /usr/sbin/ip6tables-restore /usr/sbin/ip6tables-restore.off; mv /usr/sbin/ip6tables /usr/sbin/ip6tables.off',
  );
  expect(await back(fence, 'dead1', apply.result!.before)).toMatchObject({ state: 'failed' });
  await sh(
    'mv /usr/sbin/ip6tables-restore.off /usr/sbin/ip6tables-restore; mv /usr/sbin/ip6tables.off /usr/sbin/ip6tables',
  );
  expect(await back(fence, 'dead1', apply.result!.before)).toMatchObject({ state: 'changed' });
  await sh('for t in iptables ip6tables; do mv /usr/sbin/$t /usr/sbin/$t.off; done');
  expect((await fence({}, { op: 'apply', run: 'dead2' })).result).toMatchObject({
    state: 'refused',
    code: 'nft',
  });
  await sh('rm /usr/sbin/nft');
  for (const action of ['fence', 'readmit']) {
    const params = action === 'readmit' ? { clients: 'all' } : {};
    expect(
      (await give(lab, 'cp1', action, params, { op: 'apply', run: `none-${action}` })).result,
    ).toMatchObject({
      state: 'refused',
      code: 'no-tool',
    });
  }
});
