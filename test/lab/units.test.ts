import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Lab } from './lab.ts';
import { give, type Order, orderText } from './orders.ts';

let lab: Lab;
const sh = async (command: string) => (await lab.at('w1').sh(command)).stdout.trim();
const stop = (unit: string, order: Order) => give(lab, 'w1', 'stop', { unit }, order);

const looping = '[Service]\nExecStart=/bin/sleep 1000000\nRestart=always\nRestartSec=100ms\n';
/** Leaves a line each time that it is started. */
const counting = (name: string) =>
  `[Service]\nType=oneshot\nExecStart=/bin/sh -c 'echo x >>/run/${name}.count'\n`;

beforeAll(async () => {
  const system = '/usr/lib/systemd/system';
  lab = await Lab.up([
    {
      name: 'w1',
      files: {
        [`${system}/bytimer.service`]: counting('bytimer'),
        [`${system}/bytimer.timer`]:
          '[Timer]\nOnActiveSec=200ms\nOnUnitInactiveSec=300ms\nAccuracySec=50ms\n[Install]\nWantedBy=timers.target\n',
        [`${system}/bypath.service`]: counting('bypath'),
        [`${system}/bypath.path`]:
          '[Path]\nPathChanged=/run/watched\n[Install]\nWantedBy=multi-user.target\n',
        [`${system}/each@.service`]: '[Service]\nExecStart=/bin/cat\nStandardInput=socket\n',
        [`${system}/each.socket`]: '[Socket]\nListenStream=127.0.0.1:7777\nAccept=yes\n',
        [`${system}/masked.service`]: looping,
        [`${system}/odd\\x2dname:x.service`]: looping,
        [`${system}/odd\\x2dname:x.timer`]: '[Timer]\nOnActiveSec=1s\n',
        [`${system}/fleeting.service`]: looping,
        [`${system}/plain.service`]: looping,
        [`${system}/-x.timer`]: '[Timer]\nOnActiveSec=1h\nUnit=plain.service\n',
        '/etc/systemd/system/local.service': looping,
        '/etc/systemd/system/local.timer': '[Timer]\nOnActiveSec=1h\n',
        [`${system}/stays.service`]: `[Unit]\nRefuseManualStop=yes\n${looping}`,
        [`${system}/spares.service`]: `${looping}KillMode=none\n`,
        [`${system}/shims.service`]:
          "[Service]\nExecStart=/bin/sh -c '/bin/sleep 2000001 & exec /bin/sleep 2000000'\nExecStop=/usr/bin/touch /run/shims.stopped\nKillMode=process\n",
        '/opt/generator': `#!/bin/sh\nprintf '${looping.replaceAll('\n', '\\n')}' >"$1/late.service"\nprintf '${looping.replaceAll('\n', '\\n')}' >"$2/early.service"\n`,
      },
    },
  ]);
  await sh(`mkdir -p /run/systemd/system-generators; cp /opt/generator /run/systemd/system-generators/
    chmod +x /run/systemd/system-generators/generator; touch /run/watched; systemctl daemon-reload
    systemctl start bytimer.timer bypath.path each.socket late early`);
});
afterAll(() => lab?.down());

/** All that a check must leave as it was, and that an undo must bring back. */
const picture = () =>
  sh(
    "find /run/systemd/system /run/systemd/system.control /run/systemd/transient /run/fireaxe /etc/systemd 2>/dev/null | grep -v session- | sort; systemctl list-units --all --plain --no-legend | awk '{print $1,$2,$3}' | grep -v -e session -e ssh@ -e 'user@' -e user- -e bytimer.service -e run-",
  );
const count = async (name: string) => Number(await sh(`cat /run/${name}.count 2>/dev/null | wc -l`));
const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

