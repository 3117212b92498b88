// node docs/record/record.mjs [FILE] [WORD…]: plays a drill in a tmux window and writes what was seen as an animated SVG.
// Needs tmux and `npm run build`. README.md shows docs/record/drill.svg.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { filmOf } from './film.mjs';

const root = resolve(import.meta.dirname, '../..');
const [file = join(import.meta.dirname, 'drill.svg'), ...words] = process.argv.slice(2);
if (file.startsWith('-')) {
  console.error(`${file}: expected a file first\nUsage: node docs/record/record.mjs [FILE] [WORD…]`);
  process.exit(2);
}
const [COLUMNS, ROWS, LOOK_MS, LONGEST_MS] = [100, 30, 500, 300_000];

const place = mkdtempSync(join(tmpdir(), 'fireaxe-record-'));
const tmux = (...argv) =>
  execFileSync('tmux', ['-S', join(place, 'tmux'), '-f', '/dev/null', ...argv], { encoding: 'utf8' });
const quoted = (word) => `'${word.replaceAll("'", `'\\''`)}'`;
const typed = ['fireaxe', 'drill', ...words].join(' ');
const command = [process.execPath, join(root, 'bin/fireaxe.js'), 'drill', ...words].map(quoted).join(' ');

try {
  const environment = `unset CI; export FIREAXE_STATE_DIR=${quoted(join(place, 'state'))} NO_COLOR=1`;
  const shown = `${environment}; clear; echo ${quoted(`$ ${typed}`)}; ${command}; echo THE-END; sleep 600`;
  tmux('new-session', '-d', '-x', String(COLUMNS), '-y', String(ROWS), '-s', 'film', shown);
  const frames = [];
  const began = Date.now();
  for (let ended = false; !ended; ) {
    await new Promise((later) => setTimeout(later, LOOK_MS));
    const rows = tmux('capture-pane', '-p', '-t', 'film').trimEnd().split('\n');
    ended = rows.includes('THE-END');
    frames.push({ at: Date.now() - began, rows: rows.filter((row) => row !== 'THE-END') });
    if (Date.now() - began > LONGEST_MS) throw new Error(`the drill did not end:\n${rows.join('\n')}`);
  }
  writeFileSync(file, filmOf(frames, { columns: COLUMNS, rows: ROWS }));
  console.log(`${file}: ${frames.length} looks, ${Math.round((Date.now() - began) / 1000)} s`);
} finally {
  try {
    tmux('kill-server');
  } catch {
    // It ended with its window.
  }
  rmSync(place, { recursive: true, force: true });
}
