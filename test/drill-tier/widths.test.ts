import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';

const BIN = resolve(import.meta.dirname, '../../bin/fireaxe.js');
const TMUX = existsSync('/usr/bin/tmux');
// A check of everything must not leave it out silently.
const without = !TMUX && !process.env.CI;
const place = mkdtempSync(join(tmpdir(), 'fireaxe-widths-'));
const socket = join(place, 'tmux');

const tmux = async (...words: string[]) =>
  (await promisify(execFile)('tmux', ['-S', socket, '-f', '/dev/null', ...words])).stdout;
afterAll(() => {
  if (TMUX)
    try {
      execFileSync('tmux', ['-S', socket, 'kill-server'], { stdio: 'ignore' });
    } catch {
      // It ended with its last window.
    }
  rmSync(place, { recursive: true, force: true });
});

interface Frame {
  width: number;
  rows: string[];
}

/** Plays the drill of etcd in a window so wide, `to` another width once the recovery runs; what stood there, moment after moment. */
async function played(
  name: string,
  width: number,
  { to, env = '' }: { to?: number; env?: string } = {},
): Promise<Frame[]> {
  const words = `unset CI; export FIREAXE_STATE_DIR='${join(place, name)}' ${env}; '${process.execPath}' '${BIN}' drill --scenario etcd-nospace --fast; echo THE-END; sleep 600`;
  await tmux('new-session', '-d', '-x', String(width), '-y', '40', '-s', name, words);
  const frames: Frame[] = [];
  let now = width;
  const until = Date.now() + 120_000;
  for (;;) {
    const rows = (await tmux('capture-pane', '-p', '-t', name)).split('\n');
    frames.push({ width: now, rows });
    if (rows.some((row) => row === 'THE-END')) return frames;
    if (Date.now() > until) throw new Error(`no end:\n${rows.join('\n')}`);
    if (to !== undefined && now !== to && rows.some((row) => /^space +running/.test(row))) {
      await tmux('resize-window', '-t', name, '-x', String(to), '-y', '40');
      now = to;
    }
    await new Promise((wake) => setTimeout(wake, 150));
  }
}

const HEADLINE = /^(API [▁-█]* ?\d\/\d|starting the lab$)/;

test.skipIf(without)(
  'at 60, 80, 120 and 200 columns, and when it gets narrower meanwhile, the live view leaves nothing behind',
  async () => {
    const runs = await Promise.all([
      played('w60', 60),
      played('w80', 80),
      played('w120', 120),
      played('narrowed', 200, { to: 60 }),
    ]);
    for (const frames of runs) {
      const said = `at ${frames[0]!.width}`;
      // Something moves while the lab starts.
      expect(
        frames.some(({ rows }) => rows.includes('starting the lab')),
        said,
      ).toBe(true);
      for (const { rows } of frames) {
        const shown = rows.join('\n');
        const live = rows.filter((row) => /^space +\w+ /.test(row));
        // One row of the run, whatever was drawn before, and the last headline of the outage above that of the run.
        expect(live.filter((row) => !row.startsWith('space       done ')).length, shown).toBeLessThanOrEqual(
          1,
        );
        expect(rows.filter((row) => HEADLINE.test(row)).length, shown).toBeLessThanOrEqual(2);
        for (const row of live.filter((row) => /^space +running/.test(row)))
          expect(row, shown).toMatch(/^space +running +((compact|defragment|disarm|writes) |$)/);
      }
      const last = frames.at(-1)!.rows.join('\n');
      expect(last).toMatch(/now you:/);
    }
    expect(runs[3]!.filter(({ width }) => width === 60).length).toBeGreaterThan(3);
  },
);

test.skipIf(without)('a dumb terminal gets lines alone: no picture, no color, no movement', async () => {
  const frames = await played('dumb', 100, { env: 'TERM=dumb NO_COLOR=1' });
  const rows = frames.flatMap((frame) => frame.rows);
  expect(rows.some((row) => /^\d\d:\d\d:\d\dZ .*API servers ready/.test(row))).toBe(true);
  expect(rows.filter((row) => HEADLINE.test(row))).toEqual([]);
});
