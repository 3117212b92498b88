import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Lab } from './lab.ts';
import { v6 } from './machine.ts';
import { give, type Order, orderText } from './orders.ts';
import { clientScript, serverScript, unit } from './streams.ts';

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
  for (const at of ['cp1', 'cp2', 'w1', 'w2']) await until(() => state(at), 'up', 20_000);
});
afterAll(() => lab?.down());

const allow = () => ({ allow: [v6(lab.at('cp2').spec.address)] });

describe('fence by nft', () => {
  test('check changes nothing; the fenced end within 2 s on both sides, the allowed notice nothing; already; undo is exact', async () => {
    const before = await ruleset();
    const check = await fence({ timer: '60s', ...allow() }, { op: 'check', run: 'f1' });
    expect(check.result).toMatchObject({ state: 'would', before: { table: 'absent' } });
    expect(await ruleset()).toBe(before);
    expect(await sh('ls /run/fireaxe 2>/dev/null; systemctl list-timers --all --no-legend "fireaxe*"')).toBe(
      '',
    );

    const kept = await sh('cat /tmp/v4', 'cp2');
    const began = Date.now();
    const apply = await fence({ timer: '60s', ...allow() }, { op: 'apply', run: 'f1' });
    expect(apply.result).toMatchObject({
      state: 'changed',
      before: { table: 'absent' },
      data: { left: '0' },
    });
    for (const at of ['w1', 'w2']) {
      await until(() => state(at), 'ECONNREFUSED', 2500);
      await until(() => state(at, '/tmp/v6'), 'ECONNREFUSED', 2500);
    }
    expect(Date.now() - began).toBeLessThan(6000);
    expect(
      await sh(`ss -Htn state established '( sport = :6443 )' | grep -c -e ${lab.at('w1').spec.address}`),
    ).toBe('0');
    expect(await sh('cat /tmp/v4', 'cp2')).toBe(kept);
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

  test('nobody keeps it: gone within T + 5 s, although the client died in the middle', async () => {
    const before = await ruleset();
    const apply = await fence({ timer: '10s' }, { op: 'apply', run: 'd1' });
    expect(apply.result).toMatchObject({ state: 'changed' });
    const took = await until(ruleset, before, 15_000);
    expect(took).toBeGreaterThan(5000);
    expect((await fence({ timer: '10s' }, { op: 'keep', run: 'd1' })).result).toMatchObject({
      state: 'failed',
      code: 'fired',
    });
    expect((await fence({ timer: '10s' }, { op: 'verify', run: 'd1' })).result).toMatchObject({
      state: 'failed',
      code: 'gone',
    });
    expect((await fence({ timer: '10s' }, { op: 'receipt', run: 'd1' })).result).toMatchObject({
      data: { fired: '1' },
    });
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

    // The second batch brought w2 alone; taken back, w1 stays in.
    const kept = await sh('cat /tmp/v4', 'w1');
    await readmit({ clients: '100%' }, { op: 'undo', run: 'r2', before: both.result!.before! });
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
    await readmit({ clients: 'all' }, { op: 'undo', run: 'r3', before: all.result!.before! });
    await until(() => state('w2'), 'ECONNREFUSED', 4000);
    expect(await state('w1')).toBe('up');
    await fence({ timer: '120s' }, { op: 'undo', run: 'r0', before: apply.result!.before! });
    expect(await sh('nft list tables')).not.toContain('fireaxe');
  });
});
