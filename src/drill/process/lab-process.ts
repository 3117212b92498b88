import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { makeDirectories } from '../../base/directories.ts';
import { FireaxeError } from '../../base/errors.ts';
import { ownCommand } from '../../base/form.ts';
import { mayRunHere } from '../../base/holder.ts';
import { type ControlFile, readControlFile, removeControlFile } from './control-file.ts';
import type { LabStatus } from './status.ts';

/** A lab that runs in its own process, seen from outside. */
export interface RunningLab {
  dir: string;
  kit: string;
  pid: number;
  status(): Promise<LabStatus>;
  /** Asks it to end and waits until it has. */
  stop(): Promise<void>;
}

export interface LabWords {
  scenario: string;
  workers: number;
  /** How many real workers each of them stands for. */
  standsFor: number;
  seed: number;
}

const START_MS = 60_000;
const END_MS = 15_000;

/** Starts a lab in a process of its own. Attached, it ends with this process, however that ends. */
export async function startLab(
  dir: string,
  words: LabWords,
  how: { attached: boolean },
): Promise<RunningLab> {
  await makeDirectories(dir);
  const log = openSync(join(dir, 'lab.log'), 'a', 0o600);
  const [command, ...argv] = [
    ...ownCommand(),
    'drill',
    'serve',
    `--dir=${dir}`,
    `--scenario=${words.scenario}`,
    `--workers=${words.workers}`,
    `--stands-for=${words.standsFor}`,
    `--seed=${words.seed}`,
    ...(how.attached ? ['--attached'] : []),
  ];
  const child = spawn(command!, argv, {
    detached: true,
    stdio: [how.attached ? 'pipe' : 'ignore', log, log],
  });
  closeSync(log);
  if (!how.attached) child.unref();
  const control = await ready(child, dir);
  return running(dir, control);
}

/** The lab that runs in this directory, if one does. A file left by a dead one is removed. */
export async function findLab(dir: string): Promise<RunningLab | undefined> {
  const control = await readControlFile(dir);
  if (!control) return undefined;
  const lab = running(dir, control);
  try {
    await lab.status();
    return lab;
  } catch {
    if (mayRunHere(control.process)) throw unanswered(dir, control.process.pid);
    await removeControlFile(dir);
    return undefined;
  }
}

async function ready(child: ChildProcess, dir: string): Promise<ControlFile> {
  let ended: string | undefined;
  child.once('exit', (code, signal) => {
    ended = signal ?? `exit ${code}`;
  });
  child.once('error', (error) => {
    ended = error.message;
  });
  const until = Date.now() + START_MS;
  while (ended === undefined && Date.now() < until) {
    const control = await readControlFile(dir);
    if (control && control.process.pid === child.pid) return control;
    await delay(50);
  }
  child.kill('SIGKILL');
  throw new FireaxeError('internal', `the lab did not start: ${ended ?? 'not ready in time'}`, {
    place: join(dir, 'lab.log'),
    expected: tail(join(dir, 'lab.log')),
  });
}

function running(dir: string, control: ControlFile): RunningLab {
  const call = <T>(method: string, path: string) => ask<T>(control, method, path);
  return {
    dir,
    kit: control.kit,
    pid: control.process.pid,
    status: () => call<LabStatus>('GET', '/status'),
    async stop() {
      await call('POST', '/stop');
      const until = Date.now() + END_MS;
      while (mayRunHere(control.process) && Date.now() < until) await delay(50);
      if (mayRunHere(control.process)) process.kill(control.process.pid, 'SIGKILL');
    },
  };
}

function ask<T>(control: ControlFile, method: string, path: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const req = request(
      {
        host: '127.0.0.1',
        port: control.port,
        method,
        path,
        agent: false,
        headers: { authorization: `Bearer ${control.token}` },
        timeout: 15_000,
      },
      (res) => {
        let body = '';
        res.setEncoding('utf8').on('data', (chunk: string) => {
          body += chunk;
        });
        res.once('error', reject);
        res.once('end', () => {
          if ((res.statusCode ?? 500) >= 300) reject(new Error(`the lab answered ${res.statusCode}`));
          else resolve(JSON.parse(body) as T);
        });
      },
    );
    req.once('timeout', () => req.destroy(new Error('the lab does not answer')));
    req.once('error', reject);
    req.end();
  });
}

function unanswered(dir: string, pid: number): FireaxeError {
  return new FireaxeError('internal', `the lab in ${dir} runs as process ${pid} but does not answer`, {
    next: `kill ${pid}, then try again`,
  });
}

function tail(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim().split('\n').slice(-3).join(' | ') || 'an empty log';
  } catch {
    return 'no log';
  }
}
