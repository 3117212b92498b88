import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { liveRolloutView } from '../../../src/cli/view/rollout/live.tsx';
import { clustersOf, rolloutOf } from '../../rollout/fake-clusters.ts';

const ESC = String.fromCharCode(27);
const FRAME = new RegExp(`${ESC}\\[2K(${ESC}\\[1A${ESC}\\[2K)*`, 'g');
const at = '2026-11-30T06:00:00.000Z';

function terminal() {
  let written = '';
  const stream = new Writable({
    write(chunk, _, done) {
      written += chunk;
      done();
    },
  });
  const tty = Object.assign(stream, { isTTY: true, rows: 24, columns: 100 });
  return { stream: tty as unknown as NodeJS.WriteStream, text: () => written };
}

describe('the live view of a rollout', () => {
  it('shows a hundred clusters in twelve rows and a headline, the failed one first', async () => {
    const tty = terminal();
    const view = liveRolloutView(tty.stream, () => new Date(at), false, rolloutOf(clustersOf(100)));
    for (let n = 1; n <= 37; n++) view.onEvent({ at, kind: 'cluster', cluster: `c${n}`, state: 'ok' });
    for (let n = 38; n <= 60; n++) view.onEvent({ at, kind: 'cluster', cluster: `c${n}`, state: 'running' });
    view.onEvent({ at, kind: 'cluster', cluster: 'c99', state: 'failed', why: `evil ${ESC}[2J reason` });
    const reading = '2/3 API servers ready (2 needed)';
    view.onRun('c38', { at, kind: 'gate', step: 'window', state: 'open', reading });
    await view.end();
    const last = tty.text().split(FRAME).at(-1)!;
    const rows = last
      .split('\n')
      .filter((line) => / (ok|running|failed|waiting) /.test(line) && !/^\d\d:/.test(line));
    expect(rows.length).toBeLessThanOrEqual(12);
    expect(rows[0]).toMatch(/^c99 +failed/);
    expect(last).toMatch(/^c38 +running +2\/3/m);
    expect(last).toMatch(/^37 clusters +ok +c\[1-37\]/m);
    expect(last).toContain('37 of 100 done · 23 running · 1 failed');
    expect(tty.text()).not.toContain(`${ESC}[2J`);
  });
});
