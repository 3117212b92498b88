import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { CommandLine } from '../cli/command-line.ts';
import { writeKit } from './kit.ts';
import { Lab } from './lab.ts';

const unit = (command: string) =>
  `[Service]\nExecStart=${command} 1000000\nRestart=always\nRestartSec=100ms\n[Install]\nWantedBy=multi-user.target\n`;
const ZONES = { a: ['w1', 'w2', 'w3'], b: ['w4', 'w5'], c: ['w6'] };
const WORKERS = Object.values(ZONES).flat();
const HELD = 'inactive T';
const FREE = 'active S';

let lab: Lab;
let fireaxe: CommandLine;
let kit: string;
/** The folder and the unit of the watch. */
let hold: string;
const sh = async (node: string, command: string) => (await lab.at(node).sh(command)).stdout.trim();

beforeAll(async () => {
  fireaxe = new CommandLine();
  const files = {
    '/etc/systemd/system/kubelet.service': unit('/bin/sleep'),
    '/etc/systemd/system/off.service': unit('/usr/local/bin/offender'),
  };
  const workers = Object.entries(ZONES).flatMap(([zone, names]) =>
    names.map((name) => ({ name, zone, files })),
  );
  lab = await Lab.up([{ name: 'cp1', zone: 'a', files }, ...workers]);
  kit = writeKit(lab).path;
  await onAll('cp /bin/sleep /usr/local/bin/offender; systemctl enable --now kubelet off');
});
afterAll(() => {
  fireaxe?.close();
  lab?.down();
});

async function onAll(command: string): Promise<Record<string, string>> {
  const names = [...lab.machines.keys()];
  return Object.fromEntries(await Promise.all(names.map(async (n) => [n, await sh(n, command)] as const)));
}

/** Of every machine: its kubelet, and how its offender is: S runs, T is frozen. */
const states = async () => {
  const said = await onAll(`systemctl is-active kubelet; cut -d' ' -f3 /proc/$(pgrep -x offender)/stat`);
  return Object.fromEntries(Object.entries(said).map(([name, text]) => [name, text.replace('\n', ' ')]));
};

/** These are held, and all others as they were: the control plane always. */
const expectHeld = (held: string[]) => {
  const wanted = ['cp1', ...WORKERS].map((name) => [name, held.includes(name) ? HELD : FREE]);
  return expect.poll(states, { timeout: 20_000 }).toEqual(Object.fromEntries(wanted));
};

const JSON_OUT = ['--yes', '--output', 'json'];
const shrinking = (...more: string[]) => [
  'shrink',
  '-c',
  'lab',
  '--process',
  'offender',
  '--for',
  '10m',
  '--reason',
  'test',
  ...more,
  ...JSON_OUT,
];

/** Runs it; what it said of each node, and how the node answered. */
function run(words: string[], of = kit) {
  const ran = fireaxe.run(words, { kit: of });
  const { verdict, outcomes } = JSON.parse(ran.stdout || '{}');
  const nodes = (outcomes ?? []).map((o: { target: string; state: string; result?: { state: string } }) => [
    o.target,
    o.result?.state ?? o.state,
  ]);
  return { ...ran, verdict, runId: String(verdict?.runId), nodes: Object.fromEntries(nodes) };
}

const ranOnce = async (runId: string) => {
  const counts = await onAll(`wc -l </run/fireaxe/${runId}/shrink/ran`);
  expect(counts).toEqual({ cp1: '', ...Object.fromEntries(WORKERS.map((name) => [name, '1'])) });
};

/** Begins a command and kills it when it has said so. */
async function killed(words: string[], when: RegExp): Promise<void> {
  const { child, ended, saying } = fireaxe.start(words, kit);
  await Promise.race([saying(when), ended]);
  child.kill('SIGKILL');
  await ended;
}

/** Goes on until nothing runs on alone any more. */
function resume(runId: string) {
  let last = run(['resume', runId, '--output', 'json']);
  for (let i = 0; i < 5 && last.code === 3; i++) last = run(['resume', runId, '--output', 'json']);
  return last;
}

