import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { Fireaxe } from '../fireaxe.ts';
import { here } from '../here.ts';
import { kitCopy } from '../kit-copy.ts';
import { CONTROL_PLANE, LAB, WORKERS } from '../layout.ts';
import { eventually, pause } from '../patience.ts';
import { report } from '../report.ts';
import { machinePicture } from '../truth.ts';
import { settled } from '../well.ts';

const cluster = here();
const MACHINES = [...CONTROL_PLANE, ...WORKERS];
/** Longer than `--lead`, and over soon after any abort. */
const FLOOD_SECONDS = 30;
/** The flood's own end, its timers' grace, and what a busy machine takes. */
const GONE_MS = 120_000;
const ABORTS = 20;
/** Until here the playbook holds, fences, removes and readmits. */
const LAST_ABORT_MS = 60_000;

const allowed = () =>
  kitCopy(cluster, 'kit-drills', {
    kit: ({ clusters }) => Object.assign(clusters[LAB]!, { drills: 'allowed' }),
  });
const words = (span: number) => [
  ...['drill', '--on', LAB, '--reason', 'cluster test', '-l', 'role=worker,kind!=hollow'],
  ...['--calls', '40', '--lead', '10s', '--for', `${span}s`, '--confirm', `${LAB} 25`],
  // The limit is never passed: a server of a busy machine may be late with an answer.
  ...['--max-errors', '100%'],
];
let fireaxe: Fireaxe;
const drill = (span: number, ...more: string[]) => fireaxe.start(...words(span), ...more);

/** What a flood is made of: its processes, its folder, its units and timers. */
const flood = (at: string) =>
  cluster.sh(
    at,
    "pgrep -xa fireaxe-flood; ls -d /run/fireaxe-flood 2>/dev/null; systemctl list-units --all --plain --no-legend 'fireaxe-flood*'; echo read",
  );
const noFlood = async () => (await Promise.all(MACHINES.map(flood))).every((seen) => seen === 'read');
const pictures = () => Promise.all(MACHINES.map((at) => machinePicture(cluster, at)));

beforeAll(() => {
  fireaxe = new Fireaxe(cluster, allowed());
});
beforeEach(() => settled(cluster));
afterAll(() => settled(cluster));

test('a flood is injected, held by the playbook, and scored; then every machine is as before', async () => {
  const before = await pictures();
  const { ended } = drill(240, '--output', 'json');
  await eventually('the flood calls', async () => (await flood('w1')).includes('/run/fireaxe-flood'), 60_000);
  const { code, json, stderr } = await ended;
  expect(code, stderr).toBe(0);
  expect(json).toMatchObject({ on: LAB, well: true, floodLeftOn: [], run: { state: 'done' } });
  expect(json.result).toMatch(/^yes/);
  expect(Number(json.calls)).toBeGreaterThan(100);
  expect(Number(json.answered)).toBeGreaterThan(0);
  report('game day', [`${json.calls} calls, ${json.answered} answered; ${json.result}`]);
  expect(await noFlood()).toBe(true);
  expect(await pictures()).toEqual(before);
});

test(`killed at ${ABORTS} random points, it leaves nothing running on any node`, async () => {
  const before = await pictures();
  const undone = new Set(fireaxe.runs());
  let begun = 0;
  for (let turn = 1; turn <= ABORTS; turn++) {
    const point = Math.round(Math.random() * LAST_ABORT_MS);
    const { child, ended } = drill(FLOOD_SECONDS);
    await Promise.race([pause(point), ended]);
    child.kill('SIGKILL');
    const { stderr, code } = await ended;
    expect(code, stderr).toBe(null);
    if (fireaxe.runs().some((run) => !undone.has(run))) begun++;
    const last = stderr.trim().split('\n').at(-1);
    const goneMs = await eventually('no flood is left', noFlood, GONE_MS);
    report(`game day, abort ${turn}`, [`after ${point} ms, at: ${last}; nothing of it after ${goneMs} ms`]);
    // What the playbook had done is a run as any other.
    for (const run of fireaxe.runs().filter((run) => !undone.has(run))) {
      undone.add(run);
      const { code, stderr } = await fireaxe.run('undo', run, '--yes', '--reason', 'cluster test');
      expect(code, stderr).toBe(0);
    }
    await settled(cluster);
    await eventually('the machines are as before', async () => same(await pictures(), before), 60_000);
  }
  // Some points are before the first change.
  expect(begun).toBeGreaterThan(ABORTS / 2);
});

function same(now: string[], before: string[]): boolean {
  expect(now).toEqual(before);
  return true;
}
