import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Fireaxe as users run it: the bundle in a process of its own, with a home and a state directory of its own. */
export class CommandLine {
  readonly directory = mkdtempSync(join(tmpdir(), 'fireaxe-cli-'));
  readonly #bin = join(this.directory, 'bin/fireaxe.js');
  readonly env = {
    PATH: process.env.PATH ?? '',
    HOME: this.directory,
    USER: 'tester',
    FIREAXE_STATE_DIR: join(this.directory, 'state'),
    FIREAXE_ROOT: join(this.directory, 'root'),
  };

  constructor() {
    mkdirSync(join(this.directory, 'bin'));
    mkdirSync(join(this.directory, 'root/run'), { recursive: true });
    copyFileSync(join(ROOT, 'bin/fireaxe.js'), this.#bin);
    writeFileSync(join(this.directory, 'package.json'), '{ "type": "module" }\n');
    execFileSync(process.execPath, [join(ROOT, 'build.mjs'), join(this.directory, 'dist')]);
  }

  /** Runs to the end, without a terminal. */
  run(args: string[], options: { kit?: string; input?: string; env?: Record<string, string> } = {}): Ended {
    const { status, stdout, stderr } = spawnSync(process.execPath, [this.#bin, ...args], {
      env: { ...this.env, ...(options.kit ? { FIREAXE_KIT: options.kit } : {}), ...options.env },
      input: options.input ?? '',
      encoding: 'utf8',
    });
    return { code: status, stdout, stderr };
  }

  /** Without input there is no stdin; `open` leaves it without an end. */
  start(args: string[], kit: string, input?: string | { open: true }) {
    const child = spawn(process.execPath, [this.#bin, ...args], {
      env: { ...this.env, FIREAXE_KIT: kit },
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    });
    if (typeof input === 'string') child.stdin?.end(input);
    const said = { stdout: '', stderr: '' };
    child.stdout?.setEncoding('utf8').on('data', (chunk) => (said.stdout += chunk));
    child.stderr?.setEncoding('utf8').on('data', (chunk) => (said.stderr += chunk));
    const ended = new Promise<Ended>((done) => child.on('close', (code) => done({ code, ...said })));
    const saying = async (pattern: RegExp) => {
      while (!pattern.test(said.stderr + said.stdout)) await new Promise((r) => setTimeout(r, 20));
    };
    return { child, ended, saying };
  }

  close(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}
