import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  kit?: string;
  input?: string;
  env?: Record<string, string>;
}

/** Home, state directory and node root for one command line. */
export function ownPlace() {
  const directory = mkdtempSync(join(tmpdir(), 'fireaxe-cli-'));
  mkdirSync(join(directory, 'root/run'), { recursive: true });
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: directory,
    USER: 'tester',
    FIREAXE_STATE_DIR: join(directory, 'state'),
    FIREAXE_ROOT: join(directory, 'root'),
  };
  return { directory, env };
}
