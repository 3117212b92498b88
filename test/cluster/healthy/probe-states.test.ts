import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ClusterReading, ServerReading } from '../../../src/probe/types.ts';
import { Fireaxe } from '../fireaxe.ts';
import { gateRecords, playbook } from '../gate.ts';
import { here } from '../here.ts';
import { CONTROL_PLANE } from '../layout.ts';
import { errorShare, errorsOf, requestsOf } from '../load.ts';
import { eventually } from '../patience.ts';
import { Throttled } from '../throttled.ts';
import { type Metrics, metrics, onControlPlane, readyz, running } from '../truth.ts';
import { settled } from '../well.ts';

const cluster = here();
const fireaxe = new Fireaxe(cluster);
/** What a reading calls a server, by the status of its /readyz; 0: it does not answer. */
const WORDS: Record<number, string> = { 0: 'no-answer', 200: 'ok', 500: 'failing' };

const probed = async () => {
  const { code, json } = await fireaxe.run('probe', '--output', 'json');
  return { code, reading: json.reading as unknown as ClusterReading };
};
const serverIn = ({ servers }: ClusterReading, at: string): ServerReading =>
  servers.find(({ node }) => node === at)!;
const runGate = (gate: unknown) =>
  fireaxe.run(
    ...['run', playbook(cluster, 'gate-only', [{ id: 'well', gate }]), '--yes'],
    ...['--reason', 'cluster test', '--output', 'json'],
  );

beforeEach(() => settled(cluster));
afterEach(() => cluster.sh('cp3', 'systemctl start kubelet'));

test('follows a server that is killed and restarted, and a gate opens only after it is ready', async () => {
  const before = await metrics(cluster, 'cp3');
  const [container] = await running(cluster, 'cp3', 'kube-apiserver');
  // Without its kubelet it stays dead.
  await cluster.sh('cp3', 'systemctl stop kubelet; pkill -9 -x kube-apiserver');
  const gate = runGate({ answering: '100%', for: '4s', within: '3m', every: '1s' });

  // A reading counts where the truth was the same before and after it.
  const agreed: string[] = [];
  let lastDown = 0;
  for (let turn = 0; turn < 60 && agreed.at(-1) !== 'ok'; turn++) {
    const first = await readyz(cluster, 'cp3');
    const { code, reading } = await probed();
    const asked = Date.now();
    const then = await readyz(cluster, 'cp3');
    if (then.status !== 200) lastDown = asked;
    const expected = WORDS[then.status];
    if (first.status !== then.status || !expected) continue;
    const server = serverIn(reading, 'cp3');
    expect(server.readyz).toBe(expected);
    expect(code).toBe(then.status === 200 ? 0 : 3);
    expect(reading.answering).toBe(then.status === 200 ? 3 : 2);
    if (then.status === 500 && String(first.failing) === String(then.failing)) {
      expect(server.failing).toEqual(then.failing);
    }
    agreed.push(server.readyz);
    if (agreed.length === 1) await cluster.sh('cp3', 'systemctl start kubelet');
  }
  expect(agreed).toContain('no-answer');
  expect(agreed.at(-1)).toBe('ok');

  const after = await metrics(cluster, 'cp3');
  const server = serverIn((await probed()).reading, 'cp3');
  expect(server.startedAt).toBeCloseTo(after.sum('process_start_time_seconds'), 0);
  expect(server.startedAt).toBeGreaterThan(before.sum('process_start_time_seconds'));
  const [restarted] = await running(cluster, 'cp3', 'kube-apiserver');
  expect(restarted!.attempt).toBe(container!.attempt + 1);

  const waited = await gate;
  expect(waited.code).toBe(0);
  expect(waited.stderr).toContain('2/3 API servers ready (3 needed), cp3 no-answer');
  const records = gateRecords(fireaxe.journal(), 'well');
  expect(records.at(-1)).toMatchObject({ state: 'open' });
  expect(records.at(-1)!.at).toBeGreaterThan(lastDown + 4_000);
});

describe('a server that rejects requests', () => {
  const throttled = new Throttled(cluster);
  beforeAll(() => throttled.prepare());
  afterAll(() => throttled.remove());

  test('is measured as /metrics says, and a gate on errors stays closed until they end', async () => {
    await throttled.start('w1', 'cp3', 20);
    await eventually('cp3 rejects', async () => rejectedBy(await metrics(cluster, 'cp3')) > 50);

    const low = await onControlPlane((at) => metrics(cluster, at));
    const { code, reading } = await probed();
    const high = await onControlPlane((at) => metrics(cluster, at));
    for (const at of CONTROL_PLANE) {
      for (const [member, of] of [
        ['requests', totalOf],
        ['errors', errorsOf],
        ['rejected', rejectedBy],
      ] as const) {
        expect(serverIn(reading, at)[member]).toBeGreaterThanOrEqual(of(low[at]!));
        expect(serverIn(reading, at)[member]).toBeLessThanOrEqual(of(high[at]!));
      }
    }
    // Rejected requests do not make the server unready.
    expect(code).toBe(0);

    const began = await requestsOf(cluster);
    const gate = { answering: '100%', maxErrors: '20%', for: '2s', every: '1s' };
    const closed = await runGate({ ...gate, within: '12s' });
    const truth = errorShare(began, await requestsOf(cluster));
    expect(closed.code).toBe(7);
    const last = gateRecords(fireaxe.journal(), 'well').at(-1)!;
    expect(last.state).toBe('failed');
    const share = Number(/(\d+)% errors \(at most 20%\)/.exec(last.reading)?.[1]);
    console.log(
      `errors by the gate's last reading ${share}%, by /metrics over the whole time ${Math.round(truth)}%`,
    );
    expect(Math.abs(share - truth)).toBeLessThan(20);
    expect(share).toBeGreaterThan(20);

    await throttled.stop();
    const opened = await runGate({ ...gate, within: '30s' });
    expect(opened.code).toBe(0);
    expect(gateRecords(fireaxe.journal(), 'well').at(-1)!.reading).toMatch(/\b\d% errors/);
  });
});

const totalOf = (of: Metrics) => of.sum('apiserver_request_total');
const rejectedBy = (of: Metrics) => of.sum('apiserver_flowcontrol_rejected_requests_total');
