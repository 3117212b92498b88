import { linkSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Holder, thisProcess } from '../../../src/base/holder.ts';
import { leasePlace, leaseText } from '../../../src/run/journal/lease-file.ts';
import { type LeaseOptions, takeLease } from '../../../src/run/journal/take-lease.ts';

let dir = '';
let journal = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'fireaxe-lease-'));
  journal = join(dir, 'journal.ndjson');
});
afterEach(() => rmSync(dir, { recursive: true }));

const now = () => new Date('2026-01-01T00:00:00Z');
const timing = { renewMs: 20, silentMs: 400, pollMs: 10 };
const take = (rest: Partial<LeaseOptions> = {}) => takeLease(journal, { now, timing, ...rest });
const leases = () => readdirSync(dir).sort();
const here = () => thisProcess(now());
const elsewhere = (): Holder => ({ ...here(), host: 'jump-2', boot: 'another-boot', pid: 4711 });
const stand = (holder: Holder, number = 1) =>
  writeFileSync(leasePlace(journal, number), leaseText({ holder, beat: 7, free: false }));
const DEAD = 999_999_999;

describe('a lease that is renewed', () => {
  it('is refused to others, who are told which process holds it, where and since when', async () => {
    const held = await take({ self: elsewhere() });
    await expect(take()).rejects.toMatchObject({
      kind: 'guard',
      message: 'another fireaxe is writing this run: process 4711 on jump-2, since 2026-01-01T00:00:00.000Z',
      next: 'wait for it, or stop it where it runs, on jump-2: kill 4711',
    });
    await held.assertHeld();
    await held.release();
    await (await take()).release();
  });

  it.each([
    ['another host, where no process has this id', { host: 'jump-2', boot: 'another-boot', pid: DEAD }],
    ['another PID namespace of this host', { namespace: 'pid:[1]', pid: DEAD }],
    ['a host that does not say which boot it is', { boot: '', pid: DEAD }],
    ['a process whose /proc speaks of others', { namespace: '', pid: DEAD }],
  ])('is never taken for dead by its process id: %s', async (_of, differs) => {
    const held = await take({ self: { ...here(), ...differs } });
    await expect(take()).rejects.toMatchObject({ kind: 'guard' });
    await held.release();
  });

  it('says of a container on the same host that the process id is of another namespace', async () => {
    const held = await take({ self: { ...here(), namespace: 'pid:[1]', pid: 7 } });
    await expect(take()).rejects.toMatchObject({ next: expect.stringContaining('in another PID namespace') });
    await held.release();
  });
});

describe('a lease whose holder is dead', () => {
  it.each([
    ['its process is gone', { pid: DEAD }],
    ['its process id was given to another one', { start: '1' }],
  ])('is taken over at once on the same host, boot and namespace: %s', async (_why, differs) => {
    stand({ ...here(), ...differs });
    const waits: string[] = [];
    const held = await take({ waiting: (text) => waits.push(text) });
    expect(waits).toEqual([]);
    expect(held.overtook).toBe(true);
    expect(leases()).toEqual(['journal.ndjson.lease.2']);
    await held.release();
  });

  it('is taken over after a silence that the taker saw itself, and it says that it waits', async () => {
    stand(elsewhere());
    const waits: string[] = [];
    const began = performance.now();
    const held = await take({ waiting: (text) => waits.push(text) });
    expect(performance.now() - began).toBeGreaterThanOrEqual(timing.silentMs);
    expect(waits).toEqual([expect.stringMatching(/sign of life of process 4711 on jump-2, since 2026-/)]);
    expect(leases()).toEqual(['journal.ndjson.lease.2']);
    await held.release();
  });

  it.each([['empty'], ['half a lease']])('is not passed over at once where its file is %s', async (text) => {
    writeFileSync(leasePlace(journal, 1), text === 'empty' ? '' : '{"holder":');
    const began = performance.now();
    await (await take()).release();
    expect(performance.now() - began).toBeGreaterThanOrEqual(timing.silentMs);
  });

  it('is waited for no longer than the operator wants', async () => {
    stand(elsewhere());
    const stop = new AbortController();
    const taken = take({ stop: stop.signal });
    stop.abort();
    await expect(taken).rejects.toMatchObject({ kind: 'interrupted' });
    expect(leases()).toEqual(['journal.ndjson.lease.1']);
  });
});

describe('one file a run', () => {
  it('stays, whatever crashed: the numbers of former ones are not used again', async () => {
    for (const number of [1, 2, 5]) stand({ ...here(), pid: DEAD }, number);
    await (await take()).release();
    expect(leases()).toEqual(['journal.ndjson.lease.6']);
    await (await take()).release();
    expect(leases()).toEqual(['journal.ndjson.lease.7']);
  });

  it('a taker that looked before others came and went does not hold beside the last one', async () => {
    stand({ ...here(), pid: DEAD }, 3);
    // What a taker that slept since it saw number 3 does next, with 5 held by now.
    const held = await take();
    await held.release();
    const last = await take();
    expect(leases()).toEqual(['journal.ndjson.lease.5']);
    linkSync(leasePlace(journal, 5), leasePlace(journal, 4));
    await last.assertHeld();
    await expect(take()).rejects.toMatchObject({ kind: 'guard' });
    await last.release();
  });
});

it('a holder that slept while another took over finds out, and writes nothing into the lease of the other', async () => {
  const asleep = await take({ self: elsewhere(), timing: { ...timing, renewMs: 3_600_000 } });
  const awake = await take();
  await expect(asleep.assertHeld()).rejects.toMatchObject({
    kind: 'guard',
    message: `this run was taken over by process ${process.pid} on ${here().host}, since 2026-01-01T00:00:00.000Z`,
  });
  const text = readFileSync(leasePlace(journal, 2), 'utf8');
  await asleep.release();
  await awake.assertHeld();
  expect(JSON.parse(readFileSync(leasePlace(journal, 2), 'utf8')).holder).toEqual(JSON.parse(text).holder);
  await expect(take()).rejects.toMatchObject({ kind: 'guard' });
  await awake.release();
});
