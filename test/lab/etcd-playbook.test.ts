import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { interpolate } from '../../src/playbook/interpolate.ts';
import { SHIPPED } from '../../src/playbook/shipped.ts';

const run = promisify(execFile);
const QUOTA = 2 * 1_048_576;

interface Step {
  id: string;
  with?: { command: string };
}

/** The scripts of the shipped playbook, against a real etcd in a network of its own. */
describe('the playbook etcd-nospace on a real etcd over its quota', () => {
  const dir = mkdtempSync(join(tmpdir(), 'fx-etcd-'));
  let etcd: ChildProcess;

  const sh = (text: string) =>
    run('nsenter', [`--net=/proc/${etcd.pid}/ns/net`, '/bin/sh', '-c', text], {
      env: { PATH: process.env.PATH, ETCDCTL_API: '3', HOME: dir },
      maxBuffer: 1 << 24,
    });

  const playbook = parse(SHIPPED['etcd-nospace']!) as { workstreams: { steps: Step[] }[] };
  const parameters = { etcdctl: 'etcdctl --endpoints=http://127.0.0.1:2379', patience: '1m' };
  const step = async (id: string) => {
    const { command } = playbook.workstreams[0]!.steps.find((one) => one.id === id)!.with!;
    return (await sh(interpolate(command, parameters))).stdout;
  };
  const alarms = async () => (await sh('etcdctl alarm list')).stdout.trim();

  beforeAll(async () => {
    const start = `ip link set lo up && exec etcd --data-dir ${dir}/data --quota-backend-bytes=${QUOTA}`;
    etcd = spawn('unshare', ['--net', '/bin/sh', '-c', start], { stdio: 'ignore' });
    while (!(await sh('etcdctl endpoint health').catch(() => undefined)))
      await new Promise((wake) => setTimeout(wake, 100));
    await sh(
      `head -c 900000 /dev/zero | tr '\\0' x >${dir}/v; for i in 1 2 3 4 5; do etcdctl put k <${dir}/v; done; :`,
    );
  });
  afterAll(async () => {
    if (etcd.exitCode === null) {
      const gone = new Promise((resolve) => etcd.once('exit', resolve));
      etcd.kill('SIGKILL');
      await gone;
    }
    rmSync(dir, { recursive: true });
  });

  it('gives the writes back; each script may run again', async () => {
    expect(await alarms()).toMatch(/^memberID:\d+ alarm:NOSPACE$/);
    for (const _attempt of [1, 2]) expect(await step('compact')).toMatch(/^compacted up to revision \d+\n$/);
    // The only member leads.
    expect(await step('defragment')).toBe('this member leads: it is defragmented last\n');
    for (const _attempt of [1, 2])
      expect(await step('defragment-leader')).toContain('Finished defragmenting');
    for (const _attempt of [1, 2]) await step('disarm');
    expect(await alarms()).toBe('');
    await sh('etcdctl put k small');
    expect(await alarms()).toBe('');
  });

  it('does not keep the alarm away where nothing was compacted', async () => {
    await sh(`for i in 1 2 3 4 5; do etcdctl put k <${dir}/v; done; :`);
    expect(await alarms()).toContain('NOSPACE');
    await step('disarm');
    await expect(sh(`etcdctl put k <${dir}/v`)).rejects.toThrow('database space exceeded');
    expect(await alarms()).toContain('NOSPACE');
  });
});
