import { spawn } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Lab } from './lab.ts';
import { give, type Order, orderText } from './orders.ts';

let lab: Lab;
const at = () => lab.at('w1');
const sh = async (command: string) => (await at().sh(command)).stdout.trim();
const looping = '[Service]\nExecStart=/bin/sleep 1000000\nRestart=always\nRestartSec=100ms\n';

beforeAll(async () => {
  lab = await Lab.up([
    {
      name: 'w1',
      files: {
        '/usr/lib/systemd/system/agent.service': looping,
        '/etc/systemd/system/kubelet.service': looping,
      },
    },
  ]);
  await sh(`cp /bin/sleep /usr/local/bin/offender; systemctl start agent kubelet
    systemd-run --unit=off -p Restart=always /usr/local/bin/offender 500000`);
});
afterAll(() => lab?.down());

/** What these actions change; counters and receipts apart. */
const picture = () =>
  sh(
    `find /run/systemd/system /run/systemd/system.control /run/systemd/transient 2>/dev/null | grep -v session- | sort
    systemctl list-units --all --plain --no-legend 'agent*' 'kubelet*' 'off*' 'fireaxe*' | cut -d' ' -f1-4
    nft list ruleset | sed 's/packets.*bytes [0-9]*//'; ls -d /run/fireaxe/hold-* 2>/dev/null
    cut -d' ' -f3 /proc/$(pgrep -x offender)/stat`,
  );

const timers = () => sh('systemctl list-timers --no-legend "fireaxe*" | wc -l');

/** Each action with a place in the middle of its change. */
const ACTIONS: [name: string, action: string, params: Record<string, unknown>, half: string][] = [
  ['stop --unit', 'stop', { unit: 'agent' }, 'systemctl stop $UN_ALL'],
  ['stop --process', 'stop', { process: 'offender', for: '5m' }, 'HO_N=0\nuntil [ -e "$HO_HERE/pass" ]'],
  ['shrink', 'shrink', { process: 'offender', for: '5m' }, '[ -z "$P_KEY" ] || process_apply'],
  ['cordon', 'cordon', { ports: '30000-32767', timer: '300s' }, 'nft_load rules.nft'],
  ['readmit', 'readmit', { clients: '192.0.2.1,192.0.2.2' }, 'nft_load rules.nft\nwords'],
];

/** Readmission is into a fence: one that stands, and was kept. */
const FENCE = { timer: '300s' };
async function standFence(): Promise<() => Promise<unknown>> {
  const { result } = await give(lab, 'w1', 'fence', FENCE, { op: 'apply', run: 'stands' });
  await give(lab, 'w1', 'fence', FENCE, { op: 'keep', run: 'stands' });
  expect(await sh('nft list tables')).toContain('inet fireaxe');
  return () => give(lab, 'w1', 'fence', FENCE, { op: 'undo', run: 'stands', before: result!.before! });
}

/** Puts a hook where a stage of apply begins. */
function hooked(text: string, stage: string, half: string, hook: string): string {
  const [place, line] = {
    intent: [/^(\s*)act_apply$/m, `${hook}; act_apply`],
    half: [half, `${hook}; ${half}`],
    change: [/^(\s*)act_apply$/m, `act_apply; ${hook}`],
    result: [/^(\s*)fx_print$/m, `${hook}; fx_print`],
  }[stage]!;
  const changed = text.replace(place!, () => String(line));
  if (changed === text) throw new Error(`no place for ${stage}`);
  return changed;
}

/** Sends a text and kills the client as soon as the node has reached the hook. */
async function killClient(text: string): Promise<void> {
  const mark = join(at().root, 'var/tmp/stage');
  const child = spawn(
    'ssh',
    [...at().sshArgs(), `exec /bin/sh -c 'eval "$(head -c ${Buffer.byteLength(text)})"'`],
    {
      stdio: ['pipe', 'ignore', 'ignore'],
    },
  );
  child.stdin.end(text);
  const ended = new Promise((done) => child.once('close', done));
  for (let i = 0; i < 500 && !existsSync(mark); i++) await new Promise((done) => setTimeout(done, 20));
  expect(existsSync(mark)).toBe(true);
  child.kill('SIGKILL');
  await ended;
  rmSync(mark);
}

