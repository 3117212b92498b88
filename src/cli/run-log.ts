import { createWriteStream, existsSync, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import { sanitize } from '../base/sanitize.ts';
import { lagging } from './outlets.ts';

/** The file beside the journal of each run. */
const LOG_NAME = 'output.log';

/** The path of a run's log, if it has one. */
export function logOf(stateDir: string, runId: string): { log?: string } {
  const log = join(stateDir, runId, LOG_NAME);
  return existsSync(log) ? { log } : {};
}

/** A slow disk must not delay the exit. */
const CLOSE_MS = 2_000;

/** The output of a run, kept beside its journal for an operator whose terminal is lost. */
export interface RunLog {
  /** Opens the file and writes the lines kept so far; returns its path. */
  open(directory: string): string;
  line(text: string): void;
  close(): Promise<void>;
}

/** A log that cannot be written does not fail the run: the journal has everything that matters. */
export function runLog(): RunLog {
  let stream: WriteStream | undefined;
  let early: string[] = [];
  const put = (text: string) => {
    if (stream && !lagging(stream)) stream.write(text);
  };
  return {
    open(directory) {
      const path = join(directory, LOG_NAME);
      stream = createWriteStream(path, { flags: 'a', mode: 0o600 });
      stream.on('error', () => {});
      for (const text of early) put(text);
      early = [];
      return path;
    },
    line(text) {
      const whole = `${sanitize(text)}\n`;
      if (stream) put(whole);
      else early.push(whole);
    },
    async close() {
      const open = stream;
      if (!open || open.destroyed) return;
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((done) => {
        timer = setTimeout(done, CLOSE_MS);
      });
      const closed = new Promise<void>((done) => {
        open.once('close', () => done());
        open.end();
      });
      await Promise.race([closed, late]);
      clearTimeout(timer);
    },
  };
}
