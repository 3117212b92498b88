import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Lab } from './lab.ts';
import { give, type Order, orderText } from './orders.ts';

let lab: Lab;
const sh = async (command: string) => (await lab.at('w1').sh(command)).stdout.trim();

beforeAll(async () => {
  lab = await Lab.up([{ name: 'w1' }]);
  await sh(
    'cp /bin/sleep /usr/local/bin/offender; systemd-run --unit=off -p Restart=always -p RestartSec=100ms /usr/local/bin/offender 500000',
  );
});
afterAll(() => lab?.down());

type Name = 'cordon' | 'stop';
const params = (action: Name, run = '') =>
  action === 'stop'
    ? { process: 'offender', for: '5m' }
    : { port: '30000-32767', timer: run === 'h1' ? '60s' : '10s' };
const text = (action: Name, of: Order) => orderText(lab, 'w1', action, params(action, of.run), of);
const order = (action: Name, of: Order) => give(lab, 'w1', action, params(action, of.run), of);
const begun = (unit: string) => sh(`journalctl -b --no-pager | grep -c "Started fireaxe-${unit}"`);
const units = () => sh('systemctl list-units --all --no-legend --plain "fireaxe-*"');
const tables = () => sh('nft list tables');
const states = () => sh(`for p in $(pgrep -x offender); do cut -d' ' -f3 /proc/$p/stat; done`);

describe('a systemd-run', () => {
  const said = { state: 'changed', note: expect.stringContaining('systemd-run failed') };
  /** In front of the real one. */
  const shadow = async (body: string) => {
    await sh('mkdir -p /opt/shadow');
    await lab.at('w1').sh('cat >/opt/shadow/systemd-run; chmod +x /opt/shadow/systemd-run', {
      stdin: `#!/bin/sh\n${body}\n`,
    });
  };
  const shadowed = (action: Name, of: Order, shell?: string) =>
    lab.at('w1').run(`PATH=/opt/shadow:$PATH\n${text(action, of)}`, { ...(shell && { shell }) });

  test('that fails: the timer is detached, outlives the login, and reverts the change', async () => {
    await shadow('exit 1');
    const scope = '/usr/bin/systemd-run --scope --quiet --unit=login /bin/sh';
    expect((await shadowed('cordon', { op: 'apply', run: 'f1' }, scope)).result).toMatchObject(said);
    // As where logins are ended whole.
    await sh('systemctl stop login.scope');
    expect((await order('cordon', { op: 'verify', run: 'f1' })).result).toMatchObject({
      data: { timer: 'detached', armed: 'yes' },
    });
    await expect.poll(tables, { timeout: 20_000, interval: 500 }).toBe('');
  });

  test('that works late: what is kept stays, the late watch ends, the detached one holds; undo releases', async () => {
    await shadow(
      'setsid sh -c \'sleep 8; exec /usr/bin/systemd-run "$@"\' late "$@" >/dev/null 2>&1 & exec sleep 1000',
    );
    const apply = await shadowed('cordon', { op: 'apply', run: 'l1', deadlineMs: 12_000 });
    expect(apply.result).toMatchObject({ ...said, data: { timer: 'detached' } });
    expect((await order('cordon', { op: 'keep', run: 'l1' })).result).toMatchObject({ state: 'changed' });
    const held = await shadowed('stop', { op: 'apply', run: 'l2', deadlineMs: 12_000 });
    expect(held.result).toMatchObject({ ...said, data: { watch: 'detached', held: '1' } });
    await expect.poll(() => begun('hold.*service'), { timeout: 30_000 }).toBe('1');
    await sh('pkill -KILL -x offender');
    await expect.poll(states, { timeout: 15_000 }).toBe('T');
    expect(await sh('pgrep -fc "[w]atch.sh"')).toBe('1');
    expect((await order('stop', { op: 'verify', run: 'l2' })).result).toMatchObject({
      state: 'ok',
      data: { watch: 'detached' },
    });
    expect((await order('stop', { op: 'apply', run: 'l3' })).result).toMatchObject({ state: 'already' });
    const undo = await order('stop', { op: 'undo', run: 'l2', before: held.result!.before! });
    expect(undo.result).toMatchObject({ state: 'changed', note: '1 released' });
    expect(await states()).toBe('S');
    // The late timer runs out.
    await expect.poll(() => begun('cordon.*timer'), { timeout: 30_000 }).toBe('1');
    await expect.poll(() => units(), { timeout: 40_000, interval: 500 }).toBe('');
    expect(await tables()).toContain('fireaxe_cordon');
    await order('cordon', { op: 'undo', run: 'l1', before: apply.result!.before! });
    expect(await tables()).toBe('');
    expect(await sh('pgrep -f "[w]atch.sh"; pgrep -f "[r]evert"')).toBe('');
  });
});

describe('a PID 1 that does not answer', () => {
  /** An order that stands on the node, logged in, until `go` is there: nobody new is let in then. */
  const waiting = async (go: string, action: Name, of: Order) => {
    const mark = `/var/tmp/waits-${action}-${of.op}`;
    const ran = lab
      .at('w1')
      .run(`: >${mark}; until [ -e /var/tmp/${go} ]; do sleep 0.1; done\n${text(action, of)}`);
    await expect.poll(() => sh(`ls ${mark}`), { timeout: 15_000 }).toBe(mark);
    return { ran };
  };
  const go = (name: string) => writeFileSync(`${lab.at('w1').root}/var/tmp/${name}`, '');

  test('held and cordoned without it, and kept; undone once it is back', async () => {
    const apply = await waiting('go', 'cordon', { op: 'apply', run: 'h1', deadlineMs: 12_000 });
    const hold = await waiting('go', 'stop', { op: 'apply', run: 'h2', deadlineMs: 12_000 });
    const keep = await waiting('go2', 'cordon', { op: 'keep', run: 'h1', deadlineMs: 12_000 });
    const said = { state: 'changed', note: expect.stringContaining('systemd-run failed') };
    lab.at('w1').signalInit('SIGSTOP');
    try {
      go('go');
      expect((await apply.ran).result).toMatchObject({ ...said, data: { timer: 'detached' } });
      expect((await hold.ran).result).toMatchObject({ ...said, data: { watch: 'detached', held: '1' } });
      go('go2');
      expect((await keep.ran).result).toMatchObject({ state: 'changed', note: 'kept' });
    } finally {
      lab.at('w1').signalInit('SIGCONT');
    }
    expect(await tables()).toContain('fireaxe_cordon');
    expect((await order('stop', { op: 'verify', run: 'h2' })).result).toMatchObject({ state: 'ok' });
    await order('cordon', { op: 'undo', run: 'h1', before: (await apply.ran).result!.before! });
    await order('stop', { op: 'undo', run: 'h2', before: (await hold.ran).result!.before! });
    expect(await tables()).toBe('');
    expect(await states()).toBe('S');
    expect(await sh('pgrep -f "[w]atch.sh"; pgrep -f "[r]evert"')).toBe('');
  });
});
