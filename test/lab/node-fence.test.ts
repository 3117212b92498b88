import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Lab } from './lab.ts';
import { v6 } from './machine.ts';
import { give, type Order, orderText } from './orders.ts';
import { clientScript, serverScript, unit } from './streams.ts';

let lab: Lab;
const node = process.execPath;
const VIP = '10.96.0.1';
const sh = async (command: string, at = 'w1') => (await lab.at(at).sh(command)).stdout.trim();
/** The clients: by the API server's address, by IPv6, and by the service address, of each unit. */
const WAYS = ['v4', 'v6', 'vip'];
const state = async (of: string, way: string) => (await sh(`cut -d' ' -f1 /tmp/${of}-${way}`)) || 'none';
const states = async (of: string) =>
  [...new Set(await Promise.all(WAYS.map((way) => state(of, way))))].join(' ');
/** When a client's state last changed: the same as long as it does not notice anything. */
const noticed = (of: string) => sh(`cat /tmp/${of}-v4 /tmp/${of}-v6 /tmp/${of}-vip`);
/** Without the counters. */
const ruleset = async () => (await sh('nft list ruleset')).replace(/packets \d+ bytes \d+/g, '');
const picture = async () =>
  `${await ruleset()}\n${await sh("systemctl list-units --all --plain --no-legend 'fireaxe*'; ls /run/fireaxe 2>/dev/null; find /sys/fs/cgroup/system.slice -maxdepth 1 -name 'lab-agent*' -o -maxdepth 1 -name 'lab-kubelet*'")}`;
const fence = (params: Record<string, unknown>, order: Order) =>
  give(
    lab,
    'w1',
    'fence',
    { on: 'nodes', timer: '60s', service: `${VIP},${v6(lab.at('cp1').spec.address)}`, ...params },
    order,
  );
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

// As kube-proxy does: the service address becomes the API server's.
const translate = (to: string) => `
table ip services {
  chain output { type nat hook output priority -100; policy accept; ip daddr ${VIP} tcp dport 443 dnat to ${to}:6443; }
}
`;

// One unit with a client for each way, one of them at the service's own port.
const clients = (name: string) => `
for way in v4 v6 vip; do
  case $way in
    v4) set -- $1 $2 ; to=$1 ;;
    v6) to=$2 ;;
    vip) to=${VIP} ;;
  esac
  ${node} /opt/client.mjs $to /tmp/${name}-$way &
done
wait
`;

beforeAll(async () => {
  lab = await Lab.up([
    {
      name: 'cp1',
      files: {
        '/opt/server.mjs': serverScript,
        '/etc/systemd/system/api.service': unit(`${node} /opt/server.mjs`),
      },
    },
    {
      name: 'w1',
      files: {
        // The service's port is 443.
        '/opt/client.mjs': clientScript.replace('port: 6443', `port: host === '${VIP}' ? 443 : 6443`),
        '/opt/agent': clients('agent'),
        '/opt/kubelet': clients('kubelet'),
      },
    },
  ]);
  const { address } = lab.at('cp1').spec;
  for (const name of ['agent', 'kubelet']) {
    const user = name === 'agent' ? 'User=daemon\n' : '';
    lab
      .at('w1')
      .put(
        `/etc/systemd/system/lab-${name}.service`,
        unit(`/bin/sh /opt/${name} ${address} ${v6(address)}`).replace('[Service]\n', `[Service]\n${user}`),
      );
  }
  lab.at('w1').put('/opt/services.nft', translate(address));
  await sh('systemctl start api', 'cp1');
  await sh(
    `ip route add ${VIP}/32 dev host0; nft -f /opt/services.nft; systemctl daemon-reload; systemctl start lab-agent lab-kubelet`,
  );
  for (const of of ['agent', 'kubelet']) await until(() => states(of), 'up', 20_000);
});
afterAll(() => lab?.down());

/** The server's side of the worker's connections. */
const served = () => sh(`ss -Htn state established '( sport = :6443 )' | wc -l`, 'cp1');

/** The state after the undo of a fence on this worker: the former one, and nothing of Fireaxe. */
const restored = async () => {
  await sh('sleep 1.5; rm -rf /run/fireaxe');
  return picture();
};

