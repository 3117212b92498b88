import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { canAsk } from '../../src/cli/ask.ts';
import { type Interrupts, interrupts } from '../../src/cli/interrupts.ts';
import { runCommandLine } from '../../src/cli/main.ts';
import { CommandLine } from './command-line.ts';
import { quietIo } from './quiet-io.ts';
import { withKit } from './with-kit.ts';

/** Interrupts, with a record of what they did. */
function pressed(use: (signals: Interrupts) => void) {
  const said: string[] = [];
  const signals = interrupts(
    (line) => said.push(line),
    () => said.push('left'),
  );
  use(signals);
  const { stop, stopWaiting, quit } = signals;
  return { said, stop: stop.aborted, stopWaiting: stopWaiting.aborted, quit: quit.aborted };
}

describe('Ctrl-C', () => {
  it('with nothing in flight exits, without a message about waiting', () => {
    const once = pressed(({ interrupt }) => interrupt('SIGINT'));
    expect(once).toEqual({ said: [], stop: true, stopWaiting: false, quit: true });
    const twice = pressed(({ interrupt }) => {
      for (const _ of [1, 2]) interrupt('SIGINT');
    });
    expect(twice.said).toEqual(['left']);
  });

  it('with work in flight waits, then stops waiting, then exits', () => {
    const thrice = pressed(({ inFlight, interrupt }) => {
      inFlight();
      for (const _ of [1, 2, 3]) interrupt('SIGINT');
    });
    expect(thrice).toMatchObject({ stop: true, stopWaiting: true, quit: false });
    expect(thrice.said).toEqual([
      expect.stringMatching(/waiting/),
      expect.stringMatching(/no longer waiting/),
      'left',
    ]);
  });

  it('after the work has ended exits at once, even if it was pressed before', () => {
    const ended = pressed(({ inFlight, interrupt }) => {
      const end = inFlight();
      interrupt('SIGINT');
      end();
      end();
      interrupt('SIGINT');
    });
    expect(ended).toMatchObject({ stopWaiting: false, quit: true });
  });
});

describe('SIGHUP', () => {
  const nothing = () => {};

  it('never ends a run: the terminal is gone, nothing stops', () => {
    const signals = interrupts(nothing, nothing);
    const end = signals.inFlight('run');
    signals.hangUp();
    signals.hangUp();
    expect(signals.hungUp.aborted).toBe(true);
    expect([signals.stop, signals.stopWaiting, signals.quit].map((s) => s.aborted)).toEqual([
      false,
      false,
      false,
    ]);
    end();
    // After the run nothing keeps the process alive.
    signals.hangUp();
    expect(signals.quit.aborted).toBe(true);
  });

  it('ends work that only reads, as Ctrl-C does', () => {
    const idle = interrupts(nothing, nothing);
    idle.hangUp();
    expect(idle.quit.aborted).toBe(true);
    const reading = interrupts(nothing, nothing);
    reading.inFlight();
    reading.hangUp();
    expect([reading.stop.aborted, reading.quit.aborted]).toEqual([true, false]);
  });

  it('without a terminal, as under nohup, ends nothing', () => {
    const signals = interrupts(nothing, nothing, false);
    signals.hangUp();
    signals.inFlight();
    signals.hangUp();
    expect([signals.stop, signals.quit, signals.hungUp].map((s) => s.aborted)).toEqual([false, false, false]);
  });

  it('turns prompts off', () => {
    const { io } = quietIo();
    const tty = { ...io, stdin: Object.assign(io.stdin, { isTTY: true }) };
    tty.stderr.isTTY = true;
    expect(canAsk(tty, {})).toBe(true);
    expect(canAsk({ ...tty, hungUp: AbortSignal.abort() }, {})).toBe(false);
  });
});

describe('Ctrl-C before anything was launched', () => {
  let fireaxe: CommandLine;
  let kit: string;
  withKit(CommandLine, (both) => ({ fireaxe, kit } = both));

  it('at the question says that nothing was changed, and exits with 130', async () => {
    const signals = interrupts(
      (line) => stderr.write(line),
      () => {},
    );
    const stdin = Object.assign(new PassThrough(), { isTTY: true });
    const stderr = Object.assign(new PassThrough(), { isTTY: true });
    const stdout = new PassThrough();
    let said = '';
    stderr.on('data', (chunk) => {
      said += chunk;
      if (said.endsWith('[y/N] ')) setImmediate(() => signals.interrupt('SIGINT'));
    });
    const env = { ...fireaxe.env, CI: '1' };
    const io = { ...signals, stdin, stdout, stderr, env, now: () => new Date() };
    // Nothing listens there: the check before the question ends at once.
    const args = ['exec', '--kit', kit, '--via', 'ssh', '--nodes', 'n1', '--reason', 'x', '--', 'true'];
    expect(await runCommandLine(args, io)).toBe(130);
    expect(said).toMatch(/\[y\/N\] fireaxe: interrupted: nothing was changed\n$/);
    expect(said).not.toContain('waiting');
  });

  it('while waiting for a script on stdin, too', async () => {
    const args = ['exec', '--reason', 'x', '--yes', '--script', '-'];
    for (let patience = 500; ; patience *= 2) {
      const { child, ended } = fireaxe.start(args, kit, { open: true });
      await new Promise((r) => setTimeout(r, patience));
      child.kill('SIGINT');
      const { code, stderr } = await ended;
      // The signal came before the process had its handlers.
      if (code === null) continue;
      expect(stderr).toBe('fireaxe: interrupted: nothing was changed\n');
      expect(code).toBe(130);
      break;
    }
  });
});
