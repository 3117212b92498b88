import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { BeforeState } from '../../src/node/types.ts';
import { Lab } from './lab.ts';
import { give, type Order } from './orders.ts';

// A node whose /run takes nothing any more: no block, no inode, or read-only. What stands can be undone and kept there, and a
// command may be what mends it.
let lab: Lab;
const sh = async (command: string) => (await lab.at('cp1').sh(command)).stdout.trim();

type Name = 'fence' | 'wider' | 'cordon' | 'unit' | 'process' | 'batch' | 'all' | 'exec';
const ORDERS: Record<Name, [action: string, params: Record<string, unknown>]> = {
  fence: ['fence', { timer: '300s' }],
  wider: ['fence', { timer: '300s', rate: 7 }],
  cordon: ['cordon', { port: '30000-32767', timer: '300s' }],
  unit: ['stop', { unit: 'agent' }],
  process: ['stop', { process: 'offender', for: '5m' }],
  batch: ['readmit', { clients: '192.0.2.1,192.0.2.2' }],
  all: ['readmit', { clients: 'all' }],
  exec: ['exec', { command: 'rm /run/filler && echo freed >>/var/tmp/ran' }],
};
let turn = 0;
const before = new Map<Name, BeforeState>();
const ask = (name: Name, op: Order['op'], of: Partial<Order> = {}) =>
  give(lab, 'cp1', ...ORDERS[name], { op, run: `${name}-${turn}`, ...of });
async function apply(...names: Name[]): Promise<void> {
  for (const name of names) {
    const { result } = await ask(name, 'apply');
    expect(result, JSON.stringify(result)).toMatchObject({ state: 'changed' });
    before.set(name, result!.before!);
  }
}
const undo = (name: Name) => ask(name, 'undo', { before: before.get(name)! });

beforeAll(async () => {
  const looping = '[Service]\nExecStart=/bin/sleep 1000000\n[Install]\nWantedBy=multi-user.target\n';
  lab = await Lab.up([
    {
      name: 'cp1',
      files: {
        '/usr/lib/systemd/system/agent.service': looping,
        // No session of its own: each would take something of /run, and give it back when it ends.
        '/etc/ssh/sshd_config.d/plain.conf': 'UsePAM no\n',
      },
    },
  ]);
  await sh(`cp /bin/sleep /usr/local/bin/offender; systemctl enable --now agent
    systemd-run --unit=off -p Restart=always /usr/local/bin/offender 500000`);
});
afterAll(() => lab?.down());
beforeEach(() => {
  turn += 1;
});
afterEach(() => heal());
const heal = () =>
  sh(
    'umount /run; mount -o remount,size=200m,nr_inodes=100000 /run; rm -rf /run/filler /run/taken-* /dev/shm/fireaxe-*',
  );

const NO_BLOCK = 'mount -o remount,size=6m /run; dd if=/dev/zero of=/run/filler bs=4k';
const NO_INODE =
  'mount -o remount,nr_inodes=$(($(df --output=iused /run | tail -1) + 9)) /run; i=0; while echo >/run/taken-$i; do i=$((i + 1)); done';
const READ_ONLY = 'mount --bind /run /run; mount -o remount,bind,ro /run';
/** What was freed meanwhile is taken again, as by a writer that is hungry. */
const take = () => sh('cat /dev/zero >>/run/filler');
const there = () =>
  sh(
    `nft list tables | grep -o 'fireaxe.*'; systemctl is-active agent; for p in $(pgrep -x offender); do cut -d' ' -f3 /proc/$p/stat; done`,
  );

