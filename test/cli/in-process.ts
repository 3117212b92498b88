import { rmSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import { expect, vi } from 'vitest';
import { interrupts } from '../../src/cli/interrupts.ts';
import { runCommandLine } from '../../src/cli/main.ts';
import { type Ended, ownPlace, type RunOptions } from './own-place.ts';
import { mistakesIn } from './schema/printed.ts';

/** Fireaxe in the process of the test: far cheaper, for tests of output and exit codes that need no bundle. */
export class InProcess {
  readonly directory: string;
  readonly env: ReturnType<typeof ownPlace>['env'];

  constructor() {
    ({ directory: this.directory, env: this.env } = ownPlace());
    // A script on this machine inherits the variable.
    vi.stubEnv('FIREAXE_ROOT', this.env.FIREAXE_ROOT);
  }

  /** Runs to its end without a terminal. */
  async run(args: string[], options: RunOptions = {}): Promise<Ended> {
    const nothing = () => {};
    const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
    stdin.end(options.input ?? '');
    const said = { stdout: '', stderr: '' };
    stdout.setEncoding('utf8').on('data', (chunk) => (said.stdout += chunk));
    stderr.setEncoding('utf8').on('data', (chunk) => (said.stderr += chunk));
    const env = { ...this.env, ...(options.kit && { FIREAXE_KIT: options.kit }), ...options.env };
    const io = { stdin, stdout, stderr, env, now: () => new Date(), ...interrupts(nothing, nothing) };
    const code = await runCommandLine(args, io);
    const whole = [stdout, stderr].map((stream) => new Promise((done) => stream.end().on('end', done)));
    await Promise.all(whole);
    // What is printed as JSON, whatever the test is about, has the form that the package publishes.
    expect(mistakesIn(args, said)).toEqual([]);
    return { code, ...said };
  }

  close(): void {
    vi.unstubAllEnvs();
    rmSync(this.directory, { recursive: true, force: true });
  }
}
