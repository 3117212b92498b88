import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { liveView } from '../../../src/cli/view/live.tsx';
import type { RunEvent } from '../../../src/run/types.ts';
import { outcome, planOf, step } from '../../report/records.ts';

const ESC = String.fromCharCode(27);
const FRAME = new RegExp(`${ESC}\\[2K(${ESC}\\[1A${ESC}\\[2K)*`, 'g');

function terminal() {
  let written = '';
  const stream = new Writable({
    write(chunk, _, done) {
      written += chunk;
      done();
    },
  });
  return {
    stream: Object.assign(stream, { isTTY: true, rows: 24, columns: 100 }) as unknown as NodeJS.WriteStream,
    text: () => written,
  };
}

/** A terminal that accepts nothing, as after Ctrl-S; its output piles up. */
function unread() {
  const stream = new Writable({ write: () => {} });
  return Object.assign(stream, { isTTY: true, rows: 24, columns: 100 }) as unknown as NodeJS.WriteStream;
}

describe('the live view', () => {
  it('on a terminal that is not read stops drawing, loses no line, and ends at once', async () => {
    const tty = unread();
    const view = liveView(tty, () => new Date(), false, planOf(['w', [step('s', ['n1'])]]));
    const at = new Date().toISOString();
    await expect.poll(() => tty.writableLength).toBeGreaterThan(0);
    const before = tty.writableLength;
    for (let n = 0; n < 8; n++) {
      view.onEvent({ at, kind: 'note', text: `line ${n}` });
      await new Promise((later) => setTimeout(later, 200));
    }
    expect(tty.writableLength).toBe(before);
    await view.end();
    expect(tty.writableLength).toBeGreaterThan(before);
  });

  it('stays within twelve rows however many workstreams and nodes there are, and sanitizes them', async () => {
    const names = Array.from({ length: 500 }, (_, i) => `n${i}`);
    const streams = Array.from(
      { length: 30 },
      (_, i) => [`w${i}`, [step(`s${i}`, names)]] as [string, ReturnType<typeof step>[]],
    );
    const tty = terminal();
    const view = liveView(tty.stream, () => new Date(), false, planOf(...streams));
    const at = new Date().toISOString();
    view.onEvent({ at, kind: 'step', workstream: 'w1', step: 's1', state: 'running' });
    for (const name of names) {
      const event: RunEvent = { at, kind: 'outcome', step: 's1', op: 'apply', outcome: outcome(name, 'ok') };
      view.onEvent(event);
    }
    view.onEvent({ at, kind: 'note', text: `evil ${ESC}[2J line` });
    await expect.poll(() => tty.text().includes(`${ESC}[2K`)).toBe(true);
    await view.end();
    const text = tty.text();
    expect(text).toContain('500/500');
    expect(text).toContain('and 20 more workstreams');
    expect(text).toContain('evil \\x1b[2J line');
    // To redraw, ink moves up by at most the height of the live area.
    const heights = [...text.matchAll(FRAME)].map((m) => m[0].split(`${ESC}[1A`).length);
    expect(Math.max(...heights)).toBeLessThanOrEqual(12);
  });
});