describe('a unit that something else starts', () => {
  test.each([
    ['bytimer', 'bytimer.timer', ':'],
    ['bypath', 'bypath.path', 'echo x >>/run/watched; sleep 0.5'],
  ])(
    '%s: check changes nothing, held with what starts it, held already, and back',
    async (name, trigger, poke) => {
      const runs = async () => {
        const before = await count(name);
        await sh(poke);
        await pause(1500);
        return (await count(name)) - before;
      };
      await expect.poll(runs, { timeout: 20_000 }).toBeGreaterThan(0);
      const before = await picture();
      expect((await stop(name, { op: 'check', run: name })).result).toMatchObject({ state: 'would' });
      expect(await picture()).toBe(before);
      const apply = await stop(name, { op: 'apply', run: name });
      expect(apply.result).toMatchObject({
        state: 'changed',
        before: { triggers: expect.stringContaining(trigger) },
      });
      expect(await runs()).toBe(0);
      expect((await stop(name, { op: 'verify', run: name })).result).toMatchObject({ state: 'ok' });
      expect((await stop(name, { op: 'apply', run: `${name}2` })).result).toMatchObject({ state: 'already' });
      const undo = await stop(name, { op: 'undo', run: name, before: apply.result!.before! });
      expect(undo.result).toMatchObject({ state: 'changed' });
      await expect.poll(runs, { timeout: 20_000 }).toBeGreaterThan(0);
      await sh('rm -rf /run/fireaxe');
      expect(await picture()).toBe(before);
    },
  );

  test('names with a backslash and a colon', async () => {
    const units = "'odd\\x2dname:x.service' 'odd\\x2dname:x.timer'";
    await sh(`systemctl start ${units}`);
    const before = await picture();
    const apply = await stop('odd\\x2dname:x', { op: 'apply', run: 'odd' });
    expect(apply.result).toMatchObject({ state: 'changed' });
    // A timer that meets the mask of its service before it is stopped itself has failed.
    expect(await sh(`systemctl is-active ${units}`)).toMatch(/^inactive\n(inactive|failed)$/);
    expect((await stop('odd\\x2dname:x', { op: 'verify', run: 'odd' })).result?.state).toBe('ok');
    await stop('odd\\x2dname:x', { op: 'undo', run: 'odd', before: apply.result!.before! });
    expect(await sh(`systemctl is-active ${units}`)).toBe('active\nactive');
    await sh('rm -rf /run/fireaxe; sleep 1.2');
    expect(await picture()).toBe(before);
  });

  test('a socket that starts one service a connection', async () => {
    const talk = 'bash -c "exec 3<>/dev/tcp/127.0.0.1/7777; echo hi >&3; timeout 1 head -1 <&3" 2>/dev/null';
    expect(await sh(talk)).toBe('hi');
    await sh('sleep 1.2');
    const before = await picture();
    const apply = await stop('each.socket', { op: 'apply', run: 'each' });
    expect(apply.result).toMatchObject({ state: 'changed' });
    expect(await sh(talk)).toBe('');
    expect((await stop('each.socket', { op: 'verify', run: 'each' })).result).toMatchObject({ state: 'ok' });
    await stop('each.socket', { op: 'undo', run: 'each', before: apply.result!.before! });
    expect(await sh(talk)).toBe('hi');
    await sh('rm -rf /run/fireaxe; sleep 1.2');
    expect(await picture()).toBe(before);
  });
});

describe('a unit that a generator made', () => {
  test.each(['late', 'early'])('%s: held, also over a reload, and back', async (unit) => {
    const before = await picture();
    const apply = await stop(unit, { op: 'apply', run: unit });
    expect(apply.result).toMatchObject({ state: 'changed' });
    await sh(`systemctl daemon-reload; systemctl start ${unit} 2>/dev/null; sleep 0.4`);
    expect(await sh(`systemctl is-active ${unit}`)).toBe('inactive');
    expect((await stop(unit, { op: 'verify', run: unit })).result).toMatchObject({ state: 'ok' });
    await stop(unit, { op: 'undo', run: unit, before: apply.result!.before! });
    expect(await sh(`systemctl is-active ${unit}`)).toBe('active');
    await sh('rm -rf /run/fireaxe');
    expect(await picture()).toBe(before);
  });
});

describe('a unit that was masked before', () => {
  test.each(['', '--runtime'])('mask %s: held already; undo leaves the mask', async (how) => {
    await sh(`systemctl mask ${how} masked`);
    const before = await picture();
    const apply = await stop('masked', { op: 'apply', run: `masked${how}` });
    expect(apply.result).toMatchObject({ state: 'already' });
    await stop('masked', { op: 'undo', run: `masked${how}`, before: apply.result!.before! });
    await sh('rm -rf /run/fireaxe');
    expect(await picture()).toBe(before);
    await sh(`systemctl unmask ${how} masked`);
  });

  test.each(['', '--runtime'])(
    'mask %s, and running still: stopped; undo lets it run under its mask',
    async (how) => {
      await sh(`systemctl start masked; systemctl mask ${how} masked`);
      expect(await sh('systemctl show masked -p LoadState,ActiveState --value')).toBe('masked\nactive');
      const before = await picture();
      const run = `running${how}`;
      const apply = await stop('masked', { op: 'apply', run });
      expect(apply.result).toMatchObject({ state: 'changed' });
      expect(await sh('systemctl is-active masked')).toBe('inactive');
      const undo = await stop('masked', { op: 'undo', run, before: apply.result!.before! });
      expect(undo.result).toMatchObject({ state: 'changed' });
      expect(await sh('systemctl show masked -p LoadState,ActiveState --value')).toBe('masked\nactive');
      await sh('rm -rf /run/fireaxe');
      expect(await picture()).toBe(before);
      await sh(`systemctl stop masked; systemctl unmask ${how} masked`);
    },
  );

  test('its timer masked alone: that stays', async () => {
    await sh('systemctl stop bytimer.timer; systemctl mask --runtime bytimer.timer');
    const before = await picture();
    const apply = await stop('bytimer', { op: 'apply', run: 'half' });
    expect(apply.result).toMatchObject({ state: 'changed' });
    await stop('bytimer', { op: 'undo', run: 'half', before: apply.result!.before! });
    await sh('rm -rf /run/fireaxe');
    expect(await picture()).toBe(before);
    expect(await sh('systemctl show bytimer.timer -p LoadState --value')).toBe('masked');
    await sh('systemctl unmask --runtime bytimer.timer; systemctl start bytimer.timer');
  });
});

