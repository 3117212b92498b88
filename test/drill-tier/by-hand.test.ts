import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually, fireaxe, labUp } from './fireaxe.ts';

let lab: Awaited<ReturnType<typeof labUp>>;
beforeAll(async () => {
  lab = await labUp('--workers', '12', '--seed', '3');
});
afterAll(() => lab?.end());

const REASON = ['--reason', 'practice'];
const JSON_OUT = ['--output', 'json', '--no-input'];
const HOLD = ['stop', '--process', 'telemetry-agent', '-l', 'role=worker', '--yes', ...REASON, ...JSON_OUT];
const FENCE = ['fence', '--confirm', 'lab 3', ...REASON, ...JSON_OUT];

interface RunJson {
  verdict: { runId: string; state: string; counts: Record<string, number> };
  outcomes: { step: string; target: string; state: string; result?: { state: string } }[];
}
const read = (json: unknown) => json as RunJson;
const states = (json: unknown) => new Set(read(json).outcomes.map((o) => o.result?.state));

test('probe reads the broken control plane out of band', async () => {
  const { code, json } = await lab.run(['probe', ...JSON_OUT]);
  expect([0, 3, 7]).toContain(code);
  expect(JSON.stringify(json)).toContain('cp-1');
});

test('refuses a second up; status shows what the lab sees', async () => {
  const again = await fireaxe(['drill', 'up', '--dir', lab.dir]);
  expect(again.code).toBe(2);
  expect(again.stderr).toContain('already running');
  expect((await lab.status()).sample.flooding).toBe(12);
});

test('stop holds its targets, a second stop reports already, undo releases them', async () => {
  const first = await lab.run(HOLD);
  expect(first.code, first.stderr).toBe(0);
  await eventually('held', async () => (await lab.status()).sample.flooding <= 3);
  const second = await lab.run(HOLD);
  expect(states(second.json)).toEqual(new Set(['already']));
  const undone = await lab.run(['undo', read(first.json).verdict.runId, '--yes', ...JSON_OUT]);
  expect(undone.code, undone.stderr).toBe(0);
  await eventually('flooding', async () => (await lab.status()).sample.flooding === 12);
});

test('stop of a name that no process has names the nearest process that runs', async () => {
  const typo = HOLD.map((word) => (word === 'telemetry-agent' ? 'telemetry-agnt' : word));
  const said =
    'no process named telemetry-agnt on any of 12 nodes; the nearest running name is telemetry-agent, on';
  const dry = await lab.run([...typo, '--dry-run']);
  expect([dry.code, JSON.stringify(dry.json.warnings)]).toEqual([3, expect.stringContaining(said)]);
  const held = await lab.run(typo);
  expect(held.code, held.stderr).toBe(3);
  expect(held.stderr).toContain(said);
  const { verdict } = held.json as unknown as { verdict: { runId: string; workstreams: { why: string }[] } };
  expect(verdict.workstreams[0]!.why).toContain(said);
  expect(held.stderr).toContain(`fireaxe undo ${verdict.runId}`);
  expect((await lab.run(['undo', verdict.runId, '--yes', ...JSON_OUT])).code).toBe(0);
});

