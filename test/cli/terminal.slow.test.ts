import { execFileSync } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WriteStream } from 'node:tty';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { flushed } from '../../src/cli/io.ts';
import { Terminal } from '../../src/cli/terminal.ts';

const READ = constants.O_RDONLY | constants.O_NONBLOCK;
const WRITE = constants.O_WRONLY | constants.O_NONBLOCK;
/** What Node does for a terminal that is gone: it tells that it cannot read the size. */
const _refreshSize = () => size.emit('error', new Error('getWindowSize EIO'));
const size = Object.assign(new EventEmitter(), {
  columns: 80,
  rows: 24,
  _refreshSize,
}) as unknown as WriteStream;
const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

let directory: string;
let reader: number;
let terminal: Terminal;
let gone: number;

/** A pipe accepts a little and then nothing until it is read, like a terminal. */
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'fireaxe-terminal-'));
  const path = join(directory, 'fifo');
  execFileSync('mkfifo', [path]);
  reader = openSync(path, READ);
  gone = 0;
  terminal = new Terminal(openSync(path, WRITE), size, () => gone++);
});

afterEach(() => {
  size.removeAllListeners();
  terminal.destroy();
  rmSync(directory, { recursive: true });
});

describe('a terminal', () => {
  it('that is not read blocks nothing, and gets all output in order once it is read', async () => {
    const lines = Array.from({ length: 40_000 }, (_, n) => `line ${n}\n`);
    const began = performance.now();
    for (const line of lines) terminal.write(line);
    expect(performance.now() - began).toBeLessThan(5_000);
    await later(100);
    expect(terminal.writableLength).toBeGreaterThan(0);
    let done = false;
    const out = flushed(terminal).then(() => (done = true));
    let got = '';
    const buffer = Buffer.alloc(1 << 16);
    while (!done || got.length < lines.join('').length) {
      await later(1);
      try {
        got += buffer.toString('latin1', 0, readSync(reader, buffer));
      } catch (error) {
        expect((error as NodeJS.ErrnoException).code).toBe('EAGAIN');
      }
    }
    await out;
    closeSync(reader);
    expect(got).toBe(lines.join(''));
    expect(gone).toBe(0);
  });

  it('that is gone has no size, which ends nothing', () => {
    expect(() => terminal.refresh()).not.toThrow();
    expect(terminal.columns).toBe(80);
  });

  it('that is gone drops all output without a failure', async () => {
    closeSync(reader);
    terminal.on('error', (error) => expect.unreachable(String(error)));
    for (let n = 0; n < 100; n++) terminal.write('into nothing\n');
    await flushed(terminal);
    expect(gone).toBe(1);
    expect(terminal.writableLength).toBe(0);
  });
});
