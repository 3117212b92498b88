import { afterAll, beforeAll, expect, test } from 'vitest';
import { Lab } from './lab.ts';
import { give, type Order } from './orders.ts';

let lab: Lab;
const sh = async (command: string) => (await lab.at('w1').sh(command)).stdout.trim();
const stop = (params: Record<string, unknown>, order: Order) => give(lab, 'w1', 'stop', params, order);
const states = (...units: string[]) =>
  sh(
    `for u in ${units.join(' ')}; do cut -d' ' -f3 /proc/$(systemctl show -p MainPID --value $u)/stat; done | tr -d '\\n'`,
  );

const NAMES = ['offender', 'telemetry-agent-exporter', 'telemetry-agent-proxy'];

beforeAll(async () => {
  lab = await Lab.up([{ name: 'w1' }]);
  await sh(`cd /usr/local/bin; for n in ${NAMES.join(' ')}; do cp /bin/sleep $n; done`);
});
afterAll(() => lab?.down());

test('held already is not held long enough: it goes on, and undo brings its former end back', async () => {
  await sh('systemd-run --unit=h1 /usr/local/bin/offender 100000');
  const [short, long] = [60, 3000].map((s) => ({ process: 'offender', for: `${s}s` }));
  const until = async () => Number(await sh('cat /run/fireaxe/hold-*/until'));
  const first = await stop(short!, { op: 'apply', run: 'h1' });
  expect(first.result).toMatchObject({ state: 'changed', data: { held: '1' } });
  const former = await until();
  expect((await stop(long!, { op: 'check', run: 'h2' })).result).toMatchObject({
    state: 'would',
    note: expect.stringContaining('will extend it to 3000s'),
  });
  expect(await until()).toBe(former);
  const second = await stop(long!, { op: 'apply', run: 'h2' });
  expect(second.result).toMatchObject({ state: 'changed', before: { watch: 'on', until: String(former) } });
  expect(await until()).toBeGreaterThan(former + 2000);
  expect((await stop(long!, { op: 'apply', run: 'h3' })).result).toMatchObject({ state: 'already' });
  expect((await stop(short!, { op: 'apply', run: 'h4' })).result).toMatchObject({ state: 'already' });
  await stop(long!, { op: 'undo', run: 'h2', before: second.result!.before! });
  expect(await until()).toBe(former);
  expect(await states('h1')).toBe('T');
  await stop(short!, { op: 'undo', run: 'h1', before: first.result!.before! });
  expect(await states('h1')).toBe('S');
  await sh('systemctl stop h1; rm -rf /run/fireaxe');
});

test('its notes removed by hand: the watch restores them; without it undo releases all, or says that it does not know which', async () => {
  await sh(
    'for u in l1 l2; do systemd-run --unit=$u /usr/local/bin/offender 100000; done; systemctl kill -s STOP l1',
  );
  const params = { process: 'offender', for: '5m' };
  const held = await stop(params, { op: 'apply', run: 'l0' });
  const notes = () => sh('sort -u /run/fireaxe/hold-*/frozen');
  const before = await notes();
  await sh('rm -rf /run/fireaxe');
  // The watch that still runs knows them: all is as before.
  await expect.poll(notes, { timeout: 20_000 }).toBe(before);
  await sh('systemctl restart l2');
  await expect.poll(() => states('l1', 'l2'), { timeout: 20_000 }).toBe('TT');
  expect((await stop(params, { op: 'verify', run: 'l0' })).result).toMatchObject({ state: 'ok' });
  await stop(params, { op: 'undo', run: 'l0', before: held.result!.before! });
  expect(await states('l1', 'l2')).toBe('TS');

  const apply = await stop(params, { op: 'apply', run: 'l1' });
  expect(await states('l1', 'l2')).toBe('TT');
  const remove = () => sh('systemctl stop "fireaxe-hold-*"; rm -rf /run/fireaxe');
  await remove();
  const unsure = await stop(params, { op: 'undo', run: 'l1', before: apply.result!.before! });
  expect(unsure.result).toMatchObject({ state: 'failed', code: 'still-held' });
  await sh('systemctl kill -s CONT l1 l2');
  expect((await stop(params, { op: 'undo', run: 'l1', before: apply.result!.before! })).result?.state).toBe(
    'changed',
  );
  const again = await stop(params, { op: 'apply', run: 'l2' });
  expect(await states('l1', 'l2')).toBe('TT');
  await remove();
  const undo = await stop(params, { op: 'undo', run: 'l2', before: again.result!.before! });
  expect(undo.result).toMatchObject({ state: 'changed', note: '2 released' });
  expect(await states('l1', 'l2')).toBe('SS');
  await sh('systemctl stop l1 l2');
});