describe('a share of the workers', () => {
  const runs: string[] = [];

  test('that leaves too few at work is refused, and nothing happens', async () => {
    const strict = writeKit(lab, {}, { floors: { worker: '50%' } }).path;
    const refused = run(shrinking('--share', '80%'), strict);
    expect(refused).toMatchObject({ code: 7, stdout: '' });
    expect(refused.stderr).toMatch(/would leave 1 of 6 worker nodes at work/);
    await expectHeld([]);
  });

  test('half: of every zone its part, kubelet and offender', async () => {
    const half = run(shrinking('--limit', '50%'));
    expect(half).toMatchObject({ code: 0, verdict: { state: 'done', planned: 3, counts: { ok: 3 } } });
    expect(half.nodes).toEqual({ w1: 'changed', w2: 'changed', w4: 'changed' });
    runs.push(half.runId);
    await expectHeld(['w1', 'w2', 'w4']);
    expect(await sh('w1', 'systemctl show kubelet -P LoadState')).toBe('masked');
    hold = await sh('w1', 'cd /run/fireaxe; echo hold-*');
    // Its supervisor starts it again; it is held again.
    const pid = await sh('w1', 'pgrep -x offender; pkill -9 -x offender');
    await expect.poll(() => sh('w1', 'pgrep -x offender'), { timeout: 10_000 }).not.toMatch(`^(${pid})?$`);
    await expectHeld(['w1', 'w2', 'w4']);
  });

  test('once more: already; more: the former and others', async () => {
    expect(run(shrinking('--limit', '50%'))).toMatchObject({
      code: 0,
      nodes: { w1: 'already', w2: 'already', w4: 'already' },
    });
    const more = run(shrinking('--limit', '80%'));
    expect(more).toMatchObject({ code: 0, verdict: { planned: 5, counts: { ok: 5 } } });
    expect(more.nodes).toEqual({
      ...{ w1: 'already', w2: 'already', w4: 'already' },
      ...{ w5: 'changed', w6: 'changed' },
    });
    runs.push(more.runId);
    await expectHeld(['w1', 'w2', 'w4', 'w5', 'w6']);
  });

  test('back: what each run took, one node first, then in waves', async () => {
    const [half, more] = runs as [string, string];
    const looked = fireaxe.run(['undo', half, '--dry-run'], { kit });
    expect(looked.stdout).toMatch(
      /on w\[1-2,4\] \(3\), in waves of 1 × 3 \(the first must succeed\), 10\.0s apart/,
    );
    const later = run(['undo', more, '--pause', '0s', ...JSON_OUT]);
    expect(later).toMatchObject({ code: 0, nodes: { w5: 'changed', w6: 'changed' } });
    await expectHeld(['w1', 'w2', 'w4']);
    const back = run(['undo', half, '--pause', '2s', ...JSON_OUT]);
    expect(back).toMatchObject({ code: 0, verdict: { state: 'done', planned: 3, counts: { ok: 3 } } });
    expect(back.stderr).toMatch(/wave 1 of 3 \(1 node\)[\s\S]*wave 3 of 3/);
    await expectHeld([]);
    const at = await onAll(`cut -d' ' -f2 /run/fireaxe/${half}/shrink/undone 2>/dev/null`);
    expect(Number(at.w2) - Number(at.w1)).toBeGreaterThanOrEqual(2);
    expect(Number(at.w4) - Number(at.w2)).toBeGreaterThanOrEqual(2);
  });
});

test("a former watch of the same name that systemd has not forgotten is in nobody's way", async () => {
  expect(
    await sh('w6', `systemd-run --unit=fireaxe-${hold} false; sleep 1; systemctl is-failed fireaxe-${hold}`),
  ).toBe('failed');
  expect(run(shrinking('--share', '100%', '--nodes', 'w6'))).toMatchObject({
    code: 0,
    nodes: { w6: 'changed' },
  });
  await expectHeld(['w6']);
  expect(run(['undo', 'last', ...JSON_OUT])).toMatchObject({ code: 0, nodes: { w6: 'changed' } });
});

describe('the client killed in the middle', () => {
  test('of the waves: resume ends it, each node once; of the undo: undo ends it', async () => {
    await killed(shrinking('--share', '100%', '--wave', '2'), /wave 2 of 3/);
    const resumed = resume('last');
    expect(resumed).toMatchObject({ code: 0, verdict: { planned: 6, counts: { ok: 6 } } });
    await expectHeld(WORKERS);
    await ranOnce(resumed.runId);

    await killed(['undo', 'last', '--wave', '2', '--pause', '2s', '--yes'], /wave 2 of 4/);
    const rest = run(['undo', 'last', '--canary', '0', '--pause', '0s', ...JSON_OUT]);
    expect(rest).toMatchObject({ code: 0, verdict: { state: 'done' } });
    expect(Object.keys(rest.nodes)).toEqual(expect.arrayContaining(['w4', 'w5', 'w6']));
    expect(rest.nodes).not.toHaveProperty('w1');
    await expectHeld([]);
  });
});

describe('a machine whose power is cut in the middle', () => {
  const off: string[] = [];
  const cut = async (name: string) => {
    off.push(name);
    await lab.at(name).off();
  };
  const backOn = async (name: string) => {
    lab.at(name).boot();
    await lab.at(name).up();
    off.splice(off.indexOf(name), 1);
  };
  // A second try begins as the first did.
  afterEach(async ({ task }) => {
    for (const name of [...off]) await backOn(name);
    if (task.result?.state === 'fail') run(['undo', 'last', '--canary', '0', '--pause', '0s', ...JSON_OUT]);
  });

  test('of the waves, and of the undo: unreachable, and the others are fine', async () => {
    const words = shrinking('--share', '100%', '--wave', '2', '--max-failures', '1');
    const going = fireaxe.start(words, kit);
    await Promise.race([going.saying(/wave 1 of 3/), going.ended]);
    await cut('w5');
    const { code, stdout, stderr } = await going.ended;
    expect(`${code} ${stderr}`).toMatch(/^3 /);
    const { verdict } = JSON.parse(stdout);
    expect(verdict).toMatchObject({ planned: 6, counts: { ok: 5, unreachable: 1 } });
    await backOn('w5');
    await expectHeld(['w1', 'w2', 'w3', 'w4', 'w6']);

    const undoing = fireaxe.start(['undo', 'last', '--wave', '2', '--pause', '2s', ...JSON_OUT], kit);
    await Promise.race([undoing.saying(/wave 1 of 3/), undoing.ended]);
    await cut('w4');
    const back = await undoing.ended;
    expect(`${back.code} ${back.stderr}`).toMatch(/^3 /);
    expect(JSON.parse(back.stdout).verdict.counts).toMatchObject({ ok: 4, unreachable: 1 });
    // It comes up without the hold, and the next undo says that there is nothing to undo.
    await backOn('w4');
    expect(run(['undo', 'last', ...JSON_OUT])).toMatchObject({ code: 0, nodes: { w4: 'changed' } });
    expect(fireaxe.run(['undo', verdict.runId, '--dry-run'], { kit }).stdout).toMatch(/nothing to undo/);
    await expectHeld([]);
  });
});
