import { expect, test } from 'vitest';
import { Etcd } from '../../../src/drill/control-plane/etcd.ts';
import { etcdHttp } from '../../../src/drill/control-plane/etcd-http.ts';
import { simulatedEtcdctl } from '../../../src/drill/control-plane/tools/etcdctl.ts';

function threeMembers() {
  const machines = ['cp-1', 'cp-2', 'cp-3'].map((name) => {
    const machine = { name, on: true, running: () => machine.on };
    return machine;
  });
  const clock = { revision: 1000 };
  const etcd = new Etcd(machines, () => clock.revision);
  const get = (path: string, i = 0) =>
    etcdHttp(etcd, etcd.members[i]!, new URL(`http://127.0.0.1:2381${path}`));
  const ctl = async (i: number, ...argv: string[]) =>
    simulatedEtcdctl(etcd, etcd.members[i]!)(argv, () => '', { cwd: '/' });
  /** Over the quota, as the next write finds out. */
  const fill = () => {
    etcd.stopCompacting();
    etcd.grow(etcd.quotaBytes);
    expect(etcd.write()).toBe(false);
  };
  return { machines, clock, etcd, get, ctl, fill };
}

test('a member answers while a majority of the machines runs', () => {
  const { machines, etcd, get } = threeMembers();
  expect(get('/health')).toEqual({ code: 200, body: '{"health":"true","reason":""}' });
  machines[0]!.on = false;
  expect(etcd.quorumHeld()).toBe(true);
  expect(etcd.leader()?.name).toBe('cp-2');
  machines[1]!.on = false;
  expect(etcd.quorumHeld()).toBe(false);
  expect(get('/health')).toMatchObject({ code: 503 });
  expect(get('/nowhere')).toBeUndefined();
});

test('over the quota the next write raises the alarm on each member, and is refused', () => {
  const { etcd, get, fill } = threeMembers();
  expect(etcd.write()).toBe(true);
  fill();
  expect(etcd.writable()).toBe(false);
  expect(get('/health')?.body).toBe('{"health":"false","reason":"ALARM NOSPACE"}');
  expect(get('/health?exclude=NOSPACE')?.code).toBe(200);
  expect(get('/metrics')?.body).toContain(`etcd_mvcc_db_total_size_in_bytes ${etcd.members[0]!.bytes}\n`);
});

test('compact, defragment each member and disarm give the writes back', async () => {
  const { etcd, ctl, fill, clock } = threeMembers();
  fill();
  const [{ Status }] = JSON.parse((await ctl(0, 'endpoint', 'status', '-w', 'json')).stdout);
  expect(Status).toMatchObject({ dbSize: etcd.members[0]!.bytes, header: { revision: clock.revision } });
  expect((await ctl(0, 'compact', '--physical', String(Status.header.revision))).stdout).toBe(
    'compacted revision 1000\n',
  );
  expect((await ctl(0, 'compact', '1000')).stderr).toContain('required revision has been compacted');
  expect((await ctl(0, 'compact', '1001')).stderr).toContain('is a future revision');
  for (const i of [0, 1, 2]) expect((await ctl(i, 'defrag', '--command-timeout=60s')).code).toBe(0);
  expect((await ctl(0, 'alarm', 'list')).stdout).toMatch(/^(memberID:\d+ alarm:NOSPACE \n){3}$/);
  expect((await ctl(0, 'alarm', 'disarm')).code).toBe(0);
  expect((await ctl(1, 'alarm', 'list')).stdout).toBe('');
  expect(etcd.write()).toBe(true);
});

test.each([
  [
    'nothing compacted',
    async ({ ctl }: ReturnType<typeof threeMembers>) => {
      await ctl(0, 'defrag', '--cluster');
    },
  ],
  [
    'one member not defragmented',
    async ({ ctl }: ReturnType<typeof threeMembers>) => {
      await ctl(0, 'compact', '1000');
      await ctl(0, 'defrag');
      await ctl(1, 'defrag');
    },
  ],
])('with %s the alarm comes back with the next write', async (_, steps) => {
  const all = threeMembers();
  all.fill();
  await steps(all);
  await all.ctl(0, 'alarm', 'disarm');
  expect(all.etcd.writable()).toBe(true);
  expect(all.etcd.write()).toBe(false);
  expect(all.etcd.alarms().length).toBeGreaterThan(0);
});

test('history that is compacted as usual never fills the database', () => {
  const { etcd } = threeMembers();
  etcd.grow(10 * etcd.quotaBytes);
  expect(etcd.write()).toBe(true);
});

test('the simulated etcdctl says what it is, and refuses what it does not know', async () => {
  const { ctl } = threeMembers();
  expect((await ctl(0, 'version')).stdout).toContain('simulated by fireaxe drill');
  expect(await ctl(0, 'put', 'a', 'b')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('"put a b"'),
  });
  expect(await ctl(0, '--frobnicate')).toMatchObject({ code: 1 });
});
