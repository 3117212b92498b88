import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { thisProcess } from '../../../src/base/holder.ts';
import { leasePlace, leaseText } from '../../../src/run/journal/lease-file.ts';
import { readJournal } from '../../../src/run/journal/read.ts';
import { buildWriter, Said } from './writer-process.ts';

const TIMING = { renewMs: 100, silentMs: 1_500, pollMs: 20 };
/** Nobody waits for so long here: what is taken over is seen to be dead. */
const PATIENT = { ...TIMING, silentMs: 3_600_000 };
const OWN_NAMESPACE = ['--user', '--map-root-user', '--pid', '--fork', '--mount-proc'];
const noUnshare = spawnSync('unshare', [...OWN_NAMESPACE, 'true']).status !== 0;

const dir = mkdtempSync(join(tmpdir(), 'fireaxe-writers-'));
let program = '';
beforeAll(async () => {
  program = await buildWriter(dir);
});
afterAll(() => rmSync(dir, { recursive: true }));

let journal = '';
const running: Said[] = [];
beforeEach(() => {
  journal = join(mkdtempSync(join(dir, 'run-')), 'journal.ndjson');
});
afterEach(() => {
  for (const { child } of running.splice(0)) child.kill('SIGKILL');
});

function start(command: string, args: string[]): Said {
  const said = new Said(command, args);
  running.push(said);
  return said;
}
const words = (timing: object, at = 0) => [program, journal, JSON.stringify(timing), String(at)];
const writer = (timing: object = TIMING, at = 0) => start(process.execPath, words(timing, at));
const writerElsewhere = (timing: object = TIMING) =>
  start('unshare', [...OWN_NAMESPACE, process.execPath, ...words(timing)]);

/** All that was written is one chain, of so many writers one after the other. */
async function oneAfterTheOther(writers: number): Promise<void> {
  const { records, intact, sealed } = await readJournal(journal);
  expect({ intact, sealed }).toEqual({ intact: true, sealed: true });
  const order = records.map((r) => (r.kind === 'note' ? r.text.split(' ')[0] : ''));
  expect(order.filter((pid, i) => pid !== order[i - 1])).toHaveLength(writers);
}

describe('never two writers', () => {
  it('one of several that find the same dead holder', async () => {
    const gone = { ...thisProcess(new Date()), pid: 999_999_999 };
    writeFileSync(leasePlace(journal, 1), leaseText({ holder: gone, beat: 0, free: false }));
    const at = Date.now() + 1_500;
    const takers = Array.from({ length: 5 }, () => writer(TIMING, at));
    const said = await Promise.all(takers.map((taker) => taker.next()));
    expect(said.filter((line) => line === 'open')).toHaveLength(1);
    expect(said.filter((line) => line.startsWith('guard: another fireaxe is writing this run'))).toHaveLength(
      4,
    );
    await takers[said.indexOf('open')]!.end();
    await oneAfterTheOther(1);
    expect(readdirSync(join(journal, '..')).sort()).toEqual(['journal.ndjson', 'journal.ndjson.lease.2']);
  });

  it.skipIf(noUnshare)('from another PID namespace: who holds it is named', async () => {
    const here = writer();
    expect(await here.next()).toBe('open');
    expect(await writerElsewhere().next()).toMatch(
      `guard: another fireaxe is writing this run: process ${here.child.pid} on ${hostname()}, since 2`,
    );
    await here.end();
    await oneAfterTheOther(1);
  });

  it.skipIf(noUnshare)('into another PID namespace, where the holder is number 1', async () => {
    const there = writerElsewhere();
    expect(await there.next()).toBe('open');
    expect(await writer().next()).toMatch('another fireaxe is writing this run: process 1 on ');
    await there.end();
    const next = writer();
    expect(await next.next()).toBe('open');
    await next.end();
    await oneAfterTheOther(2);
  });

  it.skipIf(noUnshare)('after one in another PID namespace was killed: a silence is waited for', async () => {
    const there = writerElsewhere();
    expect(await there.next()).toBe('open');
    const began = performance.now();
    // Only unshare is our child; the kernel ends the namespace with its first process.
    const { pid } = there.child;
    process.kill(Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')), 'SIGKILL');
    const next = writer();
    expect(await next.next()).toBe('open');
    expect(performance.now() - began).toBeGreaterThan(TIMING.silentMs);
    await next.end();
    await oneAfterTheOther(2);
  });

  it('a stopped one that wakes up after another took over writes nothing more that counts', async () => {
    const stopped = writer();
    expect(await stopped.next()).toBe('open');
    stopped.child.kill('SIGSTOP');
    const next = writer();
    expect(await next.next()).toBe('open');
    stopped.child.kill('SIGCONT');
    expect(await stopped.next()).toMatch(`guard: this run was taken over by process ${next.child.pid} on `);
    await next.end();
    await oneAfterTheOther(2);
  });

  it('a stopped one that is continued in time keeps it', async () => {
    const stopped = writer();
    expect(await stopped.next()).toBe('open');
    stopped.child.kill('SIGSTOP');
    const taker = writer();
    await new Promise((done) => setTimeout(done, TIMING.silentMs / 2));
    stopped.child.kill('SIGCONT');
    expect(await taker.next()).toMatch('another fireaxe is writing this run');
    await stopped.end();
    await oneAfterTheOther(1);
  });
});

describe('what is dead holds nothing', () => {
  it('a killed one, at once', async () => {
    const killed = writer();
    expect(await killed.next()).toBe('open');
    killed.child.kill('SIGKILL');
    await killed.end();
    const next = writer(PATIENT);
    expect(await next.next()).toBe('open');
    await next.end();
    await oneAfterTheOther(2);
  });

  it('a killed one that nobody reaps, at once', async () => {
    // It becomes the child of a sleep, which waits for nobody.
    const quoted = words(TIMING).map((word) => `'${word}'`);
    const script = `${process.execPath} ${quoted.join(' ')} </dev/zero & echo $!; exec sleep 600`;
    const parent = start('sh', ['-c', script]);
    const pid = Number(await parent.next());
    expect(await parent.next()).toBe('open');
    process.kill(pid, 'SIGKILL');
    await expect.poll(() => readFileSync(`/proc/${pid}/stat`, 'utf8')).toContain(') Z ');
    const next = writer(PATIENT);
    expect(await next.next()).toBe('open');
    await next.end();
    await oneAfterTheOther(2);
  });
});
