import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CommandLine } from '../cli/command-line.ts';
import { writeKit } from './kit.ts';
import { Lab } from './lab.ts';

const MEGABYTE = 1_000_000;
let lab: Lab;
let fireaxe: CommandLine;
let kit: ReturnType<typeof writeKit>;
const sh = async (command: string) => (await lab.at('w1').sh(command)).stdout.trim();

beforeAll(async () => {
  fireaxe = new CommandLine();
  lab = await Lab.up([{ name: 'w1' }]);
  kit = writeKit(lab);
});
afterAll(() => {
  fireaxe?.close();
  lab?.down();
});

const words = ['exec', '--nodes', 'w1', '--reason', 'test', '--yes', '--output', 'json'];

function exec(more: string[], input = '') {
  const ran = fireaxe.run([...words, ...more], { kit: kit.path, input });
  return { ...ran, answer: JSON.parse(ran.stdout).outcomes[0] };
}

/** Bytes of memory in use by a process. */
function memoryOf(pid: number): number {
  try {
    return 1024 * Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

describe('fireaxe exec', () => {
  test('a script from a file, and from stdin', () => {
    const script = 'set -eu\nname="it\'s"\ncat <<END\n$name $(hostname)\nEND\nexit 3\n';
    const file = join(fireaxe.directory, 'script.sh');
    writeFileSync(file, script);
    for (const [flags, input] of [
      [['--script', file], ''],
      [['--script', '-'], script],
    ] as const) {
      const ran = exec([...flags], input);
      expect(ran).toMatchObject({
        code: 3,
        answer: { state: 'failed', stdout: "it's w1\n", result: { exit: 3 } },
      });
      expect(exec([...flags, '--exits', '0,3'], input)).toMatchObject({ code: 0, answer: { state: 'ok' } });
    }
  });

  test.each(['ssh', 'openssh'])(
    'a flood of 200 MB by %s costs little memory, and its end is heard',
    async (via) => {
      const child = fireaxe.start(
        [
          ...words,
          '--via',
          via,
          '--',
          'head -c 200000000 /dev/zero | tr "\\0" x; head -c 20000000 /dev/zero >&2; exit 7',
        ],
        kit.path,
      );
      let peak = 0;
      const meter = setInterval(() => {
        peak = Math.max(peak, memoryOf(child.child.pid!));
      }, 50);
      const ran = await child.ended;
      clearInterval(meter);
      const answer = JSON.parse(ran.stdout).outcomes[0];
      expect(answer).toMatchObject({
        state: 'failed',
        truncated: true,
        result: { state: 'failed', exit: 7 },
      });
      expect(answer.stdout.length).toBeLessThanOrEqual(MEGABYTE);
      expect(peak).toBeGreaterThan(10 * MEGABYTE);
      expect(peak).toBeLessThan(250 * MEGABYTE);
      expect(ran.stdout.length).toBeLessThan(3 * MEGABYTE);
    },
  );

  test('binary output, and what would drive a terminal', () => {
    const ran = exec(['--', 'printf "\\000\\377\\033[2J\\302\\233"; head -c 100000 /dev/urandom']);
    expect(ran).toMatchObject({ code: 0, answer: { state: 'ok', result: { exit: 0 } } });
    const shown = fireaxe.run([...words.slice(0, -2), '--', 'printf "\\033[2J\\302\\233evil\\n"'], {
      kit: kit.path,
    });
    expect(shown).toMatchObject({ code: 0, stdout: expect.stringContaining('evil') });
    expect(shown.stdout + shown.stderr).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/);
  });

  test.each(['ssh', 'openssh'])(
    'by %s: a child that keeps the pipe open does not keep the answer',
    async (via) => {
      const began = Date.now();
      const ran = exec(['--via', via, '--', 'echo now; (sleep 13; echo late) & :']);
      expect(ran).toMatchObject({
        code: 0,
        answer: { state: 'ok', stdout: expect.stringContaining('now\n') },
      });
      expect(Date.now() - began).toBeLessThan(6000);
      // It was not asked to end: it goes on.
      expect(await sh('pgrep -fc "^sleep 13"')).toBe('1');
      await sh('pkill -f "^sleep 13"');
    },
  );

  test('an end by a signal; the script itself killed is unknown, and its receipt tells', async () => {
    expect(exec(['--', 'kill -TERM $$'])).toMatchObject({
      code: 3,
      answer: { state: 'failed', result: { exit: 143 } },
    });
    const killed = exec(['--', 'echo x >>/tmp/killed; kill -KILL $PPID; sleep 1']);
    expect(killed.code).toBe(3);
    expect(['unknown', 'failed']).toContain(killed.answer.state);
    const resumed = fireaxe.run(['resume', 'last', '--output', 'json'], { kit: kit.path });
    expect(resumed.stdout + resumed.stderr).toMatch(/interrupted|began and did not end|already ended/);
    expect(await sh('cat /tmp/killed')).toBe('x');
  });
});

describe('a node that is rebooted in the middle of a command', () => {
  const bootId = async () => (await sh('cat /proc/sys/kernel/random/boot_id')).slice(0, 36);
  const effects = () => sh('wc -l </root/effects');
  const resume = () => fireaxe.run(['resume', 'last', '--output', 'json'], { kit: kit.path });

  test('by the command itself: resume does not run it again, and tells both boots', async () => {
    await sh('rm -f /root/effects');
    const before = await bootId();
    const ran = exec([
      '--timeout',
      '8s',
      '--',
      'echo reboot >>/root/effects; sync; systemctl reboot; sleep 30',
    ]);
    expect(ran).toMatchObject({ code: 3, answer: { state: 'unknown' } });
    await lab.at('w1').comesBack();
    const after = await bootId();
    expect(after).not.toBe(before);
    expect(await effects()).toBe('1');
    for (const turn of [1, 2]) {
      const resumed = resume();
      expect(resumed.code).toBe(3);
      if (turn === 1) {
        const { reason, state } = JSON.parse(resumed.stdout).outcomes.at(-1);
        expect({ state, reason }).toMatchObject({ state: 'unknown', reason: { code: 'rebooted' } });
        expect(reason.message).toContain(`boot ${before}`);
        expect(reason.message).toContain(`${after}`);
      }
      expect(await effects()).toBe('1');
    }
  });

  test('by a power cut, and the client killed before it heard anything it could write down', async () => {
    await sh('rm -f /root/effects');
    const { child } = fireaxe.start([...words, '--', 'echo x >>/root/effects; sync; sleep 60'], kit.path);
    while ((await sh('cat /root/effects 2>/dev/null')) !== 'x') await new Promise((r) => setTimeout(r, 50));
    child.kill('SIGKILL');
    await lab.at('w1').off();
    lab.at('w1').boot();
    await lab.at('w1').up();
    const resumed = resume();
    expect({ code: resumed.code, outcome: JSON.parse(resumed.stdout).outcomes.at(-1) }).toMatchObject({
      code: 3,
      outcome: {
        state: 'unknown',
        reason: { code: 'rebooted', message: expect.stringMatching(/booted \d+ s ago/) },
      },
    });
    expect(await effects()).toBe('1');
  });
});

test('a change is undone although the clock of this machine is twelve minutes behind', async () => {
  const skew = join(fireaxe.directory, 'skew.cjs');
  writeFileSync(
    skew,
    `const Real = Date; const by = -720000;
    globalThis.Date = class extends Real {
      constructor(...of) { of.length > 0 ? super(...of) : super(Real.now() + by); }
      static now() { return Real.now() + by; }
    };`,
  );
  await sh('systemd-run --unit=held /bin/sleep 100000');
  const state = () => sh('systemctl is-active held');
  const common = { kit: kit.path, env: { NODE_OPTIONS: `--require ${skew}` } };
  const stopped = fireaxe.run(
    ['stop', '--unit', 'held', '--nodes', 'w1', '--reason', 'test', '--yes'],
    common,
  );
  expect({ ...stopped, state: await state() }).toMatchObject({ code: 0, state: 'inactive' });
  expect(stopped.stderr).toContain(
    "the clock of w1 is about 12 min ahead of this machine's, or this one is behind",
  );
  const run = /^run (\S+): done/m.exec(stopped.stdout + stopped.stderr)?.[1] ?? '';
  const undone = fireaxe.run(['undo', run, '--reason', 'test', '--yes'], common);
  expect({ ...undone, state: await state() }).toMatchObject({ code: 0, state: 'active' });
});
