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