test.each([
  ['no free block', NO_BLOCK],
  ['no free inode', NO_INODE],
  ['read-only', READ_ONLY],
] as const)('/run with %s: what is armed is kept, and all is undone', async (name, hurts) => {
  await apply('fence', 'cordon', 'unit', 'process');
  await ask('fence', 'keep');
  // Seen at once: what a login gives back when it ends may be taken by the next.
  const tries = name === 'no free block' ? 'echo x >/run/word' : 'mkdir /run/folder';
  expect(await sh(`{ ${hurts}; } 2>/dev/null; ${tries} 2>/dev/null || echo full`)).toBe('full');
  expect((await ask('cordon', 'keep')).result).toMatchObject({ state: 'changed' });
  expect(await sh('systemctl list-timers --all --no-legend "fireaxe*"; pgrep -f "[r]evert"')).toBe('');
  for (const one of ['fence', 'cordon', 'process'] as const) {
    if (name === 'no free block') await take();
    expect((await undo(one)).result, one).toMatchObject({ state: 'changed' });
    expect((await undo(one)).result, one).toMatchObject({ state: expect.stringMatching(/already|changed/) });
  }
  const { result } = await undo('unit');
  if (name === 'read-only') {
    // The mask itself lies there.
    expect(result).toMatchObject({ code: 'not-started', note: expect.stringContaining('cannot be removed') });
    expect(await there()).toBe('inactive\nS');
    await heal();
    expect((await undo('unit')).result).toMatchObject({ state: 'changed' });
  } else {
    expect(result).toMatchObject({ state: 'changed' });
  }
  expect(await there()).toBe('active\nS');
  if (name === 'no free block') expect(await sh('df -k --output=size /run | tail -1')).toBe('6144');
});

describe('/run with no free block', () => {
  test('the lower one of two fences is undone: the upper one stays, and its undo leaves nothing', async () => {
    await apply('fence');
    await ask('fence', 'keep');
    await apply('wider');
    await ask('wider', 'keep');
    await sh(NO_BLOCK);
    expect((await undo('fence')).result).toMatchObject({ state: 'already' });
    expect(await sh('nft list table inet fireaxe')).toContain('limit rate 7/second');
    await take();
    expect((await undo('wider')).result).toMatchObject({ state: 'changed' });
    expect(await there()).toBe('active\nS');
  });

  test('a batch of the readmitted is fenced again, also once all were readmitted', async () => {
    await apply('fence');
    await ask('fence', 'keep');
    await apply('batch');
    await sh(NO_BLOCK);
    expect((await undo('batch')).result).toMatchObject({ state: 'changed' });
    expect(await sh('nft list set inet fireaxe readmit4')).not.toContain('192.0.2.1');
    await heal();
    turn += 1;
    await apply('batch', 'all');
    await sh(NO_BLOCK);
    expect((await undo('batch')).result).toMatchObject({ state: 'already' });
    await take();
    expect((await undo('all')).result).toMatchObject({ state: 'changed' });
    const fence = await sh('nft list table inet fireaxe');
    expect(fence).toContain('limit rate 20/second');
    expect(fence).not.toContain('192.0.2.1');
    await sh('nft delete table inet fireaxe');
  });
});

test.each([
  ['no free block', NO_BLOCK],
  ['no free inode', `: >/run/filler; ${NO_INODE}`],
  ['read-only', `: >/run/filler; ${READ_ONLY}`],
] as const)('/run with %s: exec runs once, and its receipt is found', async (name, hurts) => {
  await sh(`rm -f /var/tmp/ran; ${hurts}`);
  if (name === 'no free block') await take();
  const ran = await ask('exec', 'apply');
  const mends = name === 'no free block';
  expect(ran.result).toMatchObject({
    state: name === 'read-only' ? 'failed' : 'changed',
    note: expect.stringContaining('the receipt is in /dev/shm/fireaxe-'),
  });
  expect((await ask('exec', 'apply')).result).toMatchObject({ data: { again: '1' } });
  expect((await ask('exec', 'receipt')).result).toMatchObject({ state: 'ok' });
  expect(await sh('cat /var/tmp/ran')).toBe(name === 'read-only' ? '' : 'freed');
  if (mends) expect((await lab.at('cp1').sh('echo x >/run/word')).code).toBe(0);
});
