import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createLocalTransport } from '../../src/transport/local/transport.ts';
import { alive, stays } from './background.ts';
import { raw, runOne, target, told } from './subjects.ts';

const transport = createLocalTransport();
const dir = mkdtempSync(join(tmpdir(), 'fx-local-'));
afterAll(() => rmSync(dir, { recursive: true }));

describe('this machine', () => {
  it('runs a text by /bin/sh', async () => {
    expect(await runOne(transport, target(), told('echo out; echo err >&2'))).toMatchObject({
      state: 'ok',
      via: 'local',
      stdout: 'out\n',
      stderr: 'err\n',
      result: { state: 'changed' },
    });
    expect(await runOne(transport, target(), raw('exit 255'))).toMatchObject({
      state: 'failed',
      exitCode: 255,
    });
    expect(await runOne(transport, target(), raw('kill -9 $$'))).toMatchObject({ signal: 'SIGKILL' });
  });

  it('is no other node: without an identity to compare, the address must be ours', async () => {
    const there = target({ address: '192.0.2.7', internalAddress: '192.0.2.7' });
    expect(await runOne(transport, there, told('echo ran'))).toMatchObject({
      state: 'unreachable',
      stdout: '',
      reason: { code: 'not-here' },
    });
    const known = target({ address: '192.0.2.7', internalAddress: '192.0.2.7', machineId: 'a'.repeat(32) });
    expect(await runOne(transport, known, told('echo ran'))).toMatchObject({ state: 'ok', stdout: 'ran\n' });
  });

  it('hands the secret over after the text', async () => {
    const script = raw('cat', { secret: Buffer.from('line one\nline two') });
    expect(await runOne(transport, target(), script)).toMatchObject({ stdout: 'line one\nline two' });
  });

  it('ends a command and its children at the deadline', async () => {
    const pids = join(dir, 'pids');
    const script = raw(`sleep 600 & echo $$ $! >${pids}; wait`);
    expect((await runOne(transport, target(), script, { runMs: 4000 })).state).toBe('timed-out');
    for (const pid of readFileSync(pids, 'utf8').trim().split(' ')) {
      await expect.poll(() => alive(Number(pid))).toBe(false);
    }
  });

  it('does not wait for what stays in the background', async () => {
    const outcome = await runOne(transport, target(), raw(stays(join(dir, 'stay'))));
    rmSync(join(dir, 'stay'));
    expect(outcome).toMatchObject({ state: 'ok', stdout: 'x\n' });
  });
});