test('the notes of a unit under /etc removed by hand: it comes back; a transient one cannot, and that is said', async () => {
  await lab
    .at('w1')
    .sh('cat >/etc/systemd/system/own.service', { stdin: '[Service]\nExecStart=/bin/sleep 1000000\n' });
  await sh('systemctl daemon-reload; systemctl start own; systemd-run --unit=passing sleep 1000000');
  const own = await stop({ unit: 'own' }, { op: 'apply', run: 'u1' });
  const passing = await stop({ unit: 'passing' }, { op: 'apply', run: 'u2' });
  await sh('rm -rf /run/fireaxe');
  const back = (unit: string, run: string, ran: typeof passing) =>
    stop({ unit }, { op: 'undo', run, before: ran.result!.before! });
  expect((await back('own', 'u1', own)).result).toMatchObject({ state: 'changed' });
  expect(await sh('systemctl is-active own; ls /run/systemd/system.control 2>/dev/null')).toBe('active');
  expect((await back('passing', 'u2', passing)).result).toMatchObject({
    code: 'not-started',
    note: expect.stringContaining('transient'),
  });
  await sh('systemctl stop own');
});

test('all instances of a template by the slice that systemd made of its name', async () => {
  await lab.at('w1').sh('cat >/etc/systemd/system/lab-agent@.service', {
    stdin: '[Service]\nExecStart=/bin/sleep 1000000\n',
  });
  await sh('systemctl daemon-reload; systemctl start lab-agent@1 lab-agent@2');
  expect(await sh('systemctl show -p ControlGroup --value lab-agent@1')).toBe(
    '/system.slice/system-lab\\x2dagent.slice/lab-agent@1.service',
  );
  for (const cgroup of ['system-lab\\x2dagent.slice', '/system.slice/system-lab\\x2dagent.slice']) {
    const run = `t${cgroup.length}`;
    const apply = await stop({ cgroup, for: '1m' }, { op: 'apply', run });
    expect(apply.result).toMatchObject({ state: 'changed', data: { held: '2' } });
    expect(await states('lab-agent@1', 'lab-agent@2')).toBe('TT');
    await stop({ cgroup, for: '1m' }, { op: 'undo', run, before: apply.result!.before! });
    expect(await states('lab-agent@1', 'lab-agent@2')).toBe('SS');
  }
  await sh('systemctl stop lab-agent@1 lab-agent@2');
});

test('a name longer than the kernel keeps does not hold processes that share only its beginning', async () => {
  await sh(
    `systemd-run --unit=n1 /usr/local/bin/${NAMES[1]} 1e5; systemd-run --unit=n2 /usr/local/bin/${NAMES[2]} 1e5
    systemd-run --unit=n3 /bin/bash -c 'exec -a "telemetry-agent: worker" /usr/local/bin/${NAMES[1]} 1e5'`,
  );
  await expect.poll(() => sh('pgrep -cx telemetry-agent'), { timeout: 20_000 }).toBe('3');
  for (const [process, held] of [
    [NAMES[1], 'TST'],
    [NAMES[2], 'STS'],
    ['telemetry-agent', 'TTT'],
  ] as const) {
    const run = `n-${process}`;
    const apply = await stop({ process, for: '1m' }, { op: 'apply', run });
    expect(await states('n1', 'n2', 'n3'), process).toBe(held);
    await stop({ process, for: '1m' }, { op: 'undo', run, before: apply.result!.before! });
    expect(await states('n1', 'n2', 'n3')).toBe('SSS');
  }
});