describe.each([
  ['only the offender, by its unit', { only: 'lab-agent' }],
  ['only the offender, by the path of its cgroup', { only: '/system.slice/lab-agent.service' }],
  ['only the offender, by its user', { user: 'daemon' }],
  ['all but the kubelet', { except: 'lab-kubelet' }],
])('%s', (title, params) => {
  const run = title.replace(/\W/g, '');
  test('check changes nothing; cut within 2 s, the other notices nothing; already; undo is exact', async () => {
    const before = await picture();
    const check = await fence(params, { op: 'check', run });
    expect(check.result).toMatchObject({
      state: 'would',
      before: { table: 'absent' },
      data: { connections: '3' },
    });
    expect(await picture()).toBe(before);
    expect(await served()).toBe('6');

    const kept = await noticed('kubelet');
    const apply = await fence(params, { op: 'apply', run });
    expect(apply.result).toMatchObject({ state: 'changed', data: { closed: '3', left: '0' } });
    await until(() => states('agent'), 'ECONNREFUSED', 2000);
    await until(served, '3', 2000);
    expect((await fence(params, { op: 'verify', run })).result).toMatchObject({
      state: 'ok',
      data: { armed: 'yes', left: '0' },
    });
    expect((await fence(params, { op: 'keep', run })).result).toMatchObject({ state: 'changed' });
    const again = await fence(params, { op: 'apply', run: `${run}2` });
    expect(again.result).toMatchObject({ state: 'already', before: { table: 'present' } });
    const fenced = await ruleset();
    await fence(params, { op: 'undo', run: `${run}2`, before: again.result!.before! });
    expect(await ruleset()).toBe(fenced);
    expect(await noticed('kubelet')).toBe(kept);

    const undo = await fence(params, { op: 'undo', run, before: apply.result!.before! });
    expect(undo.result).toMatchObject({ state: 'changed' });
    expect(await restored()).toBe(before);
    await until(() => states('agent'), 'up', 5000);
    expect(await noticed('kubelet')).toBe(kept);
  });
});

test('a connection on which nobody says anything ends on both sides', async () => {
  const { address } = lab.at('cp1').spec;
  const listen = `require('net').createServer((s) => s.on('error', () => {})).listen(443, '::')`;
  await sh(`systemd-run --unit=silent ${node} -e "${listen}"; sleep 0.5`, 'cp1');
  const talk = `require('net').connect(443, '${address}').on('error', () => setTimeout(() => {}, 1e6))`;
  await sh(`systemd-run --unit=lab-silent ${node} -e "${talk}"`);
  const open = () => sh(`ss -Htn state established '( sport = :443 )' | wc -l`, 'cp1');
  await until(open, '1', 5000);
  const apply = await fence({ only: 'lab-silent' }, { op: 'apply', run: 'q1' });
  expect(apply.result).toMatchObject({ state: 'changed', data: { closed: '1', left: '0' } });
  await until(open, '0', 2000);
  expect([await states('agent'), await states('kubelet')]).toEqual(['up', 'up']);
  await fence({ only: 'lab-silent' }, { op: 'undo', run: 'q1', before: apply.result!.before! });
  await restored();
});