test('fence cuts clients, a second fence reports already, readmit lets some in, undo all', async () => {
  const first = await lab.run(FENCE);
  expect(first.code, first.stderr).toBe(0);
  await eventually('fenced', async () => (await lab.status()).sample.fenced === 12);
  await eventually('the servers answer', async () => (await lab.status()).sample.servers.ready === 3);
  expect(states((await lab.run(FENCE)).json)).toEqual(new Set(['already']));
  const { runId } = read(first.json).verdict;
  // Three servers that answer do not mean that all is well behind a fence.
  const probe = await lab.run(['probe']);
  expect(probe.stdout).toMatch(
    new RegExp(
      `FENCED on cp-1, cp-2, cp-3 since \\S+Z by run ${runId}, step fence; stays until it is undone`,
    ),
  );
  expect(probe.stdout).toContain('API servers answer, FENCED');

  const readmit = [
    'readmit',
    '--nodes',
    'worker-[01-02]',
    '--batch',
    '2',
    '--no-gate',
    '--yes',
    ...REASON,
    ...JSON_OUT,
  ];
  const some = await lab.run(readmit);
  expect(some.code, some.stderr).toBe(0);
  await eventually('two are in', async () => (await lab.status()).sample.fenced === 10);
  expect(states((await lab.run(readmit)).json)).toEqual(new Set(['already']));

  const undone = await lab.run(['undo', runId, '--yes', ...JSON_OUT]);
  expect(undone.code, undone.stderr).toBe(0);
  expect((await lab.run(['probe'])).stdout).not.toContain('FENCED');
  await eventually('no worker is fenced', async () => (await lab.status()).sample.fenced === 0);
});

test('the timeline shows it', async () => {
  const { code, stdout } = await lab.run(['timeline', 'last']);
  expect(code).toBe(0);
  expect(stdout).toContain('readmit');
});

test('verify says whether a fence still holds, also once somebody removed it by hand', async () => {
  const fenced = await lab.run(FENCE);
  expect(fenced.code, fenced.stderr).toBe(0);
  const { runId } = read(fenced.json).verdict;
  const good = await lab.run(['verify', runId, ...JSON_OUT]);
  expect(good.code, good.stderr).toBe(0);
  expect(good.json).toMatchObject({ runId, holds: true, counts: { holds: 3, gone: 0 } });

  const flush = ['exec', '--nodes', 'cp-2', '--yes', ...REASON, ...JSON_OUT];
  const byHand = await lab.run([...flush, '--', 'nft', 'delete', 'table', 'inet', 'fireaxe']);
  expect(byHand.code, byHand.stderr).toBe(0);
  const after = await lab.run(['verify', runId]);
  expect(after.code, after.stderr).toBe(3);
  expect(after.stdout).toContain('cp-2 (1): gone: no fence is here');
  expect(after.stderr).toContain(`verify of run ${runId}: 2 holds, 1 gone`);
  expect((await lab.run(['verify', runId, '--nodes', 'cp-[1,3]'])).code).toBe(0);

  expect((await lab.run(['undo', runId, '--yes', ...JSON_OUT])).code).toBe(0);
  const undone = await lab.run(['verify', runId]);
  expect(undone.code, undone.stderr).toBe(0);
  expect(undone.stdout).toContain('not asked (undone): cp-[1-3]');
});

test('a recovery offers to undo only what is in force, and not the removal of the cause', async () => {
  const ran = await lab.run(['run', 'control-plane-lockout', '--confirm', 'lab 15', ...REASON]);
  expect(ran.stderr).toMatch(/still in force: scale \(3\); to undo it: fireaxe undo /);
  await eventually('recovered', async () => (await lab.status()).score.recovered);

  // Scaling back restarts API servers: it takes more than --yes.
  const undone = await lab.run(['undo', 'last', '--yes']);
  expect(undone.code, undone.stderr).toBe(5);
  expect(undone.stderr).toContain(
    'm6i.8xlarge → m6i.xlarge: stop and start each machine, one at a time [severe]',
  );
  expect(undone.stderr).toContain('not remove (left out unless it is named: --include remove)');
  const plain = await lab.run([
    'undo',
    'last',
    '--step',
    'hold',
    '--step',
    'fence',
    '--step',
    'pause',
    '--yes',
  ]);
  expect(plain.code, plain.stderr).toBe(0);
  expect(plain.stderr).toContain('nothing to undo');

  const named = await lab.run(['undo', 'last', '--step', 'remove', '--yes']);
  expect(named.code, named.stderr).toBe(5);
  expect(named.stderr).toContain(
    're-create DaemonSet monitoring/telemetry-agent, which this run removed as the cause [severe]',
  );
  expect((await lab.status()).sample).toMatchObject({ daemonSet: false, paused: 0, endpoints: 12 });
}, 180_000);
