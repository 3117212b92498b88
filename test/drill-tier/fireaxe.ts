import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { mistakesIn } from '../cli/schema/printed.ts';

const BIN = resolve(import.meta.dirname, '../../bin/fireaxe.js');
const BUNDLE = resolve(import.meta.dirname, '../../dist/fireaxe.js');

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
  /** The last JSON object on stdout. */
  json: Record<string, never> & { [member: string]: unknown };
}

/**
 * Starts the built command line; nothing of the caller's own kit or state gets in.
 * `ended` rejects where JSON is printed that is not as its schema says.
 */
export function start(
  argv: string[],
  env: Record<string, string> = {},
): { child: ChildProcess; ended: Promise<Ended> } {
  if (!existsSync(BUNDLE)) throw new Error('build first: npm run build');
  const child = spawn(process.execPath, [BIN, ...argv], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // A drill leaves its line only where a test asks for it.
    env: { PATH: process.env.PATH ?? '', HOME: '/nonexistent', XDG_STATE_HOME: '/dev/null/state', ...env },
  });
  const said = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const)
    child[stream]?.setEncoding('utf8').on('data', (text: string) => {
      said[stream] += text;
    });
  const closed = new Promise<number | null>((done, fail) => {
    child.once('error', fail);
    child.once('close', done);
  });
  const ended = closed.then((code) => {
    // What was killed may have printed half of it.
    const mistakes = code === null ? [] : mistakesIn(argv, said);
    if (mistakes.length > 0) throw new Error(mistakes.join('\n'));
    return {
      ...said,
      code,
      get json() {
        try {
          return JSON.parse(said.stdout) as Ended['json'];
        } catch {
          throw new Error(`no JSON on stdout (exit ${code}):\n${said.stdout}\n${said.stderr}`);
        }
      },
    };
  });
  return { child, ended };
}

export function fireaxe(argv: string[], env?: Record<string, string>): Promise<Ended> {
  return start(argv, env).ended;
}

/** What `drill --output json` prints, as far as tests read it. */
export interface DrillResult {
  schemaVersion: number;
  scenario: string;
  recovered: boolean;
  timeToWindowSeconds: number | null;
  timeToRecoverySeconds: number | null;
  requestsLost: number;
  requestsSaved: number;
  workstreams: { name: string; state: string; startedAt: string; endedAt: string }[];
  targets: Record<
    'planned' | 'ok' | 'failed' | 'unreachable' | 'timedOut' | 'unknown' | 'notAttempted',
    number
  >;
  undone: { step: string; targets: number }[];
  seed: number;
  workers: number;
  timeScale: number;
  lab: {
    seen: Record<'held' | 'fenced' | 'scaled' | 'named', { most: number; of: number }> & { removed: boolean };
    controlPlane: Record<'before' | 'after', { readyPercent: number; badPercent: number }>;
    endpoints: { fewest: number; of: number; requestsLost: number };
    serverDeaths: number;
    now: Record<string, number | boolean>;
  };
}

/** Plays a drill and reads its score. */
export async function drill(
  ...argv: string[]
): Promise<{ code: number | null; score: DrillResult; stderr: string; record: string }> {
  const state = await mkdtemp(join(tmpdir(), 'fireaxe-record-'));
  try {
    const { code, json, stderr } = await fireaxe(['drill', '--output', 'json', ...argv], {
      XDG_STATE_HOME: state,
    });
    const record = await readFile(join(state, 'fireaxe/drills.ndjson'), 'utf8').catch(() => '');
    return { code, score: json as unknown as DrillResult, stderr, record };
  } finally {
    await rm(state, { recursive: true });
  }
}

/** A lab left running, and the environment to practise on it; `end` removes it. */
export async function labUp(...argv: string[]) {
  const base = await mkdtemp(join(tmpdir(), 'fireaxe-up-'));
  const dir = join(base, 'lab');
  const up = await fireaxe(['drill', 'up', '--dir', dir, '--output', 'json', ...argv]);
  if (up.code !== 0) {
    await rm(base, { recursive: true, force: true });
    throw new Error(up.stderr);
  }
  const kit = String(up.json.kit);
  return {
    kit,
    dir,
    run: (words: string[], env: Record<string, string> = {}) => fireaxe(words, { FIREAXE_KIT: kit, ...env }),
    start: (words: string[]) => start(words, { FIREAXE_KIT: kit }),
    /** What the lab itself sees. */
    async status() {
      const { json } = await fireaxe(['drill', 'status', '--dir', dir, '--output', 'json']);
      return json as unknown as {
        sample: { flooding: number; held: number; fenced: number; servers: { ready: number } };
        score: { recovered: boolean };
        faults: Record<string, string>;
      };
    },
    async end() {
      await fireaxe(['drill', 'down', '--dir', dir]);
      await rm(base, { recursive: true, force: true });
    },
  };
}

export async function eventually(what: string, holds: () => Promise<boolean>, ms = 30_000): Promise<void> {
  const until = Date.now() + ms;
  while (!(await holds())) {
    if (Date.now() > until) throw new Error(`never: ${what}`);
    await new Promise((wake) => setTimeout(wake, 300));
  }
}