describe.each(ACTIONS)('%s', (name, action, params, half) => {
  const order = (of: Order) => give(lab, 'w1', action, params, of);
  const runs = (run: string) => sh(`wc -l </run/fireaxe/${run}/s1/ran`);
  let tidy: (() => Promise<unknown>) | undefined;
  beforeAll(async () => {
    if (action === 'readmit') tidy = await standFence();
  });
  afterAll(() => tidy?.());

  test.each(['intent', 'half', 'change', 'result'])('the client killed at: %s', async (stage) => {
    const run = `c-${name.replace(/\W+/g, '-')}-${stage}`;
    const before = await picture();
    const text = orderText(lab, 'w1', action, params, { op: 'apply', run });
    await killClient(hooked(text, stage, half, ': >/var/tmp/stage; sleep 1'));
    const early = await order({ op: 'receipt', run });
    if (stage === 'result') expect(early.result).toMatchObject({ state: 'ok', data: { state: 'changed' } });
    else expect(early.result).toMatchObject({ state: 'interrupted', code: 'running' });
    // The node goes on alone to the end, and says so.
    await expect
      .poll(async () => (await order({ op: 'receipt', run })).result?.data?.['state'], { timeout: 15_000 })
      .toBe('changed');
    const { result } = await order({ op: 'receipt', run });
    const copy = await at().run(text);
    expect(copy.result).toMatchObject({ state: 'changed', data: { again: '1' }, before: result!.before });
    expect((await order({ op: 'apply', run })).result).toMatchObject({
      state: 'changed',
      data: { again: '1' },
    });
    expect(await runs(run)).toBe('1');
    expect((await order({ op: 'verify', run })).result).toMatchObject({ state: 'ok' });
    await order({ op: 'undo', run, before: result!.before! });
    expect(await picture()).toBe(before);
  });

  test.each(['intent', 'half', 'change', 'result'])('the script on the node killed at: %s', async (stage) => {
    const run = `n-${name.replace(/\W+/g, '-')}-${stage}`;
    const before = await picture();
    const text = orderText(lab, 'w1', action, params, { op: 'apply', run });
    const killed = await at().run(hooked(text, stage, half, 'kill -9 $$'));
    expect(killed.result).toBeUndefined();
    const { result } = await order({ op: 'receipt', run });
    if (stage === 'result') {
      expect(result).toMatchObject({ state: 'ok', data: { state: 'changed' } });
      expect((await at().run(text)).result).toMatchObject({ state: 'changed', data: { again: '1' } });
    } else {
      expect(result).toMatchObject({ state: 'interrupted', before: expect.anything() });
      expect(result!.code).toBeUndefined();
      // A copy of the same order never runs again; a new one, of resume, goes on from the first before-state.
      expect((await at().run(text)).result).toMatchObject({ state: 'interrupted' });
      const resumed = await order({ op: 'apply', run });
      expect(resumed.result!.state).toMatch(/^(changed|already)$/);
      expect(resumed.result!.before).toEqual(result!.before);
      expect(Number(await runs(run))).toBeLessThanOrEqual(2);
      if (action === 'cordon') {
        expect((await order({ op: 'verify', run })).result).toMatchObject({ data: { armed: 'yes' } });
        expect(await timers()).toBe('1');
        expect((await order({ op: 'keep', run })).result).toMatchObject({ state: 'changed' });
        expect(await timers()).toBe('0');
      }
    }
    expect((await order({ op: 'verify', run })).result).toMatchObject({ state: 'ok' });
    await order({ op: 'undo', run, before: result!.before! });
    expect(await picture()).toBe(before);
  });
});

test('cordon without systemd: a resumed order leaves one timer, its own', async () => {
  await sh('mv /usr/bin/systemd-run /usr/bin/systemd-run.off');
  const before = await picture();
  const params = { ports: '30000-32767', timer: '300s' };
  const text = orderText(lab, 'w1', 'cordon', params, { op: 'apply', run: 'detached' });
  await at().run(hooked(text, 'change', '', 'kill -9 $$'));
  const resumed = await give(lab, 'w1', 'cordon', params, { op: 'apply', run: 'detached' });
  expect(resumed.result).toMatchObject({ state: 'changed', before: { table: 'absent' } });
  expect(await sh('pgrep -fc "^sleep 300"')).toBe('1');
  const keep = await give(lab, 'w1', 'cordon', params, { op: 'keep', run: 'detached' });
  expect(keep.result).toMatchObject({ state: 'changed' });
  expect(await sh('pgrep -fc "^sleep 300"')).toBe('0');
  await give(lab, 'w1', 'cordon', params, { op: 'undo', run: 'detached', before: resumed.result!.before! });
  expect(await picture()).toBe(before);
  await sh('mv /usr/bin/systemd-run.off /usr/bin/systemd-run');
});

test('cordon: killed after its change, and nobody comes back: its timer takes it away', async () => {
  const before = await picture();
  const params = { ports: '30000-32767', timer: '10s' };
  const text = orderText(lab, 'w1', 'cordon', params, { op: 'apply', run: 'alone' });
  await at().run(hooked(text, 'change', '', 'kill -9 $$'));
  expect(await sh('nft list tables')).toContain('fireaxe_cordon');
  await expect.poll(picture, { timeout: 15_000, interval: 500 }).toBe(before);
  const receipt = await give(lab, 'w1', 'cordon', params, { op: 'receipt', run: 'alone' });
  expect(receipt.result).toMatchObject({ state: 'interrupted' });
});
