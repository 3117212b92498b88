import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect } from 'vitest';
import { type Ended, ownPlace, type RunOptions } from './own-place.ts';
import { mistakesIn } from './schema/printed.ts';

const ROOT = resolve(import.meta.dirname, '../..');

/** The launcher of a bundle in this folder: the first test that needs it builds it, and those beside it wait. */
function launcher(folder: string): string {
  const mark = `${folder}-begun`;
  // After a minute without either, who builds may have been killed; two builds at once do no harm.
  for (let waits = 0; !existsSync(folder); waits++) {
    if (isFirst(mark) || waits > 600) buildInto(folder, mark);
    else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
  }
  return join(folder, 'bin/fireaxe.js');
}

function isFirst(mark: string): boolean {
  try {
    mkdirSync(mark);
    return true;
  } catch {
    return false;
  }
}

function buildInto(folder: string, mark: string): void {
  const own = mkdtempSync(`${folder}-`);
  try {
    mkdirSync(join(own, 'bin'));
    copyFileSync(join(ROOT, 'bin/fireaxe.js'), join(own, 'bin/fireaxe.js'));
    writeFileSync(join(own, 'package.json'), '{ "type": "module" }\n');
    execFileSync(process.execPath, [join(ROOT, 'build.mjs'), join(own, 'dist')]);
    renameSync(own, folder);
  } catch (error) {
    rmSync(own, { recursive: true });
    if (!existsSync(folder)) throw error;
  } finally {
    rmSync(mark, { recursive: true, force: true });
  }
}

/** Fireaxe as users run it: the bundle in its own process, with its own home and state directory. */
export class CommandLine {
  readonly directory: string;
  readonly env: ReturnType<typeof ownPlace>['env'];
  readonly bin: string;

  constructor() {
    ({ directory: this.directory, env: this.env } = ownPlace());
    // One bundle for a whole run of a tier.
    this.bin = launcher(join(process.env.FIREAXE_UNIT_RUN ?? this.directory, 'built'));
  }

  /** Runs to its end without a terminal. */
  run(args: string[], options: RunOptions = {}): Ended {
    const { status, stdout, stderr } = spawnSync(process.execPath, [this.bin, ...args], {
      env: { ...this.env, ...(options.kit ? { FIREAXE_KIT: options.kit } : {}), ...options.env },
      input: options.input ?? '',
      encoding: 'utf8',
    });
    // What is printed as JSON, whatever the test is about, has the form that the package publishes.
    if (status !== null) expect(mistakesIn(args, { stdout, stderr })).toEqual([]);
    return { code: status, stdout, stderr };
  }

  /** Without `input` stdin is closed; `open` never ends it. */
  start(args: string[], kit: string, input?: string | { open: true }) {
    const child = spawn(process.execPath, [this.bin, ...args], {
      env: { ...this.env, FIREAXE_KIT: kit },
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    });
    if (typeof input === 'string') child.stdin?.end(input);
    const said = { stdout: '', stderr: '' };
    child.stdout?.setEncoding('utf8').on('data', (chunk) => (said.stdout += chunk));
    child.stderr?.setEncoding('utf8').on('data', (chunk) => (said.stderr += chunk));
    const closed = new Promise<Ended>((done) => child.on('close', (code) => done({ code, ...said })));
    const ended = closed.then((end) => {
      // What was killed may have printed half of it.
      if (end.code !== null) expect(mistakesIn(args, said)).toEqual([]);
      return end;
    });
    const saying = async (pattern: RegExp) => {
      while (!pattern.test(said.stderr + said.stdout)) await new Promise((r) => setTimeout(r, 20));
    };
    return { child, ended, saying };
  }

  close(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}
