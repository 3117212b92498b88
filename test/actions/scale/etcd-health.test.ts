import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Member, readMembers } from '../../../src/actions/scale/quorum.ts';
import type { CloudContext } from '../../../src/actions/types.ts';
import { splitResult } from '../../../src/transport/node-output.ts';
import type { NodeResult, NodeScript } from '../../../src/transport/types.ts';
import { target } from '../../transport/ssm/harness.ts';

const execute = promisify(execFile);
let bin: string;

beforeEach(async () => {
  bin = await mkdtemp(join(tmpdir(), 'fireaxe-etcd-'));
});
afterEach(() => rm(bin, { recursive: true }));

async function tool(name: string, script: string) {
  const file = join(bin, name);
  await writeFile(file, `#!/bin/sh\n${script}\n`);
  await chmod(file, 0o755);
}

/** Runs the real script by a real sh, with our own tools first. */
async function healthy(): Promise<{ names: string[]; members: Member[]; result: NodeResult | undefined }> {
  let result: NodeResult | undefined;
  const context = {
    runId: 'run-1',
    stepId: 's',
    nodes: [],
    async reach(targets: unknown[], script: NodeScript) {
      const text = script.textFor(target(0), 'ssm');
      const env = { PATH: `${bin}:/usr/bin:/bin`, FIREAXE_ROOT: bin };
      const ran = await execute('/bin/sh', ['-c', text], { env }).catch((e: { stdout: string }) => e);
      result = splitResult(ran.stdout, script.nonce).result;
      const state = result?.state === 'ok' ? 'ok' : 'failed';
      return targets.map(() => ({ target: 'n0', state, ...(result ? { result } : {}) }));
    },
  } as unknown as CloudContext;
  const members = await readMembers([target(0)], context);
  return { names: members.filter((member) => member.votes).map((member) => member.node), members, result };
}

it.each([
  ['{"health":"true","reason":""}', ['n0'], 'ok'],
  ['{"health": "true"}', ['n0'], 'ok'],
  ['{"health":"false","reason":"RAFT NO LEADER"}', [], 'failing'],
  ['curl: (7) refused', [], 'no-answer'],
  ['', [], 'no-answer'],
])('reads %s', async (answer, names, etcd) => {
  await tool(
    'curl',
    `case "$4" in ${AT}/health*) printf '%s' '${answer}' ;; *metrics) echo etcd_server_has_leader 0 ;; esac`,
  );
  const read = await healthy();
  expect(read.names).toEqual(names);
  expect(read.result?.data?.etcd).toBe(etcd);
});

/** A member as it answers each path; the fourth word of curl's is the address. */
const member = (cases: string) => tool('curl', `case "$4" in\n${cases}\nesac`);
const AT = 'http://127.0.0.1:2381';

it('tells an alarm by its name, and that the member votes: told by 3.5, asked of 3.4', async () => {
  for (const reason of [',"reason":"ALARM NOSPACE"', '']) {
    await member(
      `${AT}/health | *exclude=CORRUPT) printf '{"health":"false"${reason}}' ;;\n` +
        `*exclude=NOSPACE*) printf '{"health":"true"}' ;;\n` +
        `*metrics) printf 'etcd_server_has_leader 1\netcd_server_quota_backend_bytes 2.097152e+06\netcd_mvcc_db_total_size_in_bytes 5.4272e+06\n' ;;`,
    );
    const read = await healthy();
    expect(read.members).toMatchObject([{ votes: true, alarms: ['NOSPACE'] }]);
    expect(read.result?.data).toMatchObject({ etcd: 'failing', etcdBytes: '5427200', etcdQuota: '2097152' });
  }
});

it('tells an alarm where the version knows no exclude, by its counters', async () => {
  await member(
    `*health*) printf '{"health":"false"}' ;;\n` +
      `*metrics) printf 'etcd_server_has_leader 1\netcd_server_quota_backend_bytes 2e+06\netcd_mvcc_db_total_size_in_bytes 2e+06\n' ;;`,
  );
  expect((await healthy()).members).toMatchObject([{ votes: true, alarms: ['NOSPACE'] }]);
  await member(
    `*health*) printf '{"health":"false"}' ;;\n*metrics) printf 'etcd_server_has_leader 0\netcd_server_quota_backend_bytes 2e+06\netcd_mvcc_db_total_size_in_bytes 2e+06\n' ;;`,
  );
  expect((await healthy()).members).toMatchObject([{ votes: false, alarms: [], why: 'not healthy' }]);
});

it('takes a learner for none that votes, although it is healthy', async () => {
  await member(
    `*health*) printf '{"health":"true"}' ;;\n*metrics) printf 'etcd_server_has_leader 1\netcd_server_is_learner 1\n' ;;`,
  );
  expect((await healthy()).members).toMatchObject([{ votes: false, learner: true }]);
});

it('tells how many members it knows, itself among them, and nothing where its version has no such counter', async () => {
  const peers = ['a 1', 'b 1', 'gone 0'].map((peer) => {
    const [remote, known] = peer.split(' ');
    return `etcd_network_known_peers{Local="a",Remote="${remote}"} ${known}\n`;
  });
  await member(
    `*health*) printf '{"health":"true"}' ;;\n*metrics) printf 'etcd_server_has_leader 1\n${peers.join('')}' ;;`,
  );
  expect((await healthy()).members).toMatchObject([{ votes: true, knows: 2 }]);
  await member(`*health*) printf '{"health":"true"}' ;;\n*metrics) printf 'etcd_server_has_leader 1\n' ;;`);
  expect((await healthy()).members[0]).not.toHaveProperty('knows');
});

it('asks at the address that it listens at', async () => {
  await tool('ss', `echo 'LISTEN 0 4096 10.0.0.5:2381 0.0.0.0:* users:(("etcd",pid=9,fd=3))'`);
  await tool(
    'curl',
    `case "$4" in http://10.0.0.5:2381/health) printf '{"health":"true"}' ;; *) echo 'curl: (7) Failed to connect' >&2; exit 7 ;; esac`,
  );
  expect((await healthy()).names).toEqual(['n0']);
});

it('asks this machine, not a proxy that the login names', async () => {
  await tool('curl', `case "$*" in *'--noproxy *'*) printf '{"health":"true"}' ;; esac`);
  expect((await healthy()).names).toEqual(['n0']);
  await rm(join(bin, 'curl'));
  await tool('wget', `[ -n "\${http_proxy-none}" ] || printf '{"health":"true"}'`);
  expect((await healthy()).names).toEqual(['n0']);
});

it('takes wget where there is no curl, and counts nobody where there is neither', async () => {
  const none = await healthy();
  expect(none.result).toMatchObject({ state: 'refused', code: 'no-tool' });
  expect(none.names).toEqual([]);
  await tool('wget', `printf '%s' '{"health":"true"}'`);
  expect((await healthy()).names).toEqual(['n0']);
});