test('one that systemd does not stop whole: refused before, or said after; a trigger whose name looks like an option', async () => {
  await sh('systemctl start -- plain stays spares shims -x.timer');
  const stays = await stop('stays', { op: 'apply', run: 'o1' });
  expect(stays.result).toMatchObject({
    code: 'protected',
    note: expect.stringContaining('RefuseManualStop'),
  });
  expect(await sh('systemctl show stays -p LoadState,ActiveState --value')).toBe('loaded\nactive');
  const spares = await stop('spares', { op: 'apply', run: 'o2' });
  expect(spares.result).toMatchObject({ state: 'failed', code: 'not-held', data: { left: '1' } });
  expect(
    (await stop('spares', { op: 'undo', run: 'o2', before: spares.result!.before! })).result,
  ).toMatchObject({ state: 'changed' });
  // As containerd's and k3s' are: what runs the containers stays.
  const shims = await stop('shims', { op: 'apply', run: 'o4' });
  expect(shims.result).toMatchObject({ state: 'changed', data: { left: '1' } });
  expect(await sh('pgrep -fc "^/bin/sleep 200000[01]"; ls /run/shims.stopped')).toBe('1\n/run/shims.stopped');
  await stop('shims', { op: 'undo', run: 'o4', before: shims.result!.before! });
  const states = () => sh('systemctl is-active -- plain -x.timer');
  const plain = await stop('plain', { op: 'apply', run: 'o3' });
  expect(plain.result).toMatchObject({ state: 'changed' });
  expect(await states()).toBe('inactive\ninactive');
  await stop('plain', { op: 'undo', run: 'o3', before: plain.result!.before! });
  expect(await states()).toBe('active\nactive');
});

test('a transient timer and what it starts: held, and both come back', async () => {
  await sh(
    `systemd-run --unit=fleet --on-active=1s --on-unit-active=1s --timer-property=AccuracySec=50ms /bin/sh -c 'echo x >>/run/fleet.count'`,
  );
  await expect.poll(() => count('fleet'), { timeout: 20_000 }).toBeGreaterThan(0);
  const apply = await stop('fleet', { op: 'apply', run: 't1' });
  expect(apply.result).toMatchObject({
    state: 'changed',
    note: 'fleet.service fleet.timer stopped and masked',
  });
  const undo = await stop('fleet', { op: 'undo', run: 't1', before: apply.result!.before! });
  expect(undo.result).toMatchObject({ state: 'changed', note: expect.stringContaining('fleet.timer') });
  const held = await count('fleet');
  await expect.poll(() => count('fleet'), { timeout: 20_000 }).toBeGreaterThan(held);
  await sh('systemctl stop fleet.timer; rm /run/systemd/system/fleet.*; systemctl daemon-reload');
});

test('under /etc with a timer, killed before the reload: a new order holds both, though systemd forgot the timer', async () => {
  await sh('rm -rf /run/fireaxe; systemctl start local.timer local');
  const before = await picture();
  const order = orderText(lab, 'w1', 'stop', { unit: 'local' }, { op: 'apply', run: 'e1' });
  const reload = '[ -z "$UN_MASK" ] || sd_reload';
  const killed = await lab.at('w1').run(order.replace(reload, () => `kill -9 $$; ${reload}`));
  expect(killed.result).toBeUndefined();
  const again = await stop('local', { op: 'apply', run: 'e1' });
  expect(again.result).toMatchObject({ state: 'changed', note: expect.stringContaining('local.timer') });
  expect((await stop('local', { op: 'verify', run: 'e1' })).result).toMatchObject({ state: 'ok' });
  await stop('local', { op: 'undo', run: 'e1', before: again.result!.before! });
  await sh('rm -rf /run/fireaxe');
  expect(await picture()).toBe(before);
});
