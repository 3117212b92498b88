import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { CommandLine } from './command-line.ts';
import { withKit } from './with-kit.ts';

let fireaxe: CommandLine;
let kit: string;
withKit(CommandLine, (both) => ({ fireaxe, kit } = both));

/** Opens the pipe as soon as somebody reads it; nothing is ever written. */
async function readerOf(pipe: string): Promise<number> {
  for (;;) {
    try {
      return openSync(pipe, constants.O_WRONLY | constants.O_NONBLOCK);
    } catch {
      await pause(50);
    }
  }
}

it.each(['SIGINT', 'SIGTERM'] as const)(
  '%s ends it while it waits for a file that nobody fills',
  async (signal) => {
    const pipe = join(fireaxe.directory, signal);
    execFileSync('mkfifo', [pipe]);
    const { child, ended } = fireaxe.start(['forecast', '--metrics', `5=${pipe}`, '--size', '50'], kit);
    onTestFinished(() => void child.kill('SIGKILL'));
    const writer = await readerOf(pipe);
    child.kill(signal);
    // Newer Nodes do not tell of reads that are under way: there it takes a second one.
    const again = setInterval(() => child.kill(signal), 500);
    const { code, stderr } = await ended;
    clearInterval(again);
    closeSync(writer);
    expect(stderr).toContain('interrupted: nothing was changed');
    expect([130, null]).toContain(code);
  },
);
