import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Fireaxe } from '../fireaxe.ts';
import { here } from '../here.ts';
import { WORKERS } from '../layout.ts';
import { eventually, pause } from '../patience.ts';
import { containers, machinePicture, nodes, objects, running } from '../truth.ts';
import { countsIn } from '../watchers.ts';
import { settled } from '../well.ts';

const cluster = here();
const fireaxe = new Fireaxe(cluster);
const LABEL = 'default/app=busy';
const HOLD = ['stop', '--pods', LABEL, '-l', 'role=worker,kind!=hollow', '--for', '10m', '--yes'];

/** Bytes in the logs of its containers on a node: they grow each second while one runs. */
const logged = async (at: string) =>
  Number(await cluster.sh(at, 'cat /var/log/pods/default_busy-*/busy/*.log 2>/dev/null | wc -c'));
const runs = async (at: string) => {
  const first = await logged(at);
  await pause(3_000);
  return (await logged(at)) !== first;
};
/** Lines that its containers wrote after a moment (seconds): each begins with its own time. */
const wroteSince = async (at: string, moment: number) =>
  Number(await cluster.sh(at, `cat /var/log/pods/default_busy-*/busy/*.log | awk '$4 > ${moment}' | wc -l`));
const clockOf = async (at: string) => Number(await cluster.sh(at, 'date +%s'));
const pods = async () => (await objects(cluster, 'pods -n default -l app=busy')).items;
const pictures = () => Promise.all(WORKERS.map((at) => machinePicture(cluster, at)));

describe('stop --pods', () => {
  beforeAll(async () => {
    await cluster.apply(readFileSync(join(import.meta.dirname, '../manifests/busy.yaml'), 'utf8'));
    await cluster.asked('rollout status deployment/busy --timeout=120s', { timeoutMs: 130_000 });
  });
  afterAll(() => cluster.asked('delete deployment/busy --wait=false'));
  afterEach(() => fireaxe.restore());
  beforeEach(async () => {
    await settled(cluster);
    for (const at of WORKERS) await eventually(`busy runs on ${at}`, () => runs(at), 120_000);
  });

  test('freeze: holds the pod against its liveness probe and a kubelet restart, until undo', async () => {
    const before = await pictures();
    await fireaxe.change(HOLD);
    for (const at of WORKERS) expect(await runs(at)).toBe(false);
    // After three failed probes, five seconds apart, the kubelet tries to restart the container.
    await pause(25_000);
    for (const at of WORKERS) expect(await runs(at)).toBe(false);
    await cluster.sh('w1', 'systemctl restart kubelet');
    await eventually('the kubelet of w1 is well', () => kubeletIsWell('w1'), 60_000);
    await pause(10_000);
    for (const at of WORKERS) {
      expect(await runs(at)).toBe(false);
      expect(await kubeletIsWell(at)).toBe(true);
    }
    expect((await nodes(cluster)).notReady).toEqual([]);

    await fireaxe.undo('--yes');
    for (const at of WORKERS) await eventually(`busy runs on ${at}`, () => runs(at), 90_000);
    expect(await pictures()).toEqual(before);
  });

  test('freeze: holds the container that the kubelet starts after the kernel killed the frozen one', async () => {
    // The kubelet may still end a container whose probe failed in another test; that of a new pod stays.
    await replaced();
    const before = await pictures();
    await fireaxe.change(HOLD);
    const frozenAt = 1 + (await clockOf('w1'));
    const [first] = await running(cluster, 'w1', 'busy');
    const killed = oomKills();
    await done('w1', outOfMemory(first!.id));
    await eventually('the kernel has killed it for its memory', async () => killed() > 0, 10_000);
    await eventually(
      'the runtime knows that it ended',
      async () =>
        (await containers(cluster, 'w1', 'busy')).find(({ id }) => id === first!.id)?.state !== 'running',
      60_000,
    );
    // The kubelet starts another one at once; it must not run for a moment, not even frozen a moment later.
    await pause(15_000);
    expect(await running(cluster, 'w1', 'busy')).toEqual([]);
    for (const at of WORKERS) {
      expect(await wroteSince(at, frozenAt)).toBe(0);
      expect(await kubeletIsWell(at)).toBe(true);
    }
    expect((await nodes(cluster)).notReady).toEqual([]);

    await fireaxe.undo('--yes');
    for (const at of WORKERS) await eventually(`busy runs on ${at}`, () => runs(at), 120_000);
    const [now] = await running(cluster, 'w1', 'busy');
    expect(now!.attempt).toBeGreaterThan(first!.attempt);
    expect(await pictures()).toEqual(before);
  });

  test('freeze: holds the pod that replaces a deleted one', async () => {
    const before = await pods();
    await fireaxe.change(HOLD);
    await cluster.asked('delete pod -n default -l app=busy --wait=false');
    const names = before.map(({ metadata }) => metadata.name);
    await eventually(
      'the runtime has a new container of it',
      async () => {
        const made = (await pods()).filter(({ metadata }) => !names.includes(metadata.name));
        return made.length === 2 && (await containers(cluster, 'w1', 'busy')).length > 0;
      },
      60_000,
    );
    await pause(5_000);
    for (const at of WORKERS) {
      expect(await runs(at)).toBe(false);
      expect(await kubeletIsWell(at)).toBe(true);
    }
    await fireaxe.undo('--yes');
    await eventually('two pods, and they run', async () => (await pods()).length === 2, 120_000);
    for (const at of WORKERS) await eventually(`busy runs on ${at}`, () => runs(at), 90_000);
  });

  test('network: cuts the running pod off from the API servers, until undo', async () => {
    const before = await pictures();
    const ids = (await Promise.all(WORKERS.map((at) => running(cluster, at, 'busy')))).flat();
    await fireaxe.change([...HOLD, '--how', 'network']);
    for (const at of WORKERS) {
      await eventually(`busy on ${at} has lost the API`, () => refused(at), 30_000);
      expect(await runs(at)).toBe(true);
    }
    const now = (await Promise.all(WORKERS.map((at) => running(cluster, at, 'busy')))).flat();
    expect(now).toEqual(ids);

    await fireaxe.undo('--yes');
    for (const at of WORKERS) await eventually(`busy on ${at} has the API again`, () => answered(at), 30_000);
    expect(await pictures()).toEqual(before);
  });
});

