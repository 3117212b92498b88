import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { entryFolder } from '../../../base/form.ts';
import type { Transport } from '../../types.ts';
import type { SshOptions } from '../transport.ts';
import { EMBEDDED } from './embedded.ts';
import type { ThreadData } from './messages.ts';
import { type ThreadCount, withThreads } from './transport.ts';

/** A bastion gets a connection of each, and its sshd drops more than ten that are not logged in yet. */
const MOST = 8;

/** FIREAXE_SSH_THREADS: most threads for SSH; 0 serves all targets in the engine's own. */
export function openThreads(
  here: Transport,
  { onTrace, ...options }: SshOptions,
  count: ThreadCount | undefined,
): Transport {
  const code = threadCode();
  const asked = Number(process.env.FIREAXE_SSH_THREADS || Number.NaN);
  const most = Number.isInteger(asked) && asked >= 0 ? asked : availableParallelism();
  if (!code || most === 0) return here;
  const data: ThreadData = { options, traced: onTrace !== undefined };
  return withThreads(here, {
    start: () => startThread(code, data),
    most: Math.min(most, MOST),
    count,
    onTrace,
  });
}

/** Of short-lived objects: V8 takes three times 16 MB otherwise, in each thread. */
const YOUNG_MB = 12;

/** Code of a thread: a file, or its text where there is none. */
export type ThreadCode = { file: string } | { text: string };

/** Without arguments and environment: all that it needs is in its data. */
export function startThread(code: ThreadCode, data: ThreadData): Worker {
  // V8 would let each heap grow several times over before it collects, which a small bastion has no memory for.
  setFlagsFromString('--heap-growing-percent=40');
  return new Worker('file' in code ? code.file : code.text, {
    eval: 'text' in code,
    workerData: data,
    env: {},
    argv: [],
    execArgv: [],
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
  });
}

/** Beside the entry file of a build, or inside it; undefined where the sources run. */
function threadCode(): ThreadCode | undefined {
  if (EMBEDDED !== undefined) return { text: EMBEDDED };
  const file = join(entryFolder(import.meta.dirname), 'ssh-thread.js');
  return existsSync(file) ? { file } : undefined;
}
