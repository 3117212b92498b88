import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BeforeState } from '../../src/node/types.ts';
import { hooked, STAGES, type Stage, type Survivor, survivesClient, survivesScript } from './kills.ts';
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
  ['stop --unit', 'stop', { unit: 'agent' }, 'systemctl stop -- $UN_ALL'],
  ['stop --process', 'stop', { process: 'offender', for: '5m' }, 'HO_N=0\nuntil [ -e "$HO_HERE/pass" ]'],
  ['shrink', 'shrink', { process: 'offender', for: '5m' }, '[ -z "$IN_KEY" ] || process_apply'],
  ['cordon', 'cordon', { port: '30000-32767', timer: '300s' }, 'nft_load rules.nft'],
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

describe.each(ACTIONS)('%s', (name, action, params, half) => {
  const order = (of: Order) => give(lab, 'w1', action, params, of);
  const survivor = (who: string, stage: Stage): Survivor => ({
    machine: at(),
    run: `${who}-${name.replace(/\W+/g, '-')}-${stage}`,
    stage,
    half,
    give: order,
    text: (of) => orderText(lab, 'w1', action, params, of),
    picture,
  });
  let tidy: (() => Promise<unknown>) | undefined;
  beforeAll(async () => {
    if (action === 'readmit') tidy = await standFence();
  });
  afterAll(() => tidy?.());

  test.each(STAGES)('the client killed at: %s', (stage) => survivesClient(survivor('c', stage)));

  test.each(STAGES)('the script on the node killed at: %s', (stage) => {
    const it = survivor('n', stage);
    return survivesScript({ ...it, stands: (resumed) => armedAnew(it, resumed) });
  });

  /** A resumed order of what is armed has a timer of its own, and can be kept. */
  async function armedAnew({ run }: Survivor, resumed: boolean) {
    if (!resumed || action !== 'cordon') return;
    expect((await order({ op: 'verify', run })).result).toMatchObject({ data: { armed: 'yes' } });
    expect(await timers()).toBe('1');
    expect((await order({ op: 'keep', run })).result).toMatchObject({ state: 'changed' });
    expect(await timers()).toBe('0');
  }
});

test('cordon without systemd: a resumed order leaves one timer, its own', async () => {
  await sh('mv /usr/bin/systemd-run /usr/bin/systemd-run.off');
  const before = await picture();
  const params = { port: '30000-32767', timer: '300s' };
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

test('stop --process: a killed watch returns; an ended one is reported; undo releases all', async () => {
  const params = { process: 'offender', for: '5m' };
  const order = (op: Order['op'], run: string, before?: BeforeState) =>
    give(lab, 'w1', 'stop', params, { op, run, ...(before && { before }) });
  const endWatch = () => sh('systemctl stop "fireaxe-hold-*"');
  const states = () => sh(`for p in $(pgrep -x offender); do cut -d' ' -f3 /proc/$p/stat; done`);
  const picked = await picture();
  const first = await order('apply', 'watch-1');
  expect(first.result).toMatchObject({ state: 'changed', data: { held: '1' } });
  const until = await sh('cat /run/fireaxe/hold-*/until');
  await sh('systemctl kill -s KILL "fireaxe-hold-*"; pkill -KILL -x offender');
  await expect.poll(states, { timeout: 15_000 }).toBe('T');
  expect((await order('verify', 'watch-1')).result).toMatchObject({ state: 'ok', data: { held: '1' } });
  expect(await sh('cat /run/fireaxe/hold-*/until')).toBe(until);
  await endWatch();
  await expect
    .poll(async () => (await order('verify', 'watch-1')).result, { timeout: 15_000 })
    .toMatchObject({ state: 'failed', code: 'no-watch', data: { held: '1' } });
  // What it froze stays so, what comes now runs.
  await sh('systemd-run --unit=late /usr/local/bin/offender 400000');
  expect((await states()).split('\n').sort()).toEqual(['S', 'T']);
  const second = await order('apply', 'watch-2');
  expect(second.result).toMatchObject({ state: 'changed', data: { held: '2' }, before: { watch: 'off' } });
  expect((await order('verify', 'watch-1')).result).toMatchObject({ state: 'ok', data: { held: '2' } });
  await endWatch();
  expect((await order('undo', 'watch-2', second.result!.before)).result).toMatchObject({
    note: '2 released',
  });
  expect(await states()).toBe('S\nS');
  expect(await order('undo', 'watch-1', first.result!.before)).toMatchObject({ code: 0 });
  await sh('systemctl stop late');
  await expect.poll(picture, { timeout: 5000 }).toBe(picked);
});

test('cordon: killed after its change, and nobody comes back: its timer takes it away', async () => {
  const before = await picture();
  const params = { port: '30000-32767', timer: '10s' };
  const text = orderText(lab, 'w1', 'cordon', params, { op: 'apply', run: 'alone' });
  await at().run(hooked(text, 'change', '', 'kill -9 $$'));
  expect(await sh('nft list tables')).toContain('fireaxe_cordon');
  await expect.poll(picture, { timeout: 15_000, interval: 500 }).toBe(before);
  const receipt = await give(lab, 'w1', 'cordon', params, { op: 'receipt', run: 'alone' });
  expect(receipt.result).toMatchObject({ state: 'interrupted' });
});
