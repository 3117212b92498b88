import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { realTool } from '../../src/drill/node/real-tools.ts';
import { interpolate } from '../../src/playbook/interpolate.ts';
import { loadPlaybook } from '../../src/playbook/load.ts';

const STATUS = (leader: number, inUse: number) =>
  JSON.stringify([
    {
      Endpoint: 'e',
      Status: { header: { member_id: 7, revision: 41 }, dbSize: 1000, leader, dbSizeInUse: inUse },
    },
  ]);

/** Each script of the shipped playbook, with tools that say what they were asked. */
describe('the scripts of etcd-nospace', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'fx-etcd-scripts-'));
    mkdirSync(join(dir, 'bin'));
    // The machine's own etcdctl must not be found.
    for (const name of ['env', 'sed']) symlinkSync(realTool(name)!, join(dir, 'bin', name));
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  function tool(name: string, text: string) {
    writeFileSync(join(dir, 'bin', name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(dir, 'bin', name), 0o755);
  }
  /** An etcdctl that answers by its first words. */
  function etcdctl(answers: Record<string, string>) {
    const cases = Object.entries(answers).map(
      ([words, text]) => `*${words.replaceAll(' ', '\\ ')}*) ${text} ;;`,
    );
    tool('etcdctl', `echo "etcdctl $*" >>"${dir}/asked"\ncase "$*" in\n${cases.join('\n')}\nesac`);
  }
  async function run(id: string): Promise<{ code: number; said: string }> {
    const { parameters, workstreams } = await loadPlaybook('etcd-nospace', { playbooks: {} });
    const step = workstreams[0]!.steps.find((one) => one.id === id) as unknown as {
      with: { command: string };
    };
    const values = Object.fromEntries(Object.entries(parameters).map(([name, p]) => [name, p.default ?? '']));
    const script = `exec 2>&1\n${interpolate(step.with.command, values)}`;
    const env = { PATH: join(dir, 'bin') };
    try {
      return { code: 0, said: execFileSync('/bin/sh', ['-c', script], { env, encoding: 'utf8' }) };
    } catch (error) {
      const { status, stdout } = error as { status: number; stdout: string };
      return { code: status, said: stdout };
    }
  }

  it('compacts up to the current revision, by the certificates of kubeadm', async () => {
    etcdctl({ 'endpoint status': `printf %s '${STATUS(7, 900)}'`, compact: 'echo "$*"' });
    const { code, said } = await run('compact');
    expect(code, said).toBe(0);
    expect(said).toBe('compacted up to revision 41\n');
  });

  it('takes a revision that was compacted before for done, and no other refusal', async () => {
    const status = `printf %s '${STATUS(7, 900)}'`;
    etcdctl({
      'endpoint status': status,
      compact: 'echo "Error: required revision has been compacted" >&2; exit 1',
    });
    expect((await run('compact')).code).toBe(0);
    etcdctl({ 'endpoint status': status, compact: 'echo "Error: permission denied" >&2; exit 1' });
    expect(await run('compact')).toEqual({ code: 1, said: 'Error: permission denied\n' });
    etcdctl({ 'endpoint status': 'echo refused >&2; exit 1' });
    expect(await run('compact')).toEqual({ code: 1, said: 'refused\n' });
  });

  it.each([
    ['defragment', 7, 900, 'this member leads'],
    ['defragment', 8, 900, 'FREED'],
    ['defragment-leader', 7, 900, 'FREED'],
    ['defragment-leader', 8, 900, 'nothing to defragment'],
    ['defragment-leader', 8, 100, 'FREED'],
  ])('%s where %i leads and %i of 1000 bytes are in use: %s', async (id, leader, inUse, expected) => {
    etcdctl({ 'endpoint status': `printf %s '${STATUS(leader, inUse)}'`, defrag: 'echo FREED' });
    const { code, said } = await run(id);
    expect(code, said).toBe(0);
    expect(said).toContain(expected);
  });

  it.each(['defragment', 'defragment-leader'])('%s fails where the member names no leader', async (id) => {
    etcdctl({ 'endpoint status': 'echo "[]"', defrag: 'echo FREED' });
    expect(await run(id)).toEqual({ code: 1, said: 'no leader in: []\n' });
  });

  it('disarms NOSPACE, fails where it comes back, and leaves CORRUPT alone', async () => {
    const list = (text: string) => ({ 'alarm list': text, 'alarm disarm': `: >"${dir}/disarmed"` });
    etcdctl(list(`[ -e "${dir}/disarmed" ] || echo 'memberID:7 alarm:NOSPACE '`));
    expect((await run('disarm')).code).toBe(0);
    etcdctl(list(`echo 'memberID:7 alarm:NOSPACE '`));
    expect(await run('disarm')).toMatchObject({ code: 1, said: expect.stringContaining('raised again') });
    rmSync(join(dir, 'disarmed'));
    etcdctl(list(`echo 'memberID:7 alarm:CORRUPT '`));
    expect(await run('disarm')).toMatchObject({ code: 1, said: expect.stringContaining('not disarmed') });
    expect(existsSync(join(dir, 'disarmed'))).toBe(false);
  });

  it('asks the etcdctl of the container where the host has none', async () => {
    const status = `*status*) printf %s '${STATUS(8, 900)}' ;;`;
    tool('crictl', `case "$*" in ps*) echo c0ffee ;; ${status} exec*) echo "crictl $*" ;; esac`);
    expect((await run('defragment')).said).toContain(
      'crictl exec c0ffee etcdctl --endpoints=https://127.0.0.1:2379 --cacert=/etc/kubernetes/pki/etcd/ca.crt ' +
        '--cert=/etc/kubernetes/pki/etcd/server.crt --key=/etc/kubernetes/pki/etcd/server.key defrag',
    );
  });
});
