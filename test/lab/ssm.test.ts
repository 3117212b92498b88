import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CommandLine } from '../cli/command-line.ts';
import { writeKit } from './kit.ts';
import { Lab } from './lab.ts';
import { SimulatedSsm } from './simulated-ssm.ts';
import { serverScript, unit } from './streams.ts';

let lab: Lab;
let ssm: SimulatedSsm;
let fireaxe: CommandLine;
let kit: string;
const sh = async (at: string, command: string) => (await lab.at(at).sh(command)).stdout.trim();

beforeAll(async () => {
  fireaxe = new CommandLine();
  const api = {
    '/opt/server.mjs': serverScript,
    '/etc/systemd/system/api.service': unit(`${process.execPath} /opt/server.mjs`),
  };
  lab = await Lab.up([{ name: 'cp1', files: api }, { name: 'w1' }, { name: 'w2' }]);
  await sh('cp1', 'systemctl start api');
  for (const at of ['w1', 'w2']) {
    await sh(
      at,
      'cp /bin/sleep /usr/local/bin/offender; systemd-run --unit=off -p Restart=always /usr/local/bin/offender 500000',
    );
  }
  ssm = await SimulatedSsm.before(lab);
  kit = writeKit(lab).path;
  ssm.addTo(kit);
});
afterAll(async () => {
  fireaxe?.close();
  await ssm?.close();
  lab?.down();
});

interface Answer {
  totals: Record<string, number>;
  outcomes: {
    target: string;
    state: string;
    stdout: string;
    truncated: boolean;
    via: string;
    result: Record<string, unknown>;
  }[];
  verdict: { runId: string };
}

const MORE: Record<string, string[]> = { undo: ['--yes'], resume: [] };
const start = ([verb = '', ...words]: string[]) =>
  fireaxe.start([verb, '--output', 'json', ...(MORE[verb] ?? ['--reason', 'test', '--yes']), ...words], kit);
async function run(words: string[]): Promise<{ code: number | null; stderr: string; answer: Answer }> {
  const { code, stdout, stderr } = await start(words).ended;
  return { code, stderr, answer: JSON.parse(stdout || 'null') };
}
const found = ({ outcomes }: Answer) => outcomes.map(({ result }) => result.state);
const states = () =>
  Promise.all(['w1', 'w2'].map((at) => sh(at, "cut -d' ' -f3 /proc/$(pgrep -x offender)/stat")));
const STOP = ['stop', '-l', 'role=worker', '--process', 'offender', '--for', '5m'];

describe('by SSM (simulated service and agent, real machines)', () => {
  test('exec: quotes, an exit code of its own, more than the service shows', async () => {
    const script = `printf '%s|' "it's" 'é"$HOME' "$(hostname)"; id -u; exit 3`;
    const ran = await run(['exec', '-l', 'role=worker', '--', script]);
    expect(ran.code).toBe(3);
    for (const { target, state, stdout, result, via } of ran.answer.outcomes) {
      expect({ state, stdout, exit: result.exit, via }).toEqual({
        state: 'failed',
        stdout: `it's|é"$HOME|${target}|0\n`,
        exit: 3,
        via: 'ssm',
      });
    }
    const flood = await run(['exec', '--nodes', 'w1', '--', 'yes | head -c 300000']);
    expect(flood).toMatchObject({ code: 0, answer: { outcomes: [{ state: 'ok', truncated: true }] } });
  });

  test('stop: held, held already, and back', async () => {
    const first = await run(STOP);
    expect(found(first.answer)).toEqual(['changed', 'changed']);
    expect(await states()).toEqual(['T', 'T']);
    const second = await run(STOP);
    expect(found(second.answer)).toEqual(['already', 'already']);
    // By its name: last would pass over a run that changed nothing.
    expect((await run(['undo', second.answer.verdict.runId])).code).toBe(0);
    expect(await states()).toEqual(['T', 'T']);
    expect((await run(['undo', first.answer.verdict.runId])).code).toBe(0);
    expect(await states()).toEqual(['S', 'S']);
  });

  test('the client killed once the command was sent: resume reads receipts, nothing runs twice', async () => {
    const before = ssm.endpoint.calls.SendCommand ?? 0;
    const going = start(STOP);
    await expect
      .poll(() => ssm.endpoint.calls.SendCommand, { timeout: 20_000, interval: 5 })
      .toBe(before + 1);
    going.child.kill('SIGKILL');
    await going.ended;
    const resumed = await run(['resume', 'last']);
    expect(resumed).toMatchObject({ code: 0, answer: { verdict: { counts: { ok: 2 } } } });
    expect(await states()).toEqual(['T', 'T']);
    const { runId } = resumed.answer.verdict;
    for (const at of ['w1', 'w2']) expect(await sh(at, `cat /run/fireaxe/${runId}/*/ran | wc -l`)).toBe('1');
    expect((await run(['undo', runId])).code).toBe(0);
    expect(await states()).toEqual(['S', 'S']);
  });

  test('fence: kept by another command, and back; the agent stays reachable', async () => {
    const reach = () =>
      sh(
        'w1',
        `(timeout 2 bash -c "echo >/dev/tcp/${lab.at('cp1').spec.address}/6443") 2>/dev/null && echo in || echo out`,
      );
    expect(await reach()).toBe('in');
    const fenced = await run(['fence', '--timer', '60s', '--confirm', 'lab 1']);
    expect(fenced).toMatchObject({ code: 0, answer: { verdict: { counts: { ok: 1 } } } });
    expect(await reach()).toBe('out');
    expect(await sh('cp1', 'systemctl list-timers --no-legend "fireaxe*" | wc -l')).toBe('0');
    expect((await run(['undo', 'last'])).code).toBe(0);
    expect(await reach()).toBe('in');
    expect(await sh('cp1', 'nft list tables')).toBe('');
  });

  test('ended at its deadline on the machine, children and all', async () => {
    const ran = await run(['exec', '--nodes', 'w1', '--timeout', '5s', '--', 'trap "" TERM; sleep 4321']);
    expect(ran).toMatchObject({ code: 3, answer: { outcomes: [{ state: 'timed-out' }] } });
    await expect.poll(() => sh('w1', 'pgrep -fc "^sleep 4321"'), { timeout: 10_000 }).toBe('0');
  });
});