describe('what changes meanwhile', () => {
  test.each([
    ['the offender, by its unit', { only: 'lab-agent' }, 'agent', 'ECONNREFUSED'],
    ['the kubelet among the fenced', { except: 'lab-kubelet' }, 'kubelet', 'up'],
  ])('%s, starts again and is in a new cgroup of the same name', async (title, params, name, then) => {
    const run = title.replace(/\W/g, '');
    const before = await picture();
    const apply = await fence(params, { op: 'apply', run });
    await until(() => states('agent'), 'ECONNREFUSED', 2500);
    await sh(`systemctl stop lab-${name}; rm -f /tmp/${name}-*; systemctl start lab-${name}`);
    await until(() => states(name), then, 5000);
    await pause(2000);
    expect([await states('agent'), await states('kubelet')]).toEqual(['ECONNREFUSED', 'up']);
    expect((await fence(params, { op: 'verify', run })).result).toMatchObject({
      state: 'ok',
      data: { left: '0' },
    });
    const again = await fence(params, { op: 'check', run: `${run}2` });
    expect(again.result?.note).toContain('not kept');
    expect(await fence(params, { op: 'undo', run, before: apply.result!.before! })).toMatchObject({
      code: 0,
    });
    expect(await restored()).toBe(before);
    await until(() => states('agent'), 'up', 5000);
  });

  test('no systemd-run: timer and watch are processes of their own, and go alike; no setsid either: refused', async () => {
    const before = await picture();
    const mine = () => sh(`pgrep -fc '/run/fireaxe/[d]1/'`);
    await sh('mv /usr/bin/systemd-run /usr/bin/systemd-run.off');
    const apply = await fence({ only: 'lab-agent', timer: '15s' }, { op: 'apply', run: 'd1' });
    expect(apply.result).toMatchObject({ state: 'changed', data: { left: '0' } });
    await until(() => states('agent'), 'ECONNREFUSED', 2500);
    await sh('systemctl stop lab-agent; rm -f /tmp/agent-*; systemctl start lab-agent');
    await until(() => states('agent'), 'ECONNREFUSED', 5000);
    expect((await fence({ only: 'lab-agent' }, { op: 'verify', run: 'd1' })).result).toMatchObject({
      state: 'ok',
      data: { armed: 'yes', left: '0' },
    });
    await until(mine, '2', 4000);
    await until(() => states('agent'), 'up', 26_000);
    await until(mine, '0', 4000);
    await sh('mv /usr/bin/setsid /usr/bin/setsid.off');
    const none = await fence({ only: 'lab-agent' }, { op: 'apply', run: 'd2' });
    expect(none.result).toMatchObject({ state: 'refused', code: 'no-timer' });
    await sh('for t in systemd-run setsid; do mv /usr/bin/$t.off /usr/bin/$t; done');
    expect(await restored()).toBe(before);
  });

  test('nobody keeps it: gone within T + 5 s, and the watch with it', async () => {
    const before = await picture();
    const apply = await fence({ only: 'lab-agent', timer: '10s' }, { op: 'apply', run: 't1' });
    expect(apply.result).toMatchObject({ state: 'changed' });
    expect(await until(() => states('agent'), 'up', 16_000)).toBeGreaterThan(5000);
    expect((await fence({ only: 'lab-agent' }, { op: 'receipt', run: 't1' })).result).toMatchObject({
      data: { fired: '1' },
    });
    expect(await restored()).toBe(before);
  });

  test('killed right after the rules were loaded: its timer puts it right', async () => {
    const before = await picture();
    const text = orderText(
      lab,
      'w1',
      'fence',
      { on: 'nodes', only: 'lab-agent', timer: '10s' },
      { op: 'apply', run: 'k1' },
    );
    await lab.at('w1').run(text.replace('nft_load rules.nft', (load) => `${load}; kill -9 $$`));
    expect(await ruleset()).toContain('fireaxe_clients');
    await until(async () => String((await ruleset()).includes('fireaxe_clients')), 'false', 16_000);
    expect(await restored()).toBe(before);
    await until(() => states('agent'), 'up', 5000);
  });

  test('a fence over a fence: undo brings the former one back, and it still holds', async () => {
    const before = await picture();
    const first = await fence({ user: 'daemon' }, { op: 'apply', run: 'o1' });
    await fence({ user: 'daemon' }, { op: 'keep', run: 'o1' });
    const former = await ruleset();
    const second = await fence({ except: 'lab-kubelet' }, { op: 'apply', run: 'o2' });
    expect(second.result).toMatchObject({ state: 'changed', before: { table: 'present' } });
    await fence({ except: 'lab-kubelet' }, { op: 'undo', run: 'o2', before: second.result!.before! });
    expect(await ruleset()).toBe(former);
    expect(await states('agent')).toBe('ECONNREFUSED');
    await fence({ user: 'daemon' }, { op: 'undo', run: 'o1', before: first.result!.before! });
    expect(await restored()).toBe(before);
    await until(() => states('agent'), 'up', 5000);
  });

  test('a service address that nobody told is known by what it is translated to', async () => {
    const params = { only: 'lab-agent', service: v6(lab.at('cp1').spec.address) };
    const apply = await fence(params, { op: 'apply', run: 'v1' });
    expect(apply.result).toMatchObject({ state: 'changed', data: { left: '0' } });
    await until(() => states('agent'), 'ECONNREFUSED', 2500);
    expect(await states('kubelet')).toBe('up');
    await fence(params, { op: 'undo', run: 'v1', before: apply.result!.before! });
    await until(() => states('agent'), 'up', 5000);
  });

  test('a service address that is translated to one that nobody told', async () => {
    const params = { only: 'lab-agent', service: VIP };
    const where = lab.at('cp1').spec.address;
    await sh('ip addr add 192.0.2.1/24 dev host0', 'cp1');
    await sh(
      `ip addr add 192.0.2.9/24 dev host0; sed 's/${where}:6443/192.0.2.1:6443/' /opt/services.nft >/opt/other.nft; nft delete table ip services; nft -f /opt/other.nft; systemctl restart lab-agent lab-kubelet`,
    );
    for (const of of ['agent', 'kubelet']) await until(() => states(of), 'up', 8000);
    const apply = await fence(params, { op: 'apply', run: 'n1' });
    await until(() => state('agent', 'vip'), 'ECONNREFUSED', 2500);
    expect(await states('kubelet')).toBe('up');
    await fence(params, { op: 'undo', run: 'n1', before: apply.result!.before! });
  });
});

test('refused where the cgroup is not there, or the unit does not run', async () => {
  const before = await restored();
  for (const [only, code] of [
    ['/system.slice/nosuch.service', 'no-cgroup'],
    ['nosuch', 'not-found'],
  ]) {
    const { result } = await fence({ only }, { op: 'apply', run: `r-${code}` });
    expect(result).toMatchObject({ state: 'refused', code });
  }
  expect(await restored()).toBe(before);
});
