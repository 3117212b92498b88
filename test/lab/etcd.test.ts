import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readMembers } from '../../src/actions/scale/quorum.ts';
import type { CloudContext } from '../../src/actions/types.ts';
import { readingLines } from '../../src/cli/format/reading.ts';
import type { Target } from '../../src/kit/types.ts';
import { readCluster } from '../../src/probe/read.ts';
import { splitResult } from '../../src/transport/node-output.ts';
import type { NodeScript, Outcome } from '../../src/transport/types.ts';
import { context, target } from '../node/sandbox.ts';

const run = promisify(execFile);
const QUOTA = 2 * 1_048_576;
const { machineId: _any, ...HOST } = target({ name: 'cp-1', roles: ['control-plane'] });

/** A real etcd, alone in a network of its own: its ports are those of every machine. */
describe('a real etcd over its quota', () => {
  const dir = mkdtempSync(join(tmpdir(), 'fx-etcd-'));
  let etcd: ChildProcess;

  const sh = (text: string) =>
    run('nsenter', [`--net=/proc/${etcd.pid}/ns/net`, '/bin/sh', '-c', text], {
      env: { PATH: process.env.PATH, ETCDCTL_API: '3', HOME: dir },
      maxBuffer: 1 << 24,
    });

  async function reach(targets: Target[], script: NodeScript): Promise<Outcome[]> {
    const { stdout } = await sh(script.textFor(targets[0]!, 'ssh'));
    const { result } = splitResult(stdout, script.nonce);
    const quiet = { stdout: '', stderr: '', truncated: false, startedAt: '', endedAt: '' };
    return [{ target: targets[0]!.name, state: 'ok', ...quiet, ...(result && { result }) }];
  }

  const probe = () => readCluster({ reach, now: () => new Date(), context: context([]) }, [HOST]);
  const members = () =>
    readMembers([HOST], { ...context([]), runId: 'r1', stepId: 's1', reach } as unknown as CloudContext);

  beforeAll(async () => {
    const start = `ip link set lo up && exec etcd --data-dir ${dir}/data --quota-backend-bytes=${QUOTA} --listen-metrics-urls http://127.0.0.1:2381`;
    etcd = spawn('unshare', ['--net', '/bin/sh', '-c', start], { stdio: 'ignore' });
  });
  afterAll(async () => {
    if (etcd.exitCode === null) {
      const gone = new Promise((resolve) => etcd.once('exit', resolve));
      etcd.kill('SIGKILL');
      await gone;
    }
    rmSync(dir, { recursive: true });
  });

  it('is reported as its alarm, with what lifts it; the member still votes', async () => {
    await expect
      .poll(async () => (await probe()).servers[0], { timeout: 60_000 })
      .toMatchObject({ etcd: 'ok', etcdQuota: QUOTA });
    await sh(
      `head -c 900000 /dev/zero | tr '\\0' x >${dir}/v; for i in 1 2 3 4 5; do etcdctl put k <${dir}/v; done; :`,
    );
    const reading = await probe();
    expect(reading.servers[0]).toMatchObject({ etcd: 'failing', etcdAlarms: ['NOSPACE'], etcdQuota: QUOTA });
    expect(await members()).toMatchObject([{ votes: true, learner: false, alarms: ['NOSPACE'] }]);
    const lines = readingLines(reading);
    expect(lines.join('\n')).toMatch(
      /etcd: alarm NOSPACE on cp-1: the database is over its quota \(\d\.\d of 2\.0 MiB\)/,
    );

    const byHand = lines.find((line) => line.startsWith('or, by hand'))!;
    await sh(byHand.replace('or, by hand on one etcd host: ', ''));
    expect((await probe()).servers[0]).toMatchObject({ etcd: 'ok' });
    await sh('etcdctl put k small');
  });
});