/**
 * How often the kernel has killed the pod's process for its memory since this call. The call leaves a line in the
 * kernel's log, as that log's clock drifts from the host's within the hour, and the log forgets older lines.
 */
function oomKills(): () => number {
  const mark = `fireaxe-test ${randomUUID()}`;
  writeFileSync('/dev/kmsg', mark);
  return () => {
    const said = spawnSync('dmesg', { encoding: 'utf8', maxBuffer: 2 ** 28 }).stdout;
    const [, since] = said.split(mark);
    if (since === undefined) throw new Error("the kernel's log does not have the mark any more");
    return [...since.matchAll(/Memory cgroup out of memory.*telemetryd/g)].length;
  };
}

/** Fills the memory of a container from within its group, with its own process as the first to be killed. */
function outOfMemory(container: string): string {
  return `set -e
  pid=$(crictl inspect -o go-template --template '{{.info.pid}}' ${container})
  echo 1000 >/proc/$pid/oom_score_adj
  group=/sys/fs/cgroup/memory$(sed -n 's/.*:memory://p' /proc/$pid/cgroup)
  [ -d "$group" ] && [ "$group" != /sys/fs/cgroup/memory/ ]
  sh -c 'echo $$ >"$1/cgroup.procs" && head -c 200M /dev/zero | tail >/dev/null' fill "$group" || :`;
}

/** Runs a command on a node; throws if it fails. */
async function done(at: string, command: string): Promise<void> {
  const ran = await cluster.at(at).sh(command);
  if (ran.code !== 0) throw new Error(`${at}: ended with ${ran.code}: ${ran.stderr.slice(-600)}`);
}

/** Deletes the pods and waits until new ones run in their place. */
async function replaced(): Promise<void> {
  const old = (await Promise.all(WORKERS.map((at) => running(cluster, at, 'busy')))).flat();
  await cluster.asked('delete pod -n default -l app=busy', { timeoutMs: 60_000 });
  for (const at of WORKERS)
    await eventually(
      `a new busy runs on ${at}`,
      async () => {
        const now = await running(cluster, at, 'busy');
        return now.length === 1 && old.every(({ id }) => id !== now[0]!.id) && (await runs(at));
      },
      120_000,
    );
}

/** Whether the kubelet calls itself healthy; that includes its view of the runtime (PLEG). */
async function kubeletIsWell(at: string): Promise<boolean> {
  const said = await cluster.sh(at, 'curl -s --max-time 5 http://127.0.0.1:10248/healthz');
  return said === 'ok';
}

/** The pod's own counts three seconds ago, and now. */
async function counted(at: string): Promise<[Record<string, number>, Record<string, number>]> {
  const said = await cluster.sh(
    at,
    "sleep 4; f=$(ls -t /var/log/pods/default_busy-*/busy/*.log | head -n 1); tail -n 4 $f | sed -n '1p;4p'",
  );
  const [first = '', last = ''] = said.split('\n');
  return [countsIn(first), countsIn(last)];
}

async function answered(at: string): Promise<boolean> {
  const [first, last] = await counted(at);
  return (last['200'] ?? 0) > (first['200'] ?? 0);
}

async function refused(at: string): Promise<boolean> {
  const [first, last] = await counted(at);
  const others = (of: Record<string, number>) =>
    Object.entries(of).reduce((sum, [what, n]) => (what === '200' || what === 'open' ? sum : sum + n), 0);
  return last['200'] === first['200'] && others(last) > others(first);
}
